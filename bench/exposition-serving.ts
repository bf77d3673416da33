import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Gauge, Registry } from 'prom-client';
import { createExposition, type Exposition } from '../src/expose/exposition.ts';
import type { Family } from '../src/expose/family.ts';
import { createWebServer } from '../src/expose/server.ts';
import type { ExporterView } from '../src/expose/view.ts';
import { viewOf } from '../test/expose/view.ts';
import { healthySnapshot } from '../test/support/healthy.ts';
import { buildGoPeer } from './go-peer.ts';
import { cpuMsOf, ended, threadCpuMs } from './processes.ts';
import { printRow } from './row.ts';

/**
 * How long a scrape takes and how long it holds the event loop, against client_golang, with 5 % of the series updated each
 * second; prom-client's rendering beside, which holds the loop. Quote the ratios, never the milliseconds.
 *   tsx bench/exposition-serving.ts
 */
const FILE = fileURLToPath(import.meta.url);
const GOALS: Readonly<Record<number, { readonly cpu: number; readonly p99: number; readonly heldMs: number }>> = {
  1000: { cpu: 0.8, p99: 0.8, heldMs: 10 },
  10000: { cpu: 0.25, p99: 0.25, heldMs: 10 },
  50000: { cpu: 0.15, p99: 0.3, heldMs: 25 },
};
const SCRAPES = 60;
const PAUSE_MS = 100;
const PER_FAMILY = 500;

/** Prints both. Returns whether every goal was met; undefined without the peer. */
export async function benchServing(): Promise<boolean | undefined> {
  const program = buildGoPeer('expfmt');
  let met = true;
  for (const [size, goal] of Object.entries(GOALS)) {
    const thousands = `${Number(size) / 1000}k series`;
    const ours = fork(FILE, ['serve', size]);
    const [port] = (await once(ours, 'message')) as [number];
    const own = await scrape(ours.pid!, port);
    ours.send('stop');
    const [held] = (await once(ours, 'message')) as [{ held: number; promClient: number }];
    await ended(ours);
    printRow({
      what: `event loop held by a tick and a scrape at most, ${thousands}`,
      ours: `${held.held.toFixed(1)} ms CPU`,
      peer: `${held.promClient.toFixed(0)} ms, one rendering by prom-client`,
      bar: `≤ ${goal.heldMs} ms`,
      met: held.held <= goal.heldMs,
    });
    met &&= held.held <= goal.heldMs;
    if (program === undefined) continue;
    const theirs = spawn(program, ['serve', size], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = (await once(theirs.stdout, 'data')) as [Buffer];
    const peer = await scrape(theirs.pid!, Number(String(printed)));
    theirs.kill();
    await ended(theirs);
    met = compare(`CPU of a scrape, ${thousands}`, own.cpu, peer.cpu, goal.cpu) && met;
    met = compare(`time of a scrape, p99, ${thousands}`, own.p99, peer.p99, goal.p99) && met;
  }
  return program === undefined ? undefined : met;
}

function compare(what: string, own: number, peer: number, goal: number): boolean {
  const ratio = own / peer;
  printRow({
    what,
    ours: `${ratio.toFixed(2)} × (${own.toFixed(1)} ms)`,
    peer: `${peer.toFixed(1)} ms, client_golang`,
    bar: `≤ ${goal} ×`,
    met: ratio <= goal,
  });
  return ratio <= goal;
}

interface Scraped {
  /** Of the whole process, in ms for each scrape; updates included. */
  readonly cpu: number;
  /** ms; with sixty scrapes that is the slowest. */
  readonly p99: number;
}

async function scrape(pid: number, port: number): Promise<Scraped> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const took: number[] = [];
  let before = 0;
  for (let i = 0; i < SCRAPES + 3; i++) {
    // The first ones connect and compile.
    if (i === 3) before = cpuMsOf(pid);
    const started = performance.now();
    await new Promise<void>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/metrics', agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
    if (i >= 3) took.push(performance.now() - started);
    await sleep(PAUSE_MS);
  }
  const cpu = (cpuMsOf(pid) - before) / SCRAPES;
  agent.destroy();
  return { cpu, p99: took.sort((a, b) => a - b)[Math.ceil(took.length * 0.99) - 1]! };
}

/** In the child: serves, updates 5 % each second, and says at the end how long the loop was held at most. */
async function serve(series: number): Promise<void> {
  const values = Float64Array.from({ length: series }, () => Math.random());
  const exposition = createExposition({ signals: [], families: familiesOf(values) });
  let view = viewOf(healthySnapshot({ apis: [] }));
  exposition.update(view);
  const quiet = { info() {}, warn() {}, error() {} };
  const server = await createWebServer({ exposition, view: () => view, listenAddresses: ['127.0.0.1:0'], version: 'bench', log: quiet });
  const update = setInterval(() => {
    for (let i = 0; i < series / 20; i++) values[Math.floor(Math.random() * series)] = Math.random();
    view = { ...view };
    exposition.update(view);
  }, 1000);
  await exposition.page('text');
  process.once('message', () => {
    clearInterval(update);
    void heldMs(exposition, () => {
      for (let i = 0; i < series / 20; i++) values[Math.floor(Math.random() * series)] = Math.random();
      view = { ...view };
      return view;
    }).then(async (held) => {
      const promClient = await promClientMs(values);
      await server.close();
      process.send?.({ held, promClient });
      process.disconnect();
    });
  });
  process.send?.(Number(server.urls[0]!.port));
}

/**
 * The most of this thread's CPU between two turns of the event loop, while an update and a rendering after it go on. CPU and not
 * the loop's delay: on a shared machine that measures the others.
 */
async function heldMs(exposition: Exposition, change: () => ExporterView): Promise<number> {
  let most = 0;
  for (let i = 0; i < 20; i++) {
    const view = change();
    let running = true;
    let last = threadCpuMs();
    const turn = () => {
      const now = threadCpuMs();
      most = Math.max(most, now - last);
      last = now;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    exposition.update(view);
    await exposition.page('text');
    running = false;
    await sleep(20);
  }
  return most;
}

function familiesOf(values: Float64Array): Family[] {
  // As the names of a snapshot are: the same strings from tick to tick.
  const names = Array.from({ length: PER_FAMILY }, (_, api) => `v1.api${api}.example.com`);
  return Array.from({ length: Math.ceil(values.length / PER_FAMILY) }, (_, family) => ({
    name: `aggregated_api_family_${family}`,
    type: 'gauge' as const,
    help: 'A family of the bench.',
    labels: ['apiservice', 'vantage', 'request', 'reason'],
    cost: '500',
    collect(_view, emit) {
      const end = Math.min(values.length, (family + 1) * PER_FAMILY);
      for (let i = family * PER_FAMILY; i < end; i++)
        emit([names[i % PER_FAMILY]!, 'aggregator', 'discovery', 'connection_refused'], values[i]!);
    },
  }));
}

/** What one rendering of the same series costs in prom-client, which does it in one go. */
async function promClientMs(values: Float64Array): Promise<number> {
  const registry = new Registry();
  for (const { name, help, labels, collect } of familiesOf(values)) {
    const gauge = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
    collect(undefined as never, (labelValues, value) => gauge.labels(...labelValues).set(value as number));
  }
  await registry.metrics();
  const started = performance.now();
  await registry.metrics();
  return performance.now() - started;
}

const [role, size = ''] = process.argv.slice(2);
if (role === 'serve') await serve(Number(size));
else if (process.argv[1] === FILE) process.exitCode = (await benchServing()) === false ? 1 : 0;
