import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { printAll } from '../../../src/commands/generate.ts';
import { printYaml } from '../../../src/generate/formats/plain-rule.ts';
import { type Artifact, RULE_FORMATS } from '../../../src/generate/formats/rule-formats.ts';
import type { OptionTexts } from '../../../src/generate/options.ts';
import { writeArtifacts } from '../../../src/generate/write-artifacts.ts';
import { currentPromtool, inFolder, PROMTOOL, run } from './support/promtool.ts';

const RULES = new URL('../../../rules/', import.meta.url).pathname;
const tests = (await readdir(join(RULES, 'tests'))).filter((file) => file.endsWith('.test.yaml')).sort();
const rules = (await readdir(join(RULES, 'prometheus'))).sort();

/** The oldest and the newest Prometheus that the rules are for: windows have closed ends in the one and open ones in the other. */
describe.each([
  ["Debian's promtool", () => PROMTOOL],
  ['a current promtool', currentPromtool],
])('%s', (_, promtool) => {
  it('finds the committed rules valid', async () => {
    const { code, output } = await run(promtool(), ['check', 'rules', ...rules.map((file) => join('prometheus', file))], RULES);
    expect(output).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  it.each(tests)('runs rules/tests/%s', async (file) => {
    const { code, output } = await run(promtool(), ['test', 'rules', join('tests', file)], RULES);
    expect(code === 0 ? '' : output).toBe('');
  });
});

/** What users may choose. Of the scrape interval depend windows, whose ends the two promtools see differently. */
describe.each<[string, OptionTexts]>([
  ['no cluster label', { clusterLabel: '' }],
  ['two cluster labels', { clusterLabel: 'cluster,region' }],
  ['a scrape interval of 10 s', { scrapeInterval: '10s' }],
  ['a scrape interval of 15 s and further labels', { scrapeInterval: '15s', labels: 'team=harbour' }],
  ['a scrape interval of 75 s', { scrapeInterval: '75s' }],
  ['every other exporter', { with: 'kube-state-metrics,cadvisor,kube-apiserver' }],
])('with %s', (_, options) => {
  it('rules are valid and pass their own tests', async () => {
    const printed = await printAll('rule-tests', options);
    await inFolder({}, async (folder) => {
      await writeArtifacts(
        folder,
        printed.flatMap((one) => one.artifacts),
        [],
      );
      for (const promtool of [PROMTOOL, currentPromtool()]) {
        const check = await run(promtool, ['check', 'rules', ...rules.map((file) => `rules/prometheus/${file}`)], folder);
        expect(check.code === 0 ? '' : check.output).toBe('');
        if (promtool === PROMTOOL && !options.scrapeInterval) continue;
        const test = await run(promtool, ['test', 'rules', ...tests.map((file) => `rules/tests/${file}`)], folder);
        expect(test.code === 0 ? '' : test.output).toBe('');
      }
    });
  });
});

/** The groups of a format as a rule file: what its objects, or mimirtool, hand to the ruler. */
function groupsOf({ path, content }: Artifact): readonly unknown[] {
  const document = load(content) as { groups?: unknown[]; spec?: { groups: unknown[] } };
  const groups = document.groups ?? document.spec?.groups;
  if (!groups) throw new Error(`${path} has no groups`);
  return groups;
}

/** A group that a format splits is evaluated part by part: the tests name the file of the whole one. */
describe.each(RULE_FORMATS.filter((format) => format !== 'loki'))('generate all --format %s', (format) => {
  it('is valid and passes the tests that come with it, as they are printed and with its own rules in their place', async () => {
    const printed = (await printAll('all', { format })).flatMap(({ artifacts }) => artifacts);
    const own = printed.filter(({ path }) => path.startsWith(`rules/${format}/`)).flatMap(groupsOf) as { name: string }[];
    const replaced = printed.map((artifact) => {
      if (!artifact.path.startsWith('rules/prometheus/')) return artifact;
      const names = (groupsOf(artifact) as { name: string }[]).map(({ name }) => name);
      const groups = own.filter(({ name }) => names.some((whole) => name === whole || name.replace(/-\d+$/, '') === whole));
      return { ...artifact, content: printYaml({ groups }) };
    });
    for (const files of [printed, replaced])
      await inFolder({}, async (folder) => {
        await writeArtifacts(folder, files, []);
        for (const promtool of [PROMTOOL, currentPromtool()]) {
          const check = await run(promtool, ['check', 'rules', ...rules.map((file) => `rules/prometheus/${file}`)], folder);
          expect(check.code === 0 ? '' : check.output).toBe('');
        }
        const { code, output } = await run(currentPromtool(), ['test', 'rules', ...tests.map((file) => `rules/tests/${file}`)], folder);
        expect(code === 0 ? '' : output).toBe('');
      });
  });
});

describe('a rule test', () => {
  it('fails when its alert is broken', async () => {
    const broken = 'KubeAggregatedAPIDown';
    const printed = (await printAll('rule-tests', {}))
      .flatMap((one) => one.artifacts)
      .map(({ path, content }) => ({ path, content: path.includes('/prometheus/') ? content.replaceAll(' == 1', ' == 2') : content }));
    await inFolder({}, async (folder) => {
      await writeArtifacts(folder, printed, []);
      const { code, output } = await run(currentPromtool(), ['test', 'rules', 'rules/tests/kubernetes-mixin.test.yaml'], folder);
      expect(code).toBe(1);
      expect(output).toContain(broken);
    });
  });
});
