import { describe, expect, it } from 'vitest';
import { createExposition } from '../../src/expose/exposition.ts';
import { DECLARED_FAMILIES } from '../../src/expose/families/list.ts';
import { documentedFamilies, renderMetricsDoc } from '../../src/expose/metrics-doc.ts';
import { createSelfMetrics } from '../../src/expose/self-metrics.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';
import { diagnosis, viewOf } from './view.ts';

const rows = (doc: string) => [...doc.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \| (stable|beta|deprecated) \| (.*) \| (.*) \|$/gm)];

describe('docs/metrics.md', () => {
  const doc = renderMetricsDoc([
    { name: 'depth', help: 'Depth | of <water>.', kind: 'gauge', metric: 'aggregated_api_depth', source: 'probes' },
  ]);

  it('has a row for each family, once', () => {
    const names = rows(doc).map(([, name]) => name);
    expect([...names].sort()).toEqual(
      documentedFamilies([])
        .map(({ name }) => name)
        .concat('aggregated_api_depth')
        .sort(),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(DECLARED_FAMILIES.map(({ name }) => name)));
  });

  it('gives type, labels, stability, meaning and cost of each', () => {
    for (const [line, , type, labels, , help, cost] of rows(doc)) {
      expect(['gauge', 'counter', 'histogram', 'info'], line).toContain(type);
      expect(labels, line).toMatch(/^(–|(`\w+`(, )?)+)$/);
      expect(help!.length, line).toBeGreaterThan(5);
      expect(cost, line).not.toBe('');
    }
    expect(doc).toContain('| `aggregated_api_depth` | gauge | `apiservice` | beta | Depth \\| of &lt;water>. | APIs |');
  });

  it('knows everything that the exporter prints', async () => {
    const snapshot = healthySnapshot({ apis: [healthyApi({ changes: [{ what: 'rollout', at: NOW, object: 'x', summary: 'y' }] })] });
    const exposition = createExposition({ signals: [], self: createSelfMetrics({ version: '1' }) });
    exposition.update(viewOf(snapshot, { diagnoses: [diagnosis()] }));
    const printed = (await exposition.page('text')).body.toString().matchAll(/^# TYPE (aggregated_\w+) /gm);
    const documented = new Set(documentedFamilies([]).map(({ name }) => name));
    expect([...printed].map((match) => match[1]!).filter((name) => !documented.has(name))).toEqual([]);
  });
});
