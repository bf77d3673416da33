import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { cpuMsOf, ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';
import { buildWhereAbsent, type RunningExporter, startExporter } from './running-exporter.ts';

/**
 * What an API costs, and a process: one exporter of simulated clusters of several sizes, and the largest of them shared out among shards. The clusters
 * and the exporters are processes of their own. docs/scale.md reckons with these figures.
 *   tsx bench/scale.ts [seconds of each measurement, default 60]
 */
const SECONDS = Number(process.argv[2] ?? 60);
const SIZES = [10, 50, 100] as const;
const SHARDS = [2, 4] as const;
/** Until each API was asked from each vantage, and what is compiled is compiled. */
const SETTLE_MS = 20_000;
const SCRAPE_EACH_S = 15;
const MOST_TRIES = 5;
/** A shard more is a process more, with its watches; the APIs cost the same wherever they are. */
const MOST_OVERHEAD = 1.5;

interface Cost {
  readonly apis: number;
  readonly processes: number;
  /** Share of a core, of all processes together. */
  readonly cpu: number;
  readonly rssMiB: number;
  readonly series: number;
  readonly bytes: number;
  readonly gzipBytes: number;
}

buildWhereAbsent();
const alone: Cost[] = [];
for (const size of SIZES) {
  const cluster = await startCluster(size);
  try {
    const cost = await measure(cluster.kubeconfig, ['']);
    alone.push(cost);
    tell(`${size} healthy APIs, one process`, cost);
    if (size !== SIZES.at(-1)) continue;
    for (const count of SHARDS) {
      const shared = await measure(
        cluster.kubeconfig,
        Array.from({ length: count }, (_, index) => `--shard=${index}/${count}`),
      );
      const fixed = unitCosts(alone).cpuOfProcess;
      tell(`${size} healthy APIs, ${count} shards together`, shared, {
        bar: `≤ ${MOST_OVERHEAD} × the CPU of one process, less its own share for each shard more`,
        met: shared.apis === size && shared.cpu - (count - 1) * Math.max(0, fixed) <= MOST_OVERHEAD * cost.cpu,
      });
    }
  } finally {
    cluster.process.stdin?.end();
    await ended(cluster.process);
  }
}
const unit = unitCosts(alone);
printRow({
  what: 'a process of its own, by the line through these sizes',
  ours: `${(100 * unit.cpuOfProcess).toFixed(2)} % of a core, ${unit.rssOfProcess.toFixed(0)} MiB, ${Math.round(unit.seriesOfProcess)} series, ${kib(unit.bytesOfProcess)}`,
});
printRow({
  what: 'each healthy API of one replica, probed each 10 s from 3 vantages, logs followed where it errs',
  ours: `${(100 * unit.cpu).toFixed(3)} % of a core, ${(1024 * unit.rss).toFixed(0)} KiB, ${Math.round(unit.series)} series, ${kib(unit.bytes)} a scrape`,
});

function tell(what: string, { cpu, rssMiB, series, bytes, gzipBytes }: Cost, bar: { bar?: string; met?: boolean } = {}): void {
  printRow({
    what: `${what}, over ${SECONDS} s`,
    ours: `${(100 * cpu).toFixed(1)} % of a core, ${rssMiB.toFixed(0)} MiB, ${series} series, ${kib(bytes)} a scrape (${kib(gzipBytes)} gzipped)`,
    ...bar,
  });
}

/** One exporter for each of the arguments ('' = none), all of one cluster. */
async function measure(kubeconfig: string, args: readonly string[]): Promise<Cost> {
  const exporters: RunningExporter[] = [];
  try {
    for (const arg of args) exporters.push(await startExporter(kubeconfig, ...(arg === '' ? [] : [arg])));
    for (const { since } of exporters) await since('/-/ready', 120_000);
    await sleep(SETTLE_MS);
    const before = exporters.map(cpuOf);
    const began = performance.now();
    for (let second = 0; second < SECONDS; second++) {
      if (second % SCRAPE_EACH_S === 0) await Promise.all(exporters.map(scrape));
      await sleep(1000);
    }
    const took = performance.now() - began;
    const used = exporters.map((one, index) => cpuOf(one) - before[index]!);
    const pages = await Promise.all(exporters.map(scrape));
    const lines = pages.flatMap(({ text }) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')));
    return {
      apis: lines.filter((line) => line.startsWith('aggregated_api_info{')).length,
      processes: exporters.length,
      cpu: sum(used) / took,
      rssMiB: sum(exporters.map((one) => memoryOf(one.process.pid!).rss)),
      series: lines.length,
      bytes: sum(pages.map(({ text }) => Buffer.byteLength(text))),
      gzipBytes: sum(pages.map(({ gzipped }) => gzipped)),
    };
  } finally {
    for (const { process: child } of exporters) child.kill();
    await Promise.all(exporters.map(({ process: child }) => ended(child)));
  }
}

function cpuOf({ process: child }: RunningExporter): number {
  return cpuMsOf(child.pid!);
}

function sum(all: readonly number[]): number {
  return all.reduce((total, one) => total + one, 0);
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KiB`;
}

/** As Prometheus does, but again where the machine was too busy for an answer in time. */
async function scrape(exporter: RunningExporter): Promise<{ text: string; gzipped: number }> {
  for (let tries = 1; ; tries++)
    try {
      return await scrapeOnce(exporter);
    } catch (error) {
      console.log(`  a scrape was not answered: ${(error as Error).message}`);
      if (tries === MOST_TRIES) throw error;
    }
}

async function scrapeOnce({ port }: RunningExporter): Promise<{ text: string; gzipped: number }> {
  const request = get({ host: '127.0.0.1', port, path: '/metrics', headers: { 'accept-encoding': 'gzip' }, agent: false });
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  const body = Buffer.concat(parts);
  return { text: gunzipSync(body).toString(), gzipped: body.length };
}

/** The line through the smallest and the largest cluster. */
function unitCosts(costs: readonly Cost[]) {
  const [small, large] = [costs[0]!, costs.at(-1)!];
  const slope = (of: (cost: Cost) => number) => (costs.length < 2 ? 0 : (of(large) - of(small)) / (large.apis - small.apis));
  const line = (of: (cost: Cost) => number) => ({ each: slope(of), start: of(small) - slope(of) * small.apis });
  const [cpu, rss, series, bytes] = [line((c) => c.cpu), line((c) => c.rssMiB), line((c) => c.series), line((c) => c.bytes)];
  return {
    cpu: cpu.each,
    cpuOfProcess: cpu.start,
    rss: rss.each,
    rssOfProcess: rss.start,
    series: series.each,
    seriesOfProcess: series.start,
    bytes: bytes.each,
    bytesOfProcess: bytes.start,
  };
}

async function startCluster(apis: number): Promise<{ process: ChildProcess; kubeconfig: string }> {
  const path = fileURLToPath(new URL('fleet-cluster.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, path, String(apis)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, ...(JSON.parse(String(line)) as { kubeconfig: string }) };
}
