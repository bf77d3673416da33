import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { observedValue } from '../src/domain/observed.ts';
import { createKubeClient } from '../src/kube/client.ts';
import { type ApiTarget, fixedTargets } from '../src/objects/targets.ts';
import { createLogTail } from '../src/observe/logs/log-tail.ts';
import { SILENT } from '../src/source/logger.ts';
import { createAuthority } from '../test/support/certificates.ts';
import { printRow } from './row.ts';

/**
 * What a pod that floods its log does to the probes of the same process: the time of a TLS probe to a server that does nothing
 * else, and how late the event loop is, without a log, and with one of 50,000 lines a second that is read in full or beyond its
 * budget. The flood and the server that is probed are processes of their own.
 *   tsx bench/logs.ts [seconds of each of the four, default 8]
 */
const FILE = fileURLToPath(import.meta.url);
const SERVER_NAME = 'tides.harbour.svc';
const LINES_PER_SECOND = 50_000;
const PROBE_EVERY_MS = 50;
const TURNS = 2;
const API = 'v1.tides.example.com';
/** Milliseconds at the median: what a person could not tell from noise, and far below the first histogram bucket's neighbours. */
const GOAL_ADDED_MS = 5;
const GOAL_CPU = 2.2;

interface Round {
  /** Milliseconds of each probe. */
  readonly probes: readonly number[];
  readonly loopP99Ms: number;
  readonly linesPerSecond: number;
  readonly droppedPerSecond: number;
  readonly cpuMsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly rssMiB: number;
}

interface Figures extends Omit<Round, 'probes'> {
  readonly medianMs: number;
  readonly p99Ms: number;
}

interface Endpoint {
  readonly ca: string;
  readonly port: number;
}

async function bench(seconds: number): Promise<void> {
  const authority = await createAuthority({ name: 'bench-ca' });
  const issued = await authority.issue({ names: [SERVER_NAME], ips: ['127.0.0.1'] });
  const children: ChildProcess[] = [];
  const serve = async (role: string): Promise<Endpoint> => {
    const child = fork(FILE, [role, issued.cert, issued.key]);
    children.push(child);
    const [port] = (await once(child, 'message')) as [number];
    return { ca: authority.cert, port };
  };
  try {
    const [probed, flooding] = [await serve('quiet'), await serve('flood')];
    const kinds: readonly [Endpoint | undefined, number | 'unread'][] = [
      [undefined, 0],
      [flooding, 'unread'],
      [flooding, 100 * 2 ** 30],
      [flooding, 8 * 2 ** 20],
    ];
    const rounds: Round[][] = [[], [], [], []];
    // The first turn warms up what all of them use; turns, because a machine that is shared changes while one looks.
    for (let turn = 0; turn <= TURNS; turn++)
      for (const [index, [log, budget]] of kinds.entries()) {
        const measured = await round(probed, log, turn === 0 ? 1 : seconds / TURNS, budget);
        if (turn > 0) rounds[index]!.push(measured);
      }
    const [quiet, unread, read, over] = rounds.map(together) as [Figures, Figures, Figures, Figures];
    reportCpu(quiet, unread, read);
    report('read in full', quiet, read);
    report('beyond its budget', quiet, over);
  } finally {
    for (const child of children) child.kill();
  }
}

function together(rounds: readonly Round[]): Figures {
  const probes = rounds.flatMap((one) => one.probes).sort((a, b) => a - b);
  const mean = (of: (one: Round) => number) => rounds.reduce((sum, one) => sum + of(one), 0) / rounds.length;
  return {
    medianMs: probes[probes.length >> 1]!,
    p99Ms: probes[Math.floor(probes.length * 0.99)]!,
    loopP99Ms: mean(({ loopP99Ms }) => loopP99Ms),
    linesPerSecond: mean(({ linesPerSecond }) => linesPerSecond),
    droppedPerSecond: mean(({ droppedPerSecond }) => droppedPerSecond),
    cpuMsPerSecond: mean(({ cpuMsPerSecond }) => cpuMsPerSecond),
    megabytesPerSecond: mean(({ megabytesPerSecond }) => megabytesPerSecond),
    rssMiB: Math.max(...rounds.map(({ rssMiB }) => rssMiB)),
  };
}

