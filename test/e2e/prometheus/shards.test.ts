import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { printAll } from '../../../src/commands/generate.ts';
import { shardOf } from '../../../src/domain/shard.ts';
import { SERIES } from '../../../src/generate/series.ts';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { until } from '../cluster/harness/process.ts';
import { type Part, query, startExporter, startPrometheus } from './support/parts.ts';
import { apiOf, scenarioOf } from './support/stage.ts';

const SCRAPE = '5s';
const NAMES = ['tides', 'charts', 'cranes', 'pilots', 'berths', 'buoys'] as const;
const COUNT = 2;

it('two shards share the APIs of a cluster out, and the rules notice when one is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-shards-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const simulator = await startSimulator({ scenario: scenarioOf(NAMES.map((name) => ({ name }))) });
  onTestFinished(() => simulator.stop());
  const shards: Part[] = [];
  for (let index = 0; index < COUNT; index += 1) {
    const own = join(folder, `shard-${index}`);
    mkdirSync(own);
    const apis = { shard: `${index}/${COUNT}` };
    const shard = await startExporter(own, simulator.kubeconfig, { apis, probe: { allow_addresses: ['127.0.0.0/8'], network: 'cluster' } });
    onTestFinished(() => shard.daemon.stop());
    shards.push(shard);
  }
  for (const { artifacts } of await printAll('rules', { format: 'prometheus', scrapeInterval: SCRAPE }))
    for (const { path, content } of artifacts) writeFileSync(join(folder, path.replaceAll('/', '-')), content);
  const prometheus = await startPrometheus(folder, 'prometheus', {
    global: { scrape_interval: SCRAPE, evaluation_interval: SCRAPE },
    rule_files: [join(folder, 'rules-prometheus-*.yaml')],
    scrape_configs: [{ job_name: 'exporter', static_configs: [{ targets: shards.map(({ url }) => new URL(url).host) }] }],
  });
  onTestFinished(() => prometheus.daemon.stop());
  const watched = async (): Promise<string[]> =>
    (await query(prometheus, `aggregated_api_info`)).map(({ metric }) => `${metric.apiservice} ${metric.instance}`).sort();
  const wanted = NAMES.map((name) => `${apiOf(name)} ${new URL(shards[shardOf(apiOf(name), COUNT)]!.url).host}`).sort();

  await until('every API to be watched', 300, async () => (await watched()).length >= NAMES.length);
  expect(await watched()).toEqual(wanted);
  expect(new Set(wanted.map((line) => line.split(' ')[1])).size).toBe(COUNT);

  const [name] = NAMES;
  await simulator.inject('selector-matches-no-pods', apiOf(name));
  const cause = 'selector-matches-no-pods';
  const verdicts = () => query(prometheus, `${SERIES.verdict}{cause="${cause}"}`);
  await until('its cause to be named', 300, async () => (await verdicts()).length > 0);
  expect((await verdicts()).map(({ metric }) => metric.apiservice)).toEqual([apiOf(name)]);
  const missing = () => query(prometheus, 'ALERTS{alertname="AggregatedAPIExporterShardMissing"}');
  expect(await missing()).toEqual([]);

  await shards[1 - shardOf(apiOf(name), COUNT)]!.daemon.stop();
  await until('the shard to be missed', 120, async () => (await missing()).length > 0);
});
