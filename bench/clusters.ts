import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMsOf, ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';
import { buildWhereAbsent, type RunningExporter, startExporter } from './running-exporter.ts';

/**
 * What a cluster costs that is watched beside others by one process, and what a dead one costs the others: simulated clusters of healthy APIs, all of them in
 * one process of their own. docs/scale.md reckons with these figures.
 *   tsx bench/clusters.ts [seconds of each measurement, default 60] [APIs of each cluster, default 5]
 */
const [SECONDS = 60, APIS = 5] = process.argv.slice(2).map(Number);
const SIZES = [1, 8, 32] as const;
/** Until each API was asked from each vantage, and what is compiled is compiled. */
const SETTLE_MS = 20_000;
const SCRAPE_EACH_S = 15;
const INTERVAL_S = 5;
/** A cluster more costs the same, however many there are: beyond this it would grow with their number. */
const MOST_GROWTH = 1.3;
/** A tick that is later than that by a dead neighbour. */
const MOST_LATER_MS = 250;

interface Cost {
  readonly clusters: number;
  /** Share of a core. */
  readonly cpu: number;
  readonly rssMiB: number;
  readonly series: number;
  /** From one tick to the next of the same cluster, seconds: in the middle, of one in a hundred, the longest. */
  readonly gaps: readonly [number, number, number];
  /** Of the event loop in the last moments: one in a hundred, ms. */
  readonly loopMs: number;
  /** The longest scrape, ms. */
  readonly scrapeMs: number;
}

buildWhereAbsent();
const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-clusters-'));
const host = await startHost(SIZES.at(-1)!);
const costs: Cost[] = [];
try {
  for (const size of SIZES) {
    const exporter = await startOf(host.kubeconfigs.slice(0, size));
    try {
      const cost = await measure(exporter, names(size));
      costs.push(cost);
      tell(`${size} clusters of ${APIS} healthy APIs, one process`, cost);
    } finally {
      await end(exporter);
    }
  }
  const [small, large] = [costs[1]!, costs[2]!];
  const perCluster = (of: (cost: Cost) => number, from: Cost, to: Cost) => (of(to) - of(from)) / (to.clusters - from.clusters);
  const [early, late] = [perCluster(({ cpu }) => cpu, costs[0]!, small), perCluster(({ cpu }) => cpu, small, large)];
  printRow({
    what: `each cluster more of ${APIS} APIs, from 1 to 8 and from 8 to 32`,
    ours: `${(100 * early).toFixed(2)} and ${(100 * late).toFixed(2)} % of a core, ${perCluster(({ rssMiB }) => rssMiB, costs[0]!, small).toFixed(1)} and ${perCluster(({ rssMiB }) => rssMiB, small, large).toFixed(1)} MiB, ${Math.round(perCluster(({ series }) => series, small, large))} series`,
    bar: `the later ones cost ≤ ${MOST_GROWTH} × the CPU of the earlier`,
    met: late <= MOST_GROWTH * early,
  });
  await withDead(large);
} finally {
  host.process.stdin?.end();
  await ended(host.process);
  rmSync(folder, { recursive: true });
}

/** Two of all are dead: one never says a word from the start, of the other nobody listens any more. */
async function withDead(well: Cost): Promise<void> {
  const [, , ...live] = names(well.clusters);
  const exporter = await startOf([...host.kubeconfigs.slice(0, -1), silentKubeconfig()]);
  try {
    host.process.stdin?.write('stop 0\n');
    const alive = live.slice(0, -1);
    const cost = await measure(exporter, alive);
    const later = 1000 * (cost.gaps[2] - well.gaps[2]);
    tell(`the same, of which one is silent and of one nobody listens: ticks of the other ${alive.length}`, cost, {
      bar: `no tick later by ${MOST_LATER_MS} ms than without`,
      met: later <= MOST_LATER_MS,
    });
  } finally {
    await end(exporter);
  }
}

