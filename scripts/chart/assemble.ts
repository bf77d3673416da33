import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { printAll } from '../../src/commands/generate.ts';
import { printYaml } from '../../src/generate/formats/plain-rule.ts';
import type { Artifact } from '../../src/generate/formats/rule-formats.ts';

const SOURCE = fileURLToPath(new URL('../../deploy/helm', import.meta.url));
export const CHART = 'aggregated-api-exporter';

/** The whole chart: its source, and what `generate` prints of rules and dashboards. Paths begin with the chart's name, as in an archive. */
export async function wholeChart(): Promise<Artifact[]> {
  const parts = [...sourceFiles().filter(({ path }) => !path.startsWith('ci/')), ...(await ruleFiles()), ...(await dashboardFiles())];
  return parts.map(({ path, content }) => ({ path: `${CHART}/${path}`, content }));
}

/** Files of deploy/helm, by path, in order. */
export function sourceFiles(): Artifact[] {
  return readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(SOURCE.length + 1), content: readFileSync(path, 'utf8') }));
}

/** The groups of each PrometheusRule, `files/rules/1.yaml` and on; without comments, which a release would keep three times. */
async function ruleFiles(): Promise<Artifact[]> {
  const printed = await printAll('rules', { format: 'prometheusrule' });
  return printed
    .flatMap(({ artifacts }) => artifacts)
    .filter(({ path }) => path.startsWith('rules/prometheusrule/'))
    .map(({ content }, index) => {
      const { spec } = load(content) as { readonly spec: object };
      return { path: `files/rules/${index + 1}.yaml`, content: printYaml(spec) };
    });
}

async function dashboardFiles(): Promise<Artifact[]> {
  const printed = await printAll('dashboards', {});
  return printed
    .flatMap(({ artifacts }) => artifacts)
    .filter(({ path }) => path.endsWith('.json'))
    .map(({ path, content }) => ({ path: `files/${path}`, content }));
}