function reportCpu(quiet: Figures, unread: Figures, read: Figures): void {
  const ofLog = (loud: Figures) => (loud.cpuMsPerSecond - quiet.cpuMsPerSecond) / loud.megabytesPerSecond;
  const ratio = ofLog(read) / ofLog(unread);
  printRow({
    what: 'CPU of a followed log: received, split, compared with the signatures, counted',
    ours: `${ratio.toFixed(2)} × (${ofLog(read).toFixed(1)} ms per MB)`,
    peer: `${ofLog(unread).toFixed(1)} ms per MB, received over TLS and thrown away`,
    bar: `≤ ${GOAL_CPU} ×`,
    met: ratio <= GOAL_CPU,
  });
}

function report(what: string, quiet: Figures, loud: Figures): void {
  const added = loud.medianMs - quiet.medianMs;
  printRow({
    what: `probe latency added by a pod that logs ${LINES_PER_SECOND} lines/s, ${what}`,
    ours: `${added.toFixed(1)} ms at the median, ${(loud.p99Ms - quiet.p99Ms).toFixed(1)} at p99`,
    peer: `${quiet.medianMs.toFixed(1)} ms, p99 ${quiet.p99Ms.toFixed(1)}, no flood`,
    bar: `≤ ${GOAL_ADDED_MS} ms`,
    met: added <= GOAL_ADDED_MS,
  });
  printRow({
    what: `that pod, ${what}: lines read, dropped; event loop late by (p99); RSS`,
    ours: `${loud.linesPerSecond.toFixed(0)}/s, ${loud.droppedPerSecond.toFixed(0)}/s; ${loud.loopP99Ms.toFixed(1)} ms; ${loud.rssMiB.toFixed(0)} MiB`,
    peer: `${quiet.loopP99Ms.toFixed(1)} ms; ${quiet.rssMiB.toFixed(0)} MiB, no flood`,
  });
}

async function round(probed: Endpoint, flooding: Endpoint | undefined, seconds: number, bytesPerMinute: number | 'unread'): Promise<Round> {
  const stop = new AbortController();
  const flood = flooding && (bytesPerMinute === 'unread' ? drain(flooding, stop.signal) : follow(flooding, bytesPerMinute, stop.signal));
  // Connections are made and code is compiled before it counts.
  await sleep(1000);
  const loop = monitorEventLoopDelay({ resolution: 10 });
  loop.enable();
  const cpu = process.cpuUsage();
  const before = flood?.() ?? NOTHING;
  const started = performance.now();
  const probes: number[] = [];
  while (performance.now() - started < seconds * 1000) {
    probes.push(await probe(probed));
    await sleep(PROBE_EVERY_MS);
  }
  const took = (performance.now() - started) / 1000;
  const after = flood?.() ?? NOTHING;
  const { user, system } = process.cpuUsage(cpu);
  loop.disable();
  stop.abort();
  const lines = after.lines - before.lines;
  const dropped = after.dropped - before.dropped;
  return {
    probes,
    loopP99Ms: loop.percentile(99) / 1e6 - 10,
    linesPerSecond: lines / took,
    droppedPerSecond: dropped / took,
    cpuMsPerSecond: (user + system) / 1000 / took,
    megabytesPerSecond: ((lines + dropped) * LINE.length) / 1e6 / took,
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
  };
}

/** Milliseconds of a request on a connection of its own, handshake included. */
function probe({ ca, port }: Endpoint): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, ca, servername: SERVER_NAME, agent: new Agent({ maxCachedSessions: 0 }) };
    get(options, (response) => response.resume().on('end', () => resolve(performance.now() - started))).on('error', reject);
  });
}

