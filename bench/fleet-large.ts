import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';
import { buildWhereAbsent, startExporter } from './running-exporter.ts';

/**
 * Many APIs over one client: when the first verdict stands in /metrics, when each API was probed through the kube-apiserver, and what the
 * process holds then. Bounded in time: what has not come by then is said, and missed. `npm run build` comes first.
 *   tsx bench/fleet-large.ts [APIs, default 2000] [seconds at most, default 180]
 */
const APIS = Number(process.argv[2] ?? 2000);
const MOST_SECONDS = Number(process.argv[3] ?? 180);
const FIRST_WITHIN_S = 15;
const ALL_WITHIN_S = 60;
const RSS_GOAL_MIB = 400;
/** The simulated cluster makes keys and opens ports for each. */
const CLUSTER_WITHIN_MS = 10 * 60_000;
const LOOK_EACH_MS = 2000;

buildWhereAbsent();
const cluster = spawn(
  process.execPath,
  [...process.execArgv, fileURLToPath(new URL('./fleet-cluster.ts', import.meta.url)), String(APIS)],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
let exporter: ChildProcess | undefined;
try {
  const { kubeconfig, configFile } = await started(cluster);
  const running = await startExporter(kubeconfig, '--config.file', configFile);
  exporter = running.process;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let first: number | undefined;
  let probed = 0;
  while (probed < APIS && seconds() < MOST_SECONDS) {
    await sleep(LOOK_EACH_MS);
    probed = await probedIn(running.port);
    if (probed > 0) first ??= seconds();
  }
  const all = probed < APIS ? undefined : seconds();
  printRow(timeRow(`first verdict of ${APIS} APIs`, first, FIRST_WITHIN_S));
  printRow(timeRow(`each of ${APIS} APIs probed through the kube-apiserver, and judged`, all, ALL_WITHIN_S, `${probed} of ${APIS}`));
  const { rss, peak } = memoryOf(running.process.pid ?? 0);
  printRow({
    what: `RSS of ${APIS} APIs over one client`,
    ours: `${rss.toFixed(0)} MiB (${peak.toFixed(0)} at most)`,
    bar: `≤ ${RSS_GOAL_MIB} MiB`,
    met: rss <= RSS_GOAL_MIB,
  });
} finally {
  exporter?.kill();
  if (exporter) await ended(exporter);
  cluster.stdin.end();
  await ended(cluster);
}

async function started(child: typeof cluster): Promise<{ kubeconfig: string; configFile: string }> {
  const [line] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(CLUSTER_WITHIN_MS) })) as [Buffer];
  return JSON.parse(String(line)) as { kubeconfig: string; configFile: string };
}

/** APIs of which a probe through the kube-apiserver stands in /metrics; 0 while nobody listens. */
async function probedIn(port: number): Promise<number> {
  try {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return text.match(/^aggregated_api_probes_total\{apiservice="[^"]*",vantage="aggregator",request="discovery"\}/gm)?.length ?? 0;
  } catch {
    return 0;
  }
}

function timeRow(what: string, seconds: number | undefined, within: number, reached = 'none') {
  const ours = seconds === undefined ? `not within ${MOST_SECONDS} s (${reached})` : `${seconds.toFixed(1)} s`;
  return { what, ours, bar: `≤ ${within} s`, met: seconds !== undefined && seconds <= within };
}
