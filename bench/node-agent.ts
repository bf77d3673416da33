import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenToAgents } from '../src/reach/listener.ts';
import { createAgentReports } from '../src/reach/reports.ts';
import { SILENT } from '../src/source/logger.ts';
import { createAuthority } from '../test/support/certificates.ts';
import { cpuMsOf, ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';
import { buildWhereAbsent, MAIN } from './running-exporter.ts';

/**
 * Memory and CPU of the agent of a node, bundled, that asks 30 addresses and reports, at ten times its usual pace, against an empty Node program.
 *   tsx bench/node-agent.ts [seconds, default 60]
 */
const SECONDS = Number(process.argv[2] ?? 60);
const ADDRESSES = 30;
const PACE = 10;
/** Of memory that no other process shares: an empty Node program is at 40 MiB with its files, which all of them on a machine share. */
const OWN_GOAL_MIB = 20;

buildWhereAbsent();
const folder = mkdtempSync(join(tmpdir(), 'node-agent-'));
const authority = await createAuthority();
const { cert, key } = await authority.issue({ ips: ['127.0.0.1'], names: ['tide-gauge.harbour.svc'] });
for (const [file, text] of Object.entries({ cert, key, ca: authority.cert, token: 'flotsam' })) writeFileSync(join(folder, file), text);
const backend = createServer({ cert, key }, (_, response) => void response.writeHead(403).end('{}'));
await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
const { port } = backend.address() as AddressInfo;
const reports = createAgentReports({ intervalMs: 10_000 / PACE, timeoutMs: 5000 });
reports.provide(() =>
  Array.from({ length: ADDRESSES }, (_, i) => ({
    ...{ id: `${i}`, address: '127.0.0.1', port, serverName: 'tide-gauge.harbour.svc', group: `tides-${i}.example.com`, version: 'v1' },
    ...{ api: `v1.tides-${i}.example.com`, vantage: 'endpoint' as const, where: `127.0.0.1:${port}` },
  })),
);
const listener = await listenToAgents({
  ...{ host: '127.0.0.1', port: 0, certFile: join(folder, 'cert'), keyFile: join(folder, 'key'), reports, log: SILENT },
  identify: () => Promise.resolve({ node: 'quay-a' }),
});
const agent = spawn(
  process.execPath,
  [
    ...[MAIN, 'node-agent', '--report-to', `https://127.0.0.1:${listener.port}`, '--node', 'quay-a', '--allow-address', '127.0.0.0/8'],
    ...['--ca', join(folder, 'ca'), '--token', join(folder, 'token')],
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const empty = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
try {
  await sleep(5000);
  const before = cpuMsOf(agent.pid!);
  await sleep(SECONDS * 1000);
  const cpu = (cpuMsOf(agent.pid!) - before) / (SECONDS * 1000) / PACE;
  const { own, peak } = memoryOf(agent.pid!);
  printRow({
    what: `memory (RSS) of the agent of a node after ${SECONDS} s, ${ADDRESSES} addresses, ${PACE} × its pace`,
    ours: `${inWords(agent)}, ${peak.toFixed(0)} at most`,
    peer: `${inWords(empty)}, an empty Node program`,
    bar: `≤ ${OWN_GOAL_MIB} MiB of its own`,
    met: own <= OWN_GOAL_MIB,
  });
  printRow({
    what: `CPU of the agent of a node, ${ADDRESSES} addresses asked each 10 s`,
    ours: `${(100 * cpu).toFixed(2)} % of a core`,
  });
  const told = reports.of('v1.tides-0.example.com').flatMap(({ probes }) => probes);
  if (told.length !== 1 || !told[0]!.ok) throw new Error(`the agent has told ${JSON.stringify(told)}`);
} finally {
  for (const child of [agent, empty]) {
    child.kill();
    await ended(child);
  }
  await listener.close();
  backend.closeAllConnections();
  backend.close();
  rmSync(folder, { recursive: true });
}

function inWords({ pid }: ChildProcess): string {
  const { rss, own } = memoryOf(pid!);
  return `${rss.toFixed(0)} MiB (${own.toFixed(0)} of its own)`;
}
