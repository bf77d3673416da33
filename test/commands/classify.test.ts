import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerClassify } from '../../src/commands/classify.ts';
import { SIGNATURES } from '../../src/signatures/list.ts';
import { MAIN } from '../support/exporter-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'classify-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function classify(...args: string[]): Promise<{ written: string; failed: string }> {
  const said = { written: '', failed: '' };
  const program = new Command().exitOverride();
  registerClassify(program, {
    write(text) {
      said.written += text;
    },
    fail(text) {
      said.failed += text;
    },
  });
  await program.parseAsync(['classify', ...args], { from: 'user' });
  return said;
}

const REFUSED = 'E0105 09:00:00.000000       1 server.go:1] dial tcp 10.0.0.1:443: connect: connection refused';
const PANIC = 'panic: tide out of range';
const FINE = 'I0105 09:00:00.000000       1 server.go:1] serving';

describe('classify', () => {
  it.each([
    ['nothing', '', { lines: 0, matched: 0, classes: {} }],
    ['an empty line', '\n', { lines: 1, matched: 0, classes: {} }],
    ['a line without its newline', REFUSED, { lines: 1, matched: 1, classes: { 'dial-refused': 1 } }],
    [
      'several',
      `${FINE}\n${REFUSED}\n${PANIC}\n\n${REFUSED}\n`,
      { lines: 5, matched: 3, classes: { 'dial-refused': 2, 'ended-by-panic': 1 } },
    ],
    ['carriage returns', `${REFUSED}\r\n${FINE}\r\n`, { lines: 2, matched: 1, classes: { 'dial-refused': 1 } }],
  ])('counts %s', async (_, text, expected) => {
    const { written, failed } = await classify(file('some.log', text));
    expect([JSON.parse(written), failed]).toEqual([expected, '']);
    expect(written.endsWith('\n')).toBe(true);
  });

  it('counts several files, each with a last line of its own', async () => {
    const { written } = await classify(file('a.log', REFUSED), file('b.log', PANIC));
    expect(JSON.parse(written)).toEqual({ lines: 2, matched: 2, classes: { 'dial-refused': 1, 'ended-by-panic': 1 } });
  });

  it('counts the same in a large log, whatever it learns on the way', async () => {
    const block = `${`${FINE}\n`.repeat(19)}${REFUSED}\n`;
    const { written } = await classify(file('large.log', block.repeat(2000)));
    expect(JSON.parse(written)).toEqual({ lines: 40_000, matched: 2000, classes: { 'dial-refused': 2000 } });
  });

  it('reads standard input', () => {
    const { stdout, status } = spawnSync(process.execPath, [MAIN, 'classify'], {
      input: `${REFUSED}\n${FINE}\n`,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, '{"lines":2,"matched":1,"classes":{"dial-refused":1}}\n']);
  });

  it.each([
    ['JSON', '[{"id": "refused", "pattern": "refused$"}, {"id": "any", "pattern": "[a-z]"}]'],
    ['YAML', '- {id: refused, pattern: refused$}\n- id: any\n  pattern: "[a-z]"\n'],
    ['YAML in brackets', '[{id: refused, pattern: refused$}, {id: any, pattern: "[a-z]"}]'],
  ])('takes signatures of one’s own from %s instead; the first in the file wins', async (_, text) => {
    const { written } = await classify('--signatures', file('own', text), file('some.log', `${REFUSED}\n${PANIC}\n1234\nREFUSED\n`));
    expect(JSON.parse(written)).toEqual({ lines: 4, matched: 2, classes: { refused: 1, any: 1 } });
  });

  it('minds the case of one’s own patterns, unless they say otherwise', async () => {
    const own = file('own', '[{"id": "exact", "pattern": "Refused"}, {"id": "folded", "pattern": "(?i)rEfUsEd"}]');
    const { written } = await classify('--signatures', own, file('some.log', 'Refused\nREFUSED\n'));
    expect(JSON.parse(written).classes).toEqual({ exact: 1, folded: 1 });
  });
});

describe('signatures of one’s own', () => {
  it('may use all of RE2', async () => {
    const own = file('greek.yaml', String.raw`[{id: greek, pattern: 'tide \p{Greek}+$'}]`);
    const { written, failed } = await classify('--signatures', own, file('some.log', 'tide αβγ\ntide abc\n'));
    expect(failed).toBe('');
    expect(JSON.parse(written)).toEqual({ lines: 2, matched: 1, classes: { greek: 1 } });
  });

  it.each([
    ['no list', '{"id": "a"}', 'a list of {id, pattern} is expected'],
    ['neither JSON nor YAML', '[{', 'neither JSON nor YAML'],
    ['no pattern', '[{"id": "a"}]', '[0].pattern: a text is expected, not undefined'],
    ['an unknown field', '[{"id": "a", "pattern": "b", "patern": "c"}]', '[0].patern: unknown field; allowed are id, pattern, speaker'],
    [
      'an unknown speaker',
      '[{"id": "a", "pattern": "b", "speaker": "me"}]',
      '[0].speaker: "me" is not one of aggregated-server, kube-apiserver',
    ],
    ['what RE2 refuses', '[{"id": "a", "pattern": "(?=b)"}]', 'signature "a": pattern "(?=b)" is not RE2 syntax'],
    ['a backreference', '[{"id": "a", "pattern": "(a)\\\\1"}]', 'signature "a": pattern "(a)\\\\1" is not RE2 syntax'],
  ])('with %s are refused, with the file and the place', async (_, text, problem) => {
    const own = file('own', text);
    const { written, failed } = await classify('--signatures', own, file('some.log', REFUSED));
    expect(written).toBe('');
    expect(failed).toContain(problem);
  });

  it('that are not there are refused', async () => {
    const { failed } = await classify('--signatures', join(folder, 'nowhere'), file('some.log', REFUSED));
    expect(failed).toContain('nowhere');
  });

  it('are checked with --check: patterns, samples, ids', async () => {
    const good = file('good', '[{"id": "a", "pattern": "tide \\\\d", "matches": ["tide 7"], "nearMisses": ["tide x"]}]');
    expect(await classify('--signatures', good, '--check')).toEqual({ written: '1 signatures are well\n', failed: '' });
    const bad = file('bad', '[{"id": "a", "pattern": "tide", "matches": ["ebb"], "nearMisses": ["tide x"]}, {"id": "a", "pattern": "x"}]');
    const { failed } = await classify('--signatures', bad, '--check');
    expect(failed.trim().split('\n')).toEqual([
      'signature "a": does not match its sample "ebb"',
      'signature "a": matches its near miss "tide x"',
      'signature "a": this id is used twice',
    ]);
  });

  it('say with --test which match a line, the winner first', async () => {
    const own = file(
      'own',
      '[{"id": "b", "pattern": "refused", "says": "It refuses."}, {"id": "a", "pattern": "connection"}, {"id": "c", "pattern": "x"}]',
    );
    expect((await classify('--signatures', own, '--test', REFUSED)).written).toBe('b: It refuses.\na\n');
    expect((await classify('--signatures', own, '--test', 'fine')).written).toBe('no signature matches\n');
    expect((await classify('--test', REFUSED)).written).toMatch(/^dial-refused: /);
  });
});

it('the built-in signatures are well', async () => {
  expect((await classify('--check')).written).toBe(`${SIGNATURES.length} signatures are well\n`);
});
