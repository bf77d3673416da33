import { loadAll } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { ruleAssets } from '../../scripts/release-files.ts';
import type { Artifact } from '../../src/generate/formats/rule-formats.ts';

let assets: readonly Artifact[];
beforeAll(async () => {
  assets = await ruleAssets();
});
const contentOf = (name: string) => assets.find(({ path }) => path === name)!.content;

describe('the assets of a release', () => {
  it('are the formats that are not committed, the replacement of the mixin apart', () => {
    expect(assets.map(({ path }) => path)).toEqual([
      'aggregated-api-exporter-prometheusrule.yaml',
      'kubernetes-aggregated-apis-prometheusrule.yaml',
      'aggregated-api-exporter-mimir.yaml',
      'kubernetes-aggregated-apis-mimir.yaml',
      'aggregated-api-exporter-vmrule.yaml',
      'kubernetes-aggregated-apis-vmrule.yaml',
    ]);
  });

  it.each([
    ['aggregated-api-exporter-prometheusrule.yaml', 'PrometheusRule'],
    ['aggregated-api-exporter-vmrule.yaml', 'VMRule'],
  ])('%s holds every object, one document each', (name, kind) => {
    const objects = loadAll(contentOf(name)) as { kind: string; metadata: { name: string } }[];
    expect(objects.length).toBeGreaterThan(1);
    expect(new Set(objects.map((object) => object.kind))).toEqual(new Set([kind]));
    expect(new Set(objects.map(({ metadata }) => metadata.name)).size).toBe(objects.length);
  });

  it('have the names of the mixin in the files of its replacement only', () => {
    for (const { path, content } of assets)
      expect(content.includes('alert: KubeAggregatedAPIDown'), path).toBe(path.startsWith('kubernetes-'));
  });
});
