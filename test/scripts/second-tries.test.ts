import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startVitest } from 'vitest/node';
import { SecondTries } from '../support/second-tries.ts';

const SUITE = `
import { describe, expect, it } from 'vitest';
let tries = 0;
describe('tide', () => {
  it('rises at once', () => {});
  it('rises at the second try', () => expect(++tries).toBe(2));
  it('never rises', () => expect(1).toBe(2));
});
`;

it('each test that needed its second try is named at the end, with how that went', async () => {
  const folder = mkdtempSync(join(process.cwd(), 'node_modules', '.second-tries-'));
  const exitCode = process.exitCode;
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    process.exitCode = exitCode;
  });
  writeFileSync(join(folder, 'tide.test.ts'), SUITE);
  const lines: string[] = [];
  const reporters = [new SecondTries((line) => lines.push(line))];
  const vitest = await startVitest('test', [], { root: folder, config: false, watch: false, include: ['*.test.ts'], retry: 1, reporters });
  await vitest.close();
  expect(lines).toEqual([
    'retried: tide.test.ts > tide > rises at the second try (passed at its second try)',
    'retried: tide.test.ts > tide > never rises (failed at its second try)',
  ]);
});