function tell(what: string, { cpu, rssMiB, series, gaps, loopMs, scrapeMs }: Cost, bar: { bar?: string; met?: boolean } = {}): void {
  const [middle, hundredth, longest] = gaps.map((seconds) => seconds.toFixed(2));
  printRow({
    what: `${what}, over ${SECONDS} s`,
    ours: `${(100 * cpu).toFixed(1)} % of a core, ${rssMiB.toFixed(0)} MiB, ${series} series; ${INTERVAL_S} s from tick to tick are ${middle} s, 1 in 100 ${hundredth} s, at most ${longest} s; the loop waits ${loopMs.toFixed(0)} ms (p99), a scrape takes ${scrapeMs.toFixed(0)} ms at most`,
    ...bar,
  });
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `quay-${index}`);
}

async function startOf(kubeconfigs: readonly string[]): Promise<RunningExporter> {
  const file = join(folder, `config-${kubeconfigs.length}.yaml`);
  const clusters = kubeconfigs.map((kubeconfig, index) => ({ name: `quay-${index}`, kubeconfig }));
  writeFileSync(file, JSON.stringify({ probe: { allow_addresses: ['127.0.0.0/8'] }, diagnosis: { interval: `${INTERVAL_S}s` }, clusters }));
  return startExporter(undefined, '--config.file', file);
}

function silentKubeconfig(): string {
  const file = join(folder, 'silent');
  const one = (name: string, of: object) => [{ name, ...of }];
  writeFileSync(
    file,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', contexts: one('c', { context: { cluster: 'c', user: 'u' } }) },
      ...{ clusters: one('c', { cluster: { server: host.silent } }), users: one('u', { user: { token: 'abc' } }) },
    }),
  );
  return file;
}

async function end({ process: child }: RunningExporter): Promise<void> {
  child.kill();
  await ended(child);
}

/** First what it takes while nobody looks but Prometheus, then when each of these clusters ticks. */
async function measure(exporter: RunningExporter, followed: readonly string[]): Promise<Cost> {
  await exporter.since('/-/ready', 600_000);
  await sleep(SETTLE_MS);
  const pid = exporter.process.pid!;
  const [before, began] = [cpuMsOf(pid), performance.now()];
  let scrapeMs = 0;
  let text = '';
  for (let second = 0; second < SECONDS; second++) {
    if (second % SCRAPE_EACH_S === 0) {
      const asked = performance.now();
      text = await scrape(exporter);
      scrapeMs = Math.max(scrapeMs, performance.now() - asked);
    }
    await sleep(1000);
  }
  const cpu = (cpuMsOf(pid) - before) / (performance.now() - began);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return {
    ...{ clusters: followed.length, cpu, scrapeMs, series: lines.length, rssMiB: memoryOf(pid).rss },
    loopMs: 1000 * Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)?.[1]),
    gaps: gapsOf(await ticksOf(exporter, followed)),
  };
}

async function scrape({ port }: RunningExporter): Promise<string> {
  const request = get({ host: '127.0.0.1', port, path: '/metrics', agent: false });
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Of each cluster when its ticks were, Unix milliseconds: its page is told of each by an event with that as its id. */
async function ticksOf({ port }: RunningExporter, clusters: readonly string[]): Promise<number[][]> {
  const streams = clusters.map((name) => {
    const ticks: number[] = [];
    const request = get({ host: '127.0.0.1', port, path: `/clusters/${name}/live?page=%2F&at=0`, agent: false });
    request.on('error', () => {});
    request.on('response', (response: IncomingMessage) => {
      response.on('error', () => {});
      response.setEncoding('utf8').on('data', (text: string) => {
        for (const [, at] of text.matchAll(/^id: (\d+)$/gm)) if (Number(at) !== ticks.at(-1)) ticks.push(Number(at));
      });
    });
    return { ticks, request };
  });
  await sleep(1000 * SECONDS);
  for (const { request } of streams) request.destroy();
  return streams.map(({ ticks }) => ticks);
}

function gapsOf(ticks: readonly (readonly number[])[]): Cost['gaps'] {
  const gaps = ticks.flatMap((of) => of.slice(1).map((at, index) => (at - of[index]!) / 1000)).sort((a, b) => a - b);
  const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))] ?? Number.NaN;
  return [at(0.5), at(0.99), at(1)];
}

interface Host {
  readonly process: ChildProcess;
  readonly kubeconfigs: readonly string[];
  readonly silent: string;
}

async function startHost(count: number): Promise<Host> {
  const path = fileURLToPath(new URL('clusters-host.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, path, String(count), String(APIS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, ...(JSON.parse(String(line)) as Omit<Host, 'process'>) };
}
