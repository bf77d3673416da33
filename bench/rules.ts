import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulator/simulator.ts';
import { until } from '../test/e2e/cluster/harness/process.ts';
import { type Part, query, startExporter, startPrometheus } from '../test/e2e/prometheus/support/parts.ts';
import { buildBaseline } from './baseline.ts';
import { cpuMsOf } from './processes.ts';
import { printRow } from './row.ts';

/**
 * What the generated rules cost beside those of the baseline: what one exporter exports of a simulated cluster of 50 APIs of which five
 * fail, and one Debian Prometheus for each set of rule files, scraping it at the same time. Ten minutes.
 *   tsx bench/rules.ts [minutes watched, default 5] [APIs, default 50]
 */
const MINUTES = Number(process.argv[2] ?? 5);
const APIS = Number(process.argv[3] ?? 50);
const SCRAPE = '30s';
const PATIENCE_S = 900;
/** One for every ten APIs. */
const FAULTS = (
  ['connection-refused', 'connection-timed-out', 'service-not-found', 'selector-matches-no-pods', 'network-policy-blocking'] as const
).slice(0, Math.ceil(APIS / 10));
const RECORDED = '{__name__=~"[a-z_]+:.+", apiservice!=""}';
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

interface Cost {
  readonly healthy: number;
  readonly failing: number;
  /** Seconds that all groups take for one evaluation of the diagnosis, by the clock. */
  readonly seconds: number;
  /** And of the processor: what this Prometheus used beyond one that only scrapes. */
  readonly cpu: number;
  readonly bytes: number;
  /** Of the files of the diagnosis and of the sentences that it is told in: all that this bench is about. The others hold alerts. */
  readonly diagnosis: number;
  readonly rules: number;
}

