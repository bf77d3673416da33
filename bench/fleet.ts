import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/support/free-port.ts';
import { buildBaseline } from './baseline.ts';
import { cpuMsOf, ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';

/**
 * What a fleet of healthy APIs with one replica each costs, beside the build that `bench/baseline` names: both exporters observe the same
 * simulated cluster at the same time, and are scraped each 15 s. `npm run build` comes first.
 *   tsx bench/fleet.ts [APIs, default 200] [seconds, default 90] [families]    "families" prints the series of one API by family
 */
const APIS = Number(process.argv[2] ?? 200);
const SECONDS = Number(process.argv[3] ?? 90);
const SCRAPE_EACH_S = 15;
const SERIES_GOAL = 120;
const RSS_GOAL = 0.6;
const CPU_GOAL = 0.5;
const READY_WITHIN_MS = 300_000;

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Running {
  readonly name: string;
  readonly process: ChildProcess;
  readonly port: number;
  readonly startedAt: number;
}

interface Cost {
  readonly readySeconds: number;
  /** Median over the APIs. */
  readonly series: number;
  readonly page: string;
  readonly rss: number;
  readonly peak: number;
  /** Of a core, while it was watched. */
  readonly cpu: number;
}

const main = join(ROOT, 'dist/main.js');
if (!existsSync(main)) throw new Error(`${main} is not there: run npm run build first`);
const before = buildBaseline();
const cluster = await startCluster();
const running: Running[] = [];
try {
  running.push(await start('now', main));
  if (before) running.push(await start('before', before.main));
  const [ours, theirs] = await Promise.all(running.map(watch));
  report(ours!, theirs);
} finally {
  for (const { process: child } of running) child.kill();
  await Promise.all(running.map(({ process: child }) => ended(child)));
  cluster.process.stdin?.end();
  await ended(cluster.process);
}

async function startCluster(): Promise<{ process: ChildProcess; kubeconfig: string; configFile: string }> {
  const path = join(ROOT, 'bench/fleet-cluster.ts');
  const child = spawn(process.execPath, [...process.execArgv, path, String(APIS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, ...(JSON.parse(String(line)) as { kubeconfig: string; configFile: string }) };
}

async function start(name: string, program: string): Promise<Running> {
  const port = await freePort();
  const { kubeconfig, configFile } = cluster;
  const args = ['serve', '--kubeconfig', kubeconfig, '--config.file', configFile, `--web.listen-address=127.0.0.1:${port}`];
  const child = spawn(process.execPath, [program, ...args, '--log.level=error'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return { name, process: child, port, startedAt: performance.now() };
}

async function watch(of: Running): Promise<Cost> {
  while ((await ask(of, '/-/ready')) === undefined) {
    if (of.process.exitCode !== null) throw new Error(`the exporter "${of.name}" ended with code ${of.process.exitCode}`);
    if (performance.now() - of.startedAt > READY_WITHIN_MS)
      throw new Error(`"${of.name}" was not ready within ${READY_WITHIN_MS / 1000} s`);
    await sleep(100);
  }
  const readySeconds = (performance.now() - of.startedAt) / 1000;
  // The first half minute reads, compiles and begins to watch.
  for (let second = 0; second < 30; second += SCRAPE_EACH_S) {
    await ask(of, '/metrics');
    await sleep(SCRAPE_EACH_S * 1000);
  }
  const pid = of.process.pid!;
  const cpuBefore = cpuMsOf(pid);
  const began = performance.now();
  let page = '';
  for (let second = 0; second < SECONDS; second += SCRAPE_EACH_S) {
    page = (await ask(of, '/metrics')) ?? page;
    await sleep(SCRAPE_EACH_S * 1000);
  }
  const cpu = (cpuMsOf(pid) - cpuBefore) / (performance.now() - began);
  const { rss, peak } = memoryOf(pid);
  return { readySeconds, series: medianSeries(page), page, rss, peak, cpu };
}

/** The body of an answer with 200; undefined for any other, and while nobody listens. */
async function ask({ port }: Running, path: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    const text = await answer.text();
    return answer.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

function seriesByApi(page: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of page.split('\n')) {
    const api = /[{,]apiservice="([^"]*)"/.exec(line)?.[1];
    if (api !== undefined && !line.startsWith('#')) found.set(api, [...(found.get(api) ?? []), line]);
  }
  return found;
}

function medianSeries(page: string): number {
  const counts = [...seriesByApi(page).values()].map((lines) => lines.length).sort((a, b) => a - b);
  return counts[counts.length >> 1] ?? 0;
}

function report(ours: Cost, theirs: Cost | undefined): void {
  const than = (of: (cost: Cost) => string) => (theirs ? { peer: `${of(theirs)}, the build before` } : {});
  const ratio = (of: (cost: Cost) => number): number | undefined => theirs && of(ours) / of(theirs);
  const times = (value: number | undefined) => (value === undefined ? '' : `${value.toFixed(2)} ×, `);
  const isMet = (value: number | undefined, goal: number) => (value === undefined ? {} : { met: value <= goal });
  printRow({
    what: `series of a healthy API with one replica, median of ${APIS}`,
    ours: String(ours.series),
    ...than(({ series }) => String(series)),
    bar: `≤ ${SERIES_GOAL}`,
    met: ours.series <= SERIES_GOAL,
  });
  const size = ({ page }: Cost) => `${(Buffer.byteLength(page) / 2 ** 20).toFixed(1)} MiB`;
  printRow({ what: `a scrape of ${APIS} APIs`, ours: size(ours), ...than(size) });
  const [rss, cpu] = [ratio((cost) => cost.rss), ratio((cost) => cost.cpu)];
  const memory = (cost: Cost) => `${cost.rss.toFixed(0)} MiB (${cost.peak.toFixed(0)} at most)`;
  printRow({
    what: `RSS at ${APIS} APIs, scraped each ${SCRAPE_EACH_S} s`,
    ours: `${times(rss)}${memory(ours)}`,
    ...than(memory),
    bar: `≤ ${RSS_GOAL} ×`,
    ...isMet(rss, RSS_GOAL),
  });
  const share = (cost: Cost) => `${(100 * cost.cpu).toFixed(1)} % of a core`;
  printRow({
    what: `CPU at ${APIS} APIs, over ${SECONDS} s`,
    ours: `${times(cpu)}${share(ours)}`,
    ...than(share),
    bar: `≤ ${CPU_GOAL} ×`,
    ...isMet(cpu, CPU_GOAL),
  });
  const seconds = (cost: Cost) => `${cost.readySeconds.toFixed(1)} s`;
  printRow({ what: `start to ready at ${APIS} APIs`, ours: seconds(ours), ...than(seconds) });
  if (process.argv.includes('families')) printFamilies(ours.page);
}

function printFamilies(page: string): void {
  const [[api, lines] = ['', []]] = [...seriesByApi(page)];
  const counts = new Map<string, { all: number; zeros: number }>();
  for (const line of lines) {
    const family = line.slice(0, line.indexOf('{')).replace(/_(bucket|sum|count)$/, '');
    const { all, zeros } = counts.get(family) ?? { all: 0, zeros: 0 };
    counts.set(family, { all: all + 1, zeros: zeros + (line.endsWith(' 0') ? 1 : 0) });
  }
  console.log(`\nseries of ${api}: family, how many, of them 0`);
  for (const [family, { all, zeros }] of [...counts].sort((a, b) => b[1].all - a[1].all)) console.log(`${family} ${all} ${zeros}`);
}
