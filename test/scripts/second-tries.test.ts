import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startVitest } from 'vitest/node';
import { SecondTries } from '../support/second-tries.ts';

const SUITES = {
  'tide.test.ts': `
import { describe, expect, it } from 'vitest';
let tries = 0;
describe('tide', () => {
  it('rises at once', () => {});
  it('rises at the second try', () => expect(++tries).toBe(2));
  it('never rises', () => expect(1).toBe(2));
});
`,
  'buoy.test.ts': `
import { expect, it } from 'vitest';
let tries = 0;
it('floats at the second try', () => expect(++tries).toBe(2));
`,
  'stray.test.ts': `
import { it } from 'vitest';
it('leaves a promise behind', async () => {
  void Promise.reject(new Error('adrift'));
  await new Promise((resolve) => setTimeout(resolve, 20));
});
`,
  'moor.test.ts': `
import { beforeAll, it } from 'vitest';
beforeAll(() => {
  throw new Error('no anchor');
});
it('holds', () => {});
`,
};

it('each test that needed its second try is named at the end, and each file that failed all the same', async () => {
  const folder = mkdtempSync(join(process.cwd(), 'node_modules', '.second-tries-'));
  const exitCode = process.exitCode;
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    process.exitCode = exitCode;
  });
  for (const [name, text] of Object.entries(SUITES)) writeFileSync(join(folder, name), text);
  const lines: string[] = [];
  const reporters = [new SecondTries((line) => lines.push(line))];
  const vitest = await startVitest('test', [], { root: folder, config: false, watch: false, include: ['*.test.ts'], retry: 1, reporters });
  await vitest.close();
  expect(lines.sort()).toEqual([
    'again: moor.test.ts 0',
    'again: stray.test.ts 1',
    'again: tide.test.ts 2',
    'retried: buoy.test.ts > floats at the second try (passed at its second try)',
    'retried: tide.test.ts > tide > never rises (failed at its second try)',
    'retried: tide.test.ts > tide > rises at the second try (passed at its second try)',
  ]);
});
