import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Linter, type Rule } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = new URL('../../../', import.meta.url);
const ruleOf = async (file: string, name: string): Promise<Rule.RuleModule> =>
  ((await import(new URL(`scripts/lint/${file}`, ROOT).href)) as Record<string, Rule.RuleModule>)[name] as Rule.RuleModule;
const rules = {
  'table-lookup': await ruleOf('table-lookup.mjs', 'tableLookup'),
  'room-fence': await ruleOf('room-fence.mjs', 'roomFence'),
};

/** A program of one file: types cost seconds with the whole project. */
const folder = mkdtempSync(join(tmpdir(), 'lint-rules-'));
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, lib: ['ES2023'], types: [] }, files: [] }));
afterAll(() => rmSync(folder, { recursive: true }));

/** Messages of one rule for a text that stands in place of a file. */
function problems(rule: keyof typeof rules, cwd: string, file: string, text: string, parserOptions = {}): string[] {
  const languageOptions = { parser: tseslint.parser as Linter.Parser, parserOptions };
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions,
    plugins: { local: { rules } },
    rules: { [`local/${rule}`]: 'error' },
  };
  return new Linter({ cwd }).verify(text, config, { filename: join(cwd, file) }).map(({ message }) => message);
}

describe('local/table-lookup', () => {
  const typed = { projectService: { allowDefaultProject: ['*.ts'] }, tsconfigRootDir: folder };
  const asked = (text: string) => problems('table-lookup', folder, 'asked.ts', text, typed);

  it.each([
    ['an element', 'const T: Record<string, number> = { a: 1 }; export const f = (w: string) => T[w];'],
    ['a call', 'const T: Record<string, () => void> = { a() {} }; export const f = (w: string) => T[w]?.();'],
    ['in', 'const T = { a: 1 }; export const f = (w: string) => w in T;'],
    ['a literal on the spot', 'export const f = (w: string) => ({ a: 1 } as Record<string, number>)[w];'],
    ['a table within a table', 'const T = { of: { a: 1 } as Record<string, number> }; export const f = (w: string) => T.of[w];'],
    ['a field of a class', 'export class C { #t: Record<string, number> = {}; has(w: string) { return w in this.#t; } }'],
    ['one that was made of entries', 'const T = Object.fromEntries([["a", 1]]); export const f = (w: string) => T[w];'],
    ['a count', 'const T: Record<string, number> = {}; export const f = (w: string) => { T[w] ??= 0; };'],
    ['a template', 'const T: Record<string, number> = { a: 1 }; export const f = (w: string) => T[`a ${w}`];'],
  ])('sees %s', (_, text) => {
    expect(asked(text)).toEqual([expect.stringContaining('is an object literal and knows `constructor` too')]);
  });

  it.each([
    ['a closed key', 'const T = { a: 1, b: 2 }; export const f = (w: "a" | "b") => T[w];'],
    ['a number', 'const T = [1]; export const f = (i: number) => T[i];'],
    ['a Map', 'const T = new Map([["a", 1]]); export const f = (w: string) => T.get(w);'],
    ['no prototype', 'const T: Record<string, number> = { __proto__: null, a: 1 } as never; export const f = (w: string) => T[w];'],
    ['a plain assignment', 'const T: Record<string, number> = {}; export const f = (w: string) => { T[w] = 1; };'],
    ['an object of somebody else', 'export const f = (o: Record<string, number>, w: string) => o[w];'],
  ])('lets pass %s', (_, text) => {
    expect(asked(text)).toEqual([]);
  });
});

describe('local/room-fence', () => {
  it.each([
    ['src/domain/quantity.ts', "import '../kube/quantity.ts';", ['src/domain may import no other room, not src/kube/quantity.ts']],
    [
      'src/diagnose/cron.ts',
      "export * from '../observe/observer.ts';",
      ['src/diagnose may import domain, signals, correlations, profiles, not src/observe'],
    ],
    [
      'src/diagnose/cron.ts',
      "export const f = () => import('../main.ts');",
      ['src/diagnose may import domain, signals, correlations, profiles, not src/main.ts'],
    ],
    ['src/diagnose/cron.ts', "import '../domain/quantity.ts';\nimport './period.ts';\nimport 'node:fs';", []],
    ['src/commands/serve.ts', "import '../observe/observer.ts';", []],
  ])('%s: %s', (file, text, expected) => {
    expect(problems('room-fence', ROOT.pathname, file, text)).toEqual(expected.map((words) => expect.stringContaining(words)));
  });
});
