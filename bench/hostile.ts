import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { fixedTargets } from '../src/objects/targets.ts';
import { createProber } from '../src/probe/prober.ts';
import { SILENT } from '../src/source/logger.ts';
import { createAuthority } from '../test/support/certificates.ts';
import { printRow } from './row.ts';
import { tideTargets } from './targets.ts';

/**
 * CPU of probing backends that send without end or in crumbs, against good ones, per probe and in the same run; and how late the
 * event loop is meanwhile, since scrapes wait for it. Nineteen backends of one kind at once, each asked once a second.
 *   tsx bench/hostile.ts [KIND…]
 */
const FILE = fileURLToPath(import.meta.url);
const GOAL = 1.5;
/** Of a scrape, in milliseconds: a tenth of Prometheus's own time-out. */
const LATEST_MS = 1000;
const BACKENDS = 19;
const SERVER_NAME = 'tide-gauge.harbour.svc';
const SECONDS = 6;
/** A discovery document as large as that of metrics-server or an adapter. */
const DISCOVERY = JSON.stringify({
  kind: 'APIResourceList',
  groupVersion: 'tides.example.com/v1',
  resources: Array.from({ length: 20 }, (_, i) => ({
    name: `gauges-${i}`,
    namespaced: true,
    kind: 'Gauge',
    verbs: ['get', 'list', 'watch'],
  })),
});
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

type Kind = (socket: TLSSocket) => void;

/** Writes the text again and again, as fast as it is read. */
const forever =
  (start: string, text: string): Kind =>
  (socket) => {
    const block = Buffer.from(text.repeat(Math.ceil(16_384 / text.length)));
    const more = (): void => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', more).write(start);
    more();
  };

/** Each byte in a TLS record of its own. */
const inCrumbs: Kind = (socket) => {
  socket.write(`${OK}Content-Length: 400000\r\n\r\n`);
  const write = (): void => {
    for (let i = 0; i < 64 && !socket.destroyed; i += 1) socket.write('x');
    if (!socket.destroyed) setImmediate(write);
  };
  write();
};

const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries<Kind>({
    good: (socket) => socket.end(`${OK}Content-Type: application/json\r\nContent-Length: ${DISCOVERY.length}\r\n\r\n${DISCOVERY}`),
    'interim responses': forever('', 'HTTP/1.1 100 Continue\r\n\r\n'),
    'one endless header': forever(`${OK}A: `, 'x'),
    'header lines': forever(OK, 'a: b\r\n'),
    'chunks of a byte': forever(CHUNKED, '1\r\nx\r\n'),
    'chunk extensions': forever(`${CHUNKED}1;`, 'x'),
    trailers: forever(`${CHUNKED}1\r\nx\r\n0\r\n`, 'a: b\r\n'),
    'records of a byte': inCrumbs,
    'an endless body': forever(`${OK}\r\n`, 'x'),
  }),
);
const IGNORED_MESSAGES = 'ignored TLS messages';

interface Figures {
  readonly probes: number;
  readonly cpuMs: number;
  readonly p99Ms: number;
}

export async function benchHostile(wanted: readonly string[] = []): Promise<boolean> {
  const authority = await createAuthority({ name: 'bench-ca' });
  const issued = await authority.issue({ names: [SERVER_NAME] });
  const kinds = [...KINDS.keys(), IGNORED_MESSAGES].filter((kind) => wanted.length === 0 || kind === 'good' || wanted.includes(kind));
  let good: Figures | undefined;
  let isMet = true;
  for (const kind of kinds) {
    const server = fork(FILE, ['server', issued.cert, issued.key, kind]);
    const [ports] = (await once(server, 'message')) as [number[]];
    const prober = fork(FILE, ['prober', authority.cert, JSON.stringify(ports)]);
    const [figures] = (await once(prober, 'message')) as [Figures];
    for (const child of [server, prober]) child.kill();
    good ??= figures;
    const ratio = figures.cpuMs / figures.probes / (good.cpuMs / good.probes);
    const met = kind === 'good' || (ratio <= GOAL && figures.p99Ms <= LATEST_MS);
    isMet &&= met;
    printRow({
      what: `CPU of a probe: ${kind}`,
      ours: `${ratio.toFixed(2)} × (${(figures.cpuMs / figures.probes).toFixed(2)} ms, ${figures.probes} probes), loop p99 ${figures.p99Ms.toFixed(0)} ms`,
      peer: 'a good backend',
      bar: `≤ ${GOAL} ×, ≤ ${LATEST_MS} ms`,
      met,
    });
  }
  return isMet;
}

// --- child processes ---------------------------------------------------------------------------------------------------

async function serve(cert: string, key: string, kind: string): Promise<void> {
  const answer = KINDS.get(kind);
  const ports: number[] = [];
  for (let i = 0; i < BACKENDS; i += 1) {
    const server = answer
      ? createServer({ cert, key }, (socket) => {
          socket.on('error', () => {}).setNoDelay(true);
          socket.once('data', () => answer(socket));
        }).on('tlsClientError', () => {})
      : createTcpServer(floodOfIgnored);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  process.send?.(ports);
}

/** HelloRequest is skipped by a client until the ServerHello comes (RFC 5246, 7.4.1.1). */
function floodOfIgnored(socket: Socket): void {
  const flood = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from([22, 3, 3, 0, 4, 0, 0, 0, 0])));
  const more = (): void => {
    while (!socket.destroyed && socket.write(flood));
  };
  socket.on('error', () => {}).on('drain', more);
  socket.once('data', more);
}

async function probe(ca: string, ports: readonly number[]): Promise<Figures> {
  const targets = tideTargets(ports, ca);
  let probes = 0;
  const running = new AbortController();
  createProber({
    client: { server: new URL('https://127.0.0.1:1'), request: unused, open: unused, credentials: unused },
    targets: fixedTargets(targets),
    clock: Date.now,
    log: SILENT,
    options: {
      vantages: ['endpoint'],
      allowAddresses: ['127.0.0.0/8'],
      inCluster: true,
      intervalMs: 1000,
      discoveryTimeoutMs: 2000,
      burstSteps: 0,
    },
    onResult: () => {
      probes += 1;
    },
  }).start(running.signal);
  await sleep(2000);
  probes = 0;
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const before = process.cpuUsage();
  await sleep(SECONDS * 1000);
  const { user, system } = process.cpuUsage(before);
  loop.disable();
  running.abort();
  return { probes, cpuMs: (user + system) / 1000, p99Ms: loop.percentile(99) / 1e6 };
}

const unused = (): Promise<never> => Promise.reject(new Error('the bench has no kube-apiserver'));

const [role, first = '', second = '', third = ''] = process.argv.slice(2);
if (role === 'server') await serve(first, second, third);
else if (role === 'prober') process.send?.(await probe(first, JSON.parse(second) as number[]));
else if (process.argv[1] === FILE) process.exitCode = (await benchHostile(process.argv.slice(2))) ? 0 : 1;
