import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { printAll } from '../../src/commands/generate.ts';
import { type RuleFormat, WRAPPERS } from '../../src/generate/formats/rule-formats.ts';

const COMMITTED = new URL('../../rules/prometheus/', import.meta.url);

interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[];
}

/** The groups in a file of any format. */
function groupsOf(content: string): readonly Group[] {
  const { groups, spec } = load(content) as { groups?: Group[]; spec?: { groups: Group[] } };
  return groups ?? spec!.groups;
}

async function printed(format: RuleFormat): Promise<readonly Group[]> {
  const artifacts = (await printAll('rules', { format, mixinFix: true })).flatMap((one) => one.artifacts);
  return artifacts.filter(({ path }) => path.startsWith(`rules/${format}/`)).flatMap(({ content }) => groupsOf(content));
}

/** Parts of a group that was split, `name`, `name-2`, …, as the one that it was. */
function joined(groups: readonly Group[]): readonly Group[] {
  const whole: Group[] = [];
  for (const { name, interval, rules } of groups) {
    const last = whole.at(-1);
    const part = last && new RegExp(`^${last.name}-\\d+$`).test(name);
    if (part) whole[whole.length - 1] = { ...last, rules: [...last.rules, ...rules] };
    else whole.push({ name, interval, rules });
    expect(interval).toBe(whole.at(-1)!.interval);
  }
  return whole;
}

const byName = (groups: readonly Group[]) => [...groups].sort((a, b) => (a.name < b.name ? -1 : 1));
const committed = readdirSync(COMMITTED).flatMap((file) => groupsOf(readFileSync(new URL(file, COMMITTED), 'utf8')));

describe.each(WRAPPERS)('format %s', (format) => {
  let groups: readonly Group[];
  beforeAll(async () => {
    groups = await printed(format);
  });

  it('holds the groups of the committed rules, rule for rule', () => {
    if (format !== 'mimir') expect(byName(joined(groups))).toEqual(byName(committed));
    else
      expect(byName(joined(groups)).map(({ name, interval }) => [name, interval])).toEqual(
        byName(committed).map(({ name, interval }) => [name, interval]),
      );
  });

  it('holds each of them in one rule of its group that writes the same series', () => {
    const squeezed = (text: string) => text.replace(/\s+/g, ' ');
    const whole = joined(groups);
    const lost = committed.flatMap(({ name, rules }) =>
      rules.filter(
        (rule) =>
          !whole.some(
            (group) =>
              group.name === name &&
              group.rules.some(
                (one) => one.record === rule.record && one.alert === rule.alert && squeezed(one.expr).includes(squeezed(rule.expr)),
              ),
          ),
      ),
    );
    expect(lost).toEqual([]);
  });

  it('has the diagnosis in one group, which is evaluated as one', () => {
    expect(groups.filter(({ name }) => name.startsWith('aggregated-api-diagnosis')).map(({ name }) => name)).toEqual([
      'aggregated-api-diagnosis',
    ]);
  });

  it('has at most the 20 rules in a group that Mimir takes, where it is for Mimir', () => {
    const most = Math.max(...groups.map(({ rules }) => rules.length));
    if (format === 'mimir') expect(most).toBeLessThanOrEqual(20);
    else expect(most).toBeGreaterThan(20);
  });
});
