import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fixedTargets } from '../src/objects/targets.ts';
import { createProber } from '../src/probe/prober.ts';
import { SILENT } from '../src/source/logger.ts';
import { createAuthority } from '../test/support/certificates.ts';
import { freePort } from '../test/support/free-port.ts';
import { cpuMsOf } from './processes.ts';
import { printRow } from './row.ts';
import { tideTargets } from './targets.ts';

/**
 * CPU of one verified TLS probe, fresh connection each time, against blackbox_exporter (Debian's prometheus-blackbox-exporter)
 * on the same server, with the same certificate, in the same run. Quote the ratio, never the milliseconds.
 *   tsx bench/probe.ts
 */
const FILE = fileURLToPath(import.meta.url);
const BLACKBOX = 'prometheus-blackbox-exporter';
const GOAL = 1.2;
const TARGETS = 40;
const SERVER_NAME = 'tide-gauge.harbour.svc';
const PATH = '/apis/tides.example.com/v1';
const DISCOVERY = JSON.stringify({ kind: 'APIResourceList', groupVersion: 'tides.example.com/v1', resources: [] });

interface Load {
  readonly name: string;
  readonly perSecond: number;
  readonly warmSeconds: number;
  readonly seconds: number;
}
/** As fast as both go on one core without queueing, and at the pace of a real cluster, where caches are cold. */
const LOADS: readonly Load[] = [
  { name: 'loaded', perSecond: 160, warmSeconds: 2, seconds: 5 },
  { name: 'paced', perSecond: 13, warmSeconds: 1, seconds: 6 },
];

interface Figures {
  readonly probes: number;
  readonly failed: number;
  readonly cpuMs: number;
}

/** Prints CPU per probe of both and their ratio. Returns whether the goal was met; undefined without the peer. */
export async function benchProbe(): Promise<boolean | undefined> {
  if (spawnSync(BLACKBOX, ['--version']).error) {
    console.log(`probe: ${BLACKBOX} is not installed, nothing to compare with`);
    return undefined;
  }
  const authority = await createAuthority({ name: 'bench-ca' });
  const issued = await authority.issue({ names: [SERVER_NAME] });
  const server = fork(FILE, ['server', issued.cert, issued.key]);
  const [ports] = (await once(server, 'message')) as [number[]];
  const ours = fork(FILE, ['ours', authority.cert, JSON.stringify(ports)]);
  const blackbox = await startBlackbox(authority.cert);
  try {
    const ratios: number[] = [];
    for (const load of LOADS) {
      const peer = await measureBlackbox(blackbox, ports, load);
      ours.send(load);
      const [own] = (await once(ours, 'message')) as [Figures];
      ratios.push(report(load, own, peer, load === LOADS[0] ? GOAL : undefined));
    }
    return (ratios[0] ?? Number.POSITIVE_INFINITY) <= GOAL;
  } finally {
    for (const child of [server, ours, blackbox.process]) child.kill();
    blackbox.clean();
  }
}

function report({ name, perSecond }: Load, own: Figures, peer: Figures, goal?: number): number {
  const each = ({ cpuMs, probes }: Figures): number => cpuMs / probes;
  const ratio = each(own) / each(peer);
  const failures = own.failed + peer.failed > 0 ? `; FAILED ${own.failed} and ${peer.failed}` : '';
  printRow({
    what: `CPU of a verified TLS probe, ${name} (${perSecond}/s)${failures}`,
    ours: `${ratio.toFixed(2)} × (${each(own).toFixed(2)} ms, ${own.probes} probes)`,
    peer: `${each(peer).toFixed(2)} ms, blackbox_exporter (${peer.probes})`,
    ...(goal === undefined ? {} : { bar: `≤ ${goal} ×`, met: ratio <= goal }),
  });
  return ratio;
}

// --- the peer ----------------------------------------------------------------------------------------------------------

interface Blackbox {
  readonly process: ChildProcess;
  readonly port: number;
  readonly clean: () => void;
}

async function startBlackbox(ca: string): Promise<Blackbox> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
  writeFileSync(join(folder, 'ca.pem'), ca);
  const module = {
    prober: 'http',
    timeout: '5s',
    http: { fail_if_not_ssl: true, tls_config: { ca_file: join(folder, 'ca.pem'), server_name: SERVER_NAME } },
  };
  writeFileSync(join(folder, 'blackbox.yml'), JSON.stringify({ modules: { verified: module } }));
  const port = await freePort();
  const started = spawn(
    BLACKBOX,
    [`--config.file=${join(folder, 'blackbox.yml')}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    {
      stdio: 'ignore',
    },
  );
  const blackbox = { process: started, port, clean: () => rmSync(folder, { recursive: true }) };
  for (let i = 0; i < 100 && !(await get(port, '/-/healthy').catch(() => '')); i++) await sleep(50);
  return blackbox;
}

const agent = new http.Agent({ keepAlive: true });

function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}

async function measureBlackbox({ process: child, port }: Blackbox, ports: readonly number[], load: Load): Promise<Figures> {
  let probes = 0;
  let failed = 0;
  const one = async (target: number): Promise<void> => {
    const answer = await get(port, `/probe?module=verified&target=${encodeURIComponent(`https://127.0.0.1:${target}${PATH}`)}`);
    probes += 1;
    if (!/^probe_success 1$/m.test(answer)) failed += 1;
  };
  const drive = async (seconds: number): Promise<void> => {
    const open: Promise<void>[] = [];
    const start = performance.now();
    for (let i = 0; i < seconds * load.perSecond; i++) {
      await sleep(Math.max(0, start + (i * 1000) / load.perSecond - performance.now()));
      open.push(one(ports[i % ports.length] ?? 0));
    }
    await Promise.all(open);
  };
  await drive(load.warmSeconds);
  probes = 0;
  failed = 0;
  const before = cpuMsOf(child.pid ?? 0);
  await drive(load.seconds);
  return { probes, failed, cpuMs: cpuMsOf(child.pid ?? 0) - before };
}

// --- child processes ---------------------------------------------------------------------------------------------------

async function serve(cert: string, key: string): Promise<void> {
  const ports: number[] = [];
  for (let i = 0; i < TARGETS; i++) {
    const server = createServer({ cert, key }, (_, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(DISCOVERY);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  process.send?.(ports);
}

async function measureOurs(ca: string, ports: readonly number[], load: Load): Promise<Figures> {
  const targets = tideTargets(ports, ca);
  let probes = 0;
  let failed = 0;
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
      intervalMs: (1000 * TARGETS) / load.perSecond,
      burstSteps: 0,
    },
    onResult: (_, { ok }) => {
      probes += 1;
      if (!ok) failed += 1;
    },
  }).start(running.signal);
  await sleep(load.warmSeconds * 1000);
  probes = 0;
  failed = 0;
  const before = process.cpuUsage();
  await sleep(load.seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  const figures = { probes, failed, cpuMs: (user + system) / 1000 };
  running.abort();
  return figures;
}

const unused = (): Promise<never> => Promise.reject(new Error('the bench has no kube-apiserver'));

const [role, first = '', second = ''] = process.argv.slice(2);
if (role === 'server') await serve(first, second);
else if (role === 'ours')
  process.on(
    'message',
    (load: Load) => void measureOurs(first, JSON.parse(second) as number[], load).then((figures) => process.send?.(figures)),
  );
else if (process.argv[1] === FILE) process.exitCode = (await benchProbe()) === false ? 1 : 0;
