import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { registerExplain } from '../../src/commands/explain.ts';
import { registerGenerate } from '../../src/commands/generate.ts';
import { registerVerify } from '../../src/commands/verify.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { RULE_FORMATS } from '../../src/generate/formats/rule-formats.ts';
import { EXPORTER_ALERTS, SYMPTOM_ALERTS } from '../../src/generate/names.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { alertsOf } from '../../src/generate/rule-book.ts';
import { diagnosisRules } from '../../src/generate/rules.ts';

const text = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');

describe('docs/alerts.md', () => {
  it('names only alerts that there are, and every one that is not of a cause', () => {
    const alerts = new Set(alertsOf(diagnosisRules(BUILT_IN, DEFAULT_OPTIONS)).map(({ alert }) => alert));
    const named = [...text.matchAll(/\bAggregatedAPI[A-Za-z]+/g)].map(([name]) => name);
    expect(named.filter((name) => !alerts.has(name))).toEqual([]);
    expect([...SYMPTOM_ALERTS, ...EXPORTER_ALERTS].filter((name) => !named.includes(name))).toEqual([]);
  });

  it('names only flags that there are, and every format', () => {
    const program = new Command();
    registerGenerate(program);
    registerVerify(program);
    registerExplain(program);
    const flags = new Set(program.commands.flatMap((command) => command.options.map((option) => option.long)));
    const named = [...text.matchAll(/(?<=[\s`])--[a-z][a-z.-]+/g)].map(([flag]) => flag);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((flag) => !flags.has(flag))).toEqual([]);
    for (const format of RULE_FORMATS) expect(text).toContain(`\`${format}\``);
  });

  it('names only causes that there are', () => {
    const causes = new Set<string>(['unknown', ...BUILT_IN.causes.map(({ id }) => id)]);
    const named = [...text.matchAll(/\.\.\/runbooks\/([a-z-]+)\.md/g)].map((match) => match[1]!);
    expect(named.filter((cause) => !causes.has(cause))).toEqual([]);
  });
});
