import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFrom } from '../../src/commands/configuration.ts';
import { readSignaturesFile } from '../../src/commands/signatures-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signatures-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const GOOD = `
- id: gauge-database-lost
  pattern: 'gauge database at \\S+ is (gone|read-only)'
  pointsTo: [backend-dependency-failing]
  matches: [gauge database at db-0 is gone]
  nearMisses: [gauge database at db-0 is back]
`;

describe('the signatures of the configuration', () => {
  it('are read', () => {
    expect(readSignaturesFile(file('good.yaml', GOOD))).toMatchObject([
      { id: 'gauge-database-lost', pointsTo: ['backend-dependency-failing'] },
    ]);
  });

  it.each([
    ['an unknown field', '- {id: a, pattern: b, points: [x]}', '[0].points: unknown field; allowed are id, pattern'],
    ['a pattern that is none', '- {id: a, pattern: "("}', 'signature "a": pattern "(" is not RE2 syntax'],
    ['a sample that does not match', '- {id: a, pattern: b, matches: [c]}', 'signature "a": does not match its sample "c"'],
    [
      'an unknown cause',
      '- {id: a, pattern: b, pointsTo: [gremlins]}',
      'signature "a": pointsTo "gremlins" is no cause; allowed are aggregated-request-forbidden',
    ],
    ['no YAML', '[', 'neither JSON nor YAML'],
  ])('with %s are refused with setting, file and what is allowed', (_, text, problem) => {
    const path = file('bad.yaml', text);
    expect(() => readSignaturesFile(path)).toThrow(`logs.signatures_file: ${JSON.stringify(path)}:\n  `);
    expect(() => readSignaturesFile(path)).toThrow(problem);
  });

  it('that are not there are refused', () => {
    expect(() => readSignaturesFile(join(folder, 'nowhere.yaml'))).toThrow('nowhere.yaml": can\'t be read: ENOENT');
  });

  it('are checked with the configuration, before anything starts', () => {
    const config = (signatures: string) => file('config.yaml', `logs: {signatures_file: ${JSON.stringify(signatures)}}`);
    expect(configFrom({ 'config.file': config(file('good.yaml', GOOD)) }).logs.signatures_file).toMatch(/good\.yaml$/);
    const bad = config(file('bad.yaml', '- {id: a}'));
    expect(() => configFrom({ 'config.file': bad })).toThrow('[0].pattern: a text is expected');
  });
});
