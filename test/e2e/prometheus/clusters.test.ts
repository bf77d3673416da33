import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { printAll } from '../../../src/commands/generate.ts';
import { SERIES } from '../../../src/generate/series.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { until } from '../cluster/harness/process.ts';
import { query, startExporter, startPrometheus } from './support/parts.ts';
import { apiOf, scenarioOf } from './support/stage.ts';

const SCRAPE = '5s';
const API = apiOf('tides');

/** By the label that the exporter itself says: its target has one of its own, as all targets of a Prometheus may. */
it('the rules tell the clusters of one exporter apart, which have an API of the same name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-clusters-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [harbour, quay] = await Promise.all([1, 2].map((seed) => startSimulator({ scenario: scenarioOf([{ name: 'tides' }]), seed })));
  onTestFinished(async () => void (await Promise.all([harbour!.stop(), quay!.stop()])));
  const exporter = await startExporter(folder, undefined, {
    probe: { allow_addresses: ['127.0.0.0/8'], network: 'cluster' },
    clusters: [
      { name: 'harbour', kubeconfig: harbour!.kubeconfig },
      { name: 'quay', kubeconfig: quay!.kubeconfig },
    ],
  });
  onTestFinished(() => exporter.daemon.stop());
  for (const { artifacts } of await printAll('rules', { format: 'prometheus', scrapeInterval: SCRAPE }))
    for (const { path, content } of artifacts) writeFileSync(join(folder, path.replaceAll('/', '-')), content);
  const prometheus = await startPrometheus(folder, 'prometheus', {
    global: { scrape_interval: SCRAPE, evaluation_interval: SCRAPE },
    rule_files: [join(folder, 'rules-prometheus-*.yaml')],
    scrape_configs: [
      {
        ...{ job_name: 'exporter', honor_labels: true },
        static_configs: [{ targets: [new URL(exporter.url).host], labels: { cluster: 'centre' } }],
      },
    ],
  });
  onTestFinished(() => prometheus.daemon.stop());
  const by = async (expr: string) =>
    Object.fromEntries((await query(prometheus, expr)).map(({ metric, value }) => [metric.cluster ?? '', value]));
  const failing = () => by(`${SERIES.failing}{apiservice="${API}"}`);
  const is = (wanted: object) => async () => JSON.stringify(await failing()) === JSON.stringify(wanted);

  await until('both to be seen well', 300, is({ harbour: 0, quay: 0 }));
  await harbour!.inject('selector-matches-no-pods', API);
  await until('that of one to fail', 300, is({ harbour: 1, quay: 0 }));
  const cause = 'selector-matches-no-pods';
  await until('its cause to be named', 300, async () => Object.keys(await by(`${SERIES.verdict}{cause="${cause}"}`)).length > 0);
  expect(Object.keys(await by(`${SERIES.verdict}{cause="${cause}"}`))).toEqual(['harbour']);
  expect(await by('ALERTS{alertname=~"AggregatedAPIExporter(Down|Stale|ShardMissing)"}')).toEqual({});

  await quay!.stop();
  const blind = 'ALERTS{alertname="AggregatedAPIExporterBlind",source="api-services"}';
  await until('the dead one to be called so', 300, async () => Object.keys(await by(blind)).length > 0);
  expect(Object.keys(await by(blind))).toEqual(['quay']);
  expect(await by('aggregated_api_exporter_cluster_up')).toEqual({ harbour: 1, quay: 0 });
  expect(Object.keys(await by('max by (cluster) (aggregated_api_exporter_build_info)')).sort()).toEqual(['harbour', 'quay']);
});