/** Those of the alerts on our own series; the replacement of the mixin's is another file. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(folder, 'rules/prometheus'))
    .filter((name) => name.startsWith('aggregated-api-'))
    .map((name) => join(folder, 'rules/prometheus', name));

const bytesOf = (files: readonly string[]): number => files.reduce((sum, file) => sum + statSync(file).size, 0);

function generate(main: string, folder: string): void {
  mkdirSync(folder);
  const args = ['generate', 'rules', '--format', 'prometheus', '--scrape-interval', SCRAPE, '--output', folder];
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${main} ${args.join(' ')}: ${stderr}`);
}

const apiOf = (index: number) => ({
  group: `tides-${index}.example`,
  version: 'v1',
  namespace: `tides-${index}`,
  service: 'tide-gauge',
  resource: 'gauges',
  kind: 'Gauge',
  replicas: 1,
});
const nameOf = (index: number) => `v1.tides-${index}.example`;

function prometheusConfig(files: readonly string[], target: string): object {
  return {
    global: { scrape_interval: SCRAPE, evaluation_interval: SCRAPE },
    rule_files: files,
    scrape_configs: [{ job_name: 'exporter', static_configs: [{ targets: [target], labels: { cluster: 'harbour' } }] }],
  };
}

interface Spent {
  readonly seconds: number;
  readonly cpu: number;
  readonly evaluations: number;
}

/** What all groups have taken so far. */
async function spent({ url, daemon }: Part): Promise<Spent> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);
  return {
    seconds: all(/^prometheus_rule_group_duration_seconds_sum (\S+)$/gm),
    cpu: cpuMsOf(daemon.pid!) / 1000,
    evaluations:
      all(/^prometheus_rule_group_iterations_total\{.*diagnosis"\} (\S+)$/gm) -
      all(/^prometheus_rule_group_iterations_missed_total\{.*diagnosis"\} (\S+)$/gm),
  };
}

/** @param scraping CPU seconds that a Prometheus without rules has used meanwhile. */
async function costOf(prometheus: Part, folder: string, before: Spent, scraping: number, sick: ReadonlySet<string>): Promise<Cost> {
  const now = await spent(prometheus);
  const evaluations = now.evaluations - before.evaluations;
  const seconds = (now.seconds - before.seconds) / evaluations;
  const cpu = (now.cpu - before.cpu - scraping) / evaluations;
  const counted = await query(prometheus, `count by (apiservice) (last_over_time(${RECORDED}[1m30s]))`);
  const middle = (failing: boolean) => {
    const values = counted.flatMap(({ metric, value }) => (sick.has(metric.apiservice!) === failing ? [value] : []));
    return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  };
  const { data } = (await (await fetch(`${prometheus.url}/api/v1/rules`)).json()) as { data: { groups: { rules: unknown[] }[] } };
  return {
    healthy: middle(false),
    failing: middle(true),
    seconds,
    cpu,
    bytes: bytesOf(filesIn(folder)),
    diagnosis: bytesOf(filesIn(folder).filter((file) => /diagnosis|words/.test(file))),
    rules: data.groups.reduce((sum, { rules }) => sum + rules.length, 0),
  };
}

/** What the exporter exports of the fleet, its faults diagnosed: served unchanged, so that no Prometheus waits for anybody. */
async function exposition(folder: string): Promise<string> {
  const simulator = await startSimulator({
    scenario: { name: 'rules', compression: 10, traffic: false, apis: Array.from({ length: APIS }, (_, index) => apiOf(index)) },
  });
  const exporter = await startExporter(folder, simulator.kubeconfig, { probe: { allow_addresses: ['127.0.0.0/8'], network: 'cluster' } });
  const scrape = async () => (await fetch(`${exporter.url}/metrics`)).text();
  const count = (text: string, line: RegExp) => new Set([...text.matchAll(line)].map(([, apiservice]) => apiservice)).size;
  try {
    const well = /^aggregated_api_failing\{apiservice="([^"]+)"\} 0$/gm;
    await until('every API to be seen well', PATIENCE_S, async () => count(await scrape(), well) === APIS);
    for (const [index, fault] of FAULTS.entries()) await simulator.inject(fault, nameOf(index));
    const diagnosed = /^aggregated_api_diagnosis\{apiservice="([^"]+)".* 1$/gm;
    return await until('each fault to be diagnosed', PATIENCE_S, async () => {
      const text = await scrape();
      return count(text, diagnosed) === FAULTS.length && text;
    });
  } finally {
    await exporter.daemon.stop();
    await simulator.stop();
  }
}

const baseline = buildBaseline();
if (!baseline) process.exit(1);
if (!existsSync(MAIN)) spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-rules-bench-'));
const ends: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
try {
  const folders = { ours: join(folder, 'ours'), before: join(folder, 'before') };
  generate(MAIN, folders.ours);
  generate(baseline.main, folders.before);
  const text = await exposition(folder);
  const server = createServer((_, response) => response.setHeader('content-type', 'text/plain; version=0.0.4').end(text)).listen(
    0,
    '127.0.0.1',
  );
  ends.push(async () => void server.close());
  await once(server, 'listening');
  const target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const started = async (name: string, files: readonly string[]) => {
    const part = await startPrometheus(folder, name, prometheusConfig(files, target));
    ends.push(() => part.daemon.stop());
    return part;
  };
  const ours = await started('ours', filesIn(folders.ours));
  const before = await started('before', filesIn(folders.before));
  const scraping = await started('none', []);
  for (const part of [ours, before])
    await until('each fault to be named by the rules', PATIENCE_S, async () => {
      const top = await query(part, 'apiservice_cause:aggregated_api_confidence:top{cause!="unknown"}');
      return new Set(top.map(({ metric }) => metric.apiservice)).size >= FAULTS.length;
    });
  const [oursFrom, beforeFrom, noneFrom] = [await spent(ours), await spent(before), await spent(scraping)];
  await sleep(MINUTES * 60_000);
  const used = (await spent(scraping)).cpu - noneFrom.cpu;
  const sick = new Set(FAULTS.map((_, index) => nameOf(index)));
  const ourCost = await costOf(ours, folders.ours, oursFrom, used, sick);
  const theirs = await costOf(before, folders.before, beforeFrom, used, sick);
  report(ourCost, theirs, baseline.commit.slice(0, 12));
} finally {
  for (const end of ends.reverse()) await end();
}
// All is closed. Node's own way out may spin for ever (src/main.ts).
process.exit();

function report(ours: Cost, before: Cost, commit: string): void {
  const row = (what: string, of: keyof Cost, share: number, unit: string, digits = 0) =>
    printRow({
      what,
      ours: `${ours[of].toFixed(digits)}${unit} (${((100 * ours[of]) / before[of]).toFixed(1)} %)`,
      peer: `${before[of].toFixed(digits)}${unit}, ${commit}`,
      bar: `≤ ${share * 100} %`,
      met: ours[of] <= share * before[of],
    });
  const among = `${APIS} APIs, ${FAULTS.length} failing`;
  row(`recorded series of a healthy API, median of ${among}`, 'healthy', 0.05, '');
  row(`recorded series of a failing API, median of ${among}`, 'failing', 0.2, '');
  row(`one evaluation of all groups by the clock, ${among}`, 'seconds', 0.25, ' s', 3);
  row(`one evaluation of all groups, CPU beyond scraping, ${among}`, 'cpu', 0.25, ' s', 3);
  row('rule files that hold the diagnosis and its sentences', 'diagnosis', 0.3, ' bytes');
  printRow({
    what: 'all rule files',
    ours: `${ours.bytes} bytes (${((100 * ours.bytes) / before.bytes).toFixed(1)} %)`,
    peer: `${before.bytes} bytes, ${commit}`,
  });
  printRow({ what: 'rules', ours: `${ours.rules}`, peer: `${before.rules}, ${commit}` });
}