interface Counts {
  readonly lines: number;
  readonly dropped: number;
}

const NOTHING: Counts = { lines: 0, dropped: 0 };

function clientOf({ ca, port }: Endpoint, signal: AbortSignal): ReturnType<typeof createKubeClient> {
  const kubeConfig = {
    getCurrentCluster: () => ({ server: `https://127.0.0.1:${port}` }),
    applyToHTTPSOptions: async (options: { ca?: unknown }) => {
      options.ca = ca;
    },
  };
  const client = createKubeClient(kubeConfig, { log: SILENT });
  signal.addEventListener('abort', () => client.close());
  return client;
}

/** The bytes are received and thrown away. */
function drain(endpoint: Endpoint, signal: AbortSignal): () => Counts {
  let bytes = 0;
  const read = async () => {
    const response = await clientOf(endpoint, signal).open('/log', { signal });
    response
      .on('error', () => {})
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
  };
  void read();
  return () => ({ lines: bytes / LINE.length, dropped: 0 });
}

function follow(endpoint: Endpoint, bytesPerMinute: number, signal: AbortSignal): () => Counts {
  const client = clientOf(endpoint, signal);
  const tail = createLogTail({ client, targets: fixedTargets([TARGET]), clock: Date.now, log: SILENT, options: { bytesPerMinute } });
  tail.start(signal);
  return () => {
    const facts = observedValue(tail.factsFor(API));
    return { lines: facts ? Object.values(facts.lines).reduce((sum, n) => sum + n, 0) : 0, dropped: facts?.dropped.budget ?? 0 };
  };
}

const TARGET: ApiTarget = {
  name: API,
  group: 'tides.example.com',
  version: 'v1',
  backend: { namespace: 'harbour', service: 'tides', port: 443 },
  insecureSkipTLSVerify: false,
  addresses: [],
  pods: [
    {
      namespace: 'harbour',
      name: 'tides',
      uid: 'u1',
      node: 'worker',
      hostNetwork: false,
      labels: {},
      ports: [],
      containers: [{ name: 'server', init: false, restarts: 0, running: true, startedAt: 0, limits: {} }],
    },
  ],
};

// --- the servers -------------------------------------------------------------------------------------------------------

const LINE =
  '2026-01-05T09:00:00.123456789Z I0105 09:00:00.123456       1 httplog.go:132] "HTTP" verb="GET" URI="/apis/tides.example.com/v1/gauges" latency="1.2ms" resp=200\n';
const REFUSED =
  '2026-01-05T09:00:00.123456789Z E0105 09:00:00.123456       1 gauge.go:12] "Unhandled Error" err="dial tcp 10.0.0.1:443: connect: connection refused" x="xxxxxxxx"\n';
const TICK_MS = 10;

/** Answers at once, or floods; a twentieth of the lines are errors. */
async function server(role: string, cert: string, key: string): Promise<void> {
  const own = createServer({ cert, key }, (request, response) => {
    if (role === 'quiet' || !request.url?.includes('/log')) {
      response.end('{"items":[]}');
      return;
    }
    let stamp = Date.now() * 1e6;
    const timer = setInterval(() => {
      if (response.writableNeedDrain) return;
      let text = '';
      for (let i = 0; i < (LINES_PER_SECOND * TICK_MS) / 1000; i++) {
        stamp += 20_000;
        const at = `${new Date(stamp / 1e6).toISOString().slice(0, 19)}.${String(Math.floor(stamp % 1e9)).padStart(9, '0')}Z`;
        text += at + (i % 20 === 0 ? REFUSED : LINE).slice(30);
      }
      response.write(text);
    }, TICK_MS);
    response.on('close', () => clearInterval(timer));
  }).listen(0, '127.0.0.1');
  await once(own, 'listening');
  process.send!((own.address() as AddressInfo).port);
}

const [role, cert, key] = process.argv.slice(2);
if (cert !== undefined && key !== undefined) await server(role!, cert, key);
else await bench(Number(role ?? 8));
