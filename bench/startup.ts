import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pastedText } from './pasted-text.ts';
import { cpuMsOf, ended, memoryOf } from './processes.ts';
import { printRow } from './row.ts';
import { ask, buildWhereAbsent, MAIN, startExporter } from './running-exporter.ts';

/**
 * What a pasted text costs from the start of the bundled program to its answer; and from the start of the bundled exporter to its first scrape and to its first full tick, and its memory at rest, against a small
 * simulated cluster that runs as a process of its own.
 *   tsx bench/startup.ts [seconds at rest, default 60]
 */
const REST_SECONDS = Number(process.argv[2] ?? 60);
const STARTS = 7;
const SCRAPE_GOAL_S = 0.6;
const RSS_GOAL_MIB = 80;
/** User and system time of `diagnose` with a text of two kilobytes: people script it. */
const ANSWER_GOAL_S = 0.25;
const ANSWERS = 20;

interface Start {
  readonly scrape: number;
  readonly scrapeCpu: number;
  readonly ready: number;
  readonly readyCpu: number;
}

buildWhereAbsent();
const answer = meanCpu([MAIN, 'diagnose', '--from', '-'], pastedText(2048));
printRow({
  what: `start to answer of a pasted text of 2 KB, bundled, mean of ${ANSWERS}`,
  ours: `${answer.toFixed(3)} s CPU`,
  peer: `${meanCpu(['-e', '0'], Buffer.alloc(0)).toFixed(3)} s CPU, an empty Node program`,
  bar: `≤ ${ANSWER_GOAL_S} s CPU`,
  met: answer <= ANSWER_GOAL_S,
});

const cluster = await startCluster();
try {
  const starts: Start[] = [];
  for (let i = 0; i < STARTS; i++) {
    const { exporter, port, start } = await measuredStart(cluster.kubeconfig);
    starts.push(start);
    if (i === STARTS - 1) await reportRest(exporter, port);
    exporter.kill();
    await ended(exporter);
  }
  const scrapes = starts.map((start) => start.scrape).sort((a, b) => a - b);
  printRow({
    what: `start to first scrape, bundled, median of ${STARTS}`,
    ours: `${median(scrapes).toFixed(2)} s (${scrapes[0]!.toFixed(2)} to ${scrapes.at(-1)!.toFixed(2)}), ${medianOf(starts, 'scrapeCpu')} s CPU`,
    peer: `${bareNode().toFixed(2)} s, an empty Node program`,
    bar: `≤ ${SCRAPE_GOAL_S} s`,
    met: median(scrapes) <= SCRAPE_GOAL_S,
  });
  printRow({
    what: 'start to ready: everything listed and probed once',
    ours: `${medianOf(starts, 'ready')} s, ${medianOf(starts, 'readyCpu')} s CPU`,
  });
} finally {
  cluster.process.stdin?.end();
  await ended(cluster.process);
}

async function reportRest({ pid }: ChildProcess, port: number): Promise<void> {
  const before = cpuMsOf(pid!);
  for (let second = 0; second < REST_SECONDS; second++) {
    await sleep(1000);
    // As Prometheus does.
    if (second % 15 === 0) await ask(port, '/metrics');
  }
  const { rss, own, peak } = memoryOf(pid!);
  const cpu = (cpuMsOf(pid!) - before) / (REST_SECONDS * 1000);
  printRow({
    what: `RSS after ${REST_SECONDS} s of a small cluster, scraped each 15 s`,
    ours: `${rss.toFixed(0)} MiB (${own.toFixed(0)} of its own, ${peak.toFixed(0)} at most)`,
    bar: `≤ ${RSS_GOAL_MIB} MiB`,
    met: rss <= RSS_GOAL_MIB,
  });
  printRow({
    what: `CPU in these ${REST_SECONDS} s: 2 APIs with 3 replicas probed each 10 s, 12 watches, logs`,
    ours: `${(100 * cpu).toFixed(1)} % of a core`,
  });
}

async function startCluster(): Promise<{ process: ChildProcess; kubeconfig: string }> {
  const child = spawn(process.execPath, [MAIN, 'simulate', 'quiet'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, ...(JSON.parse(String(line)) as { kubeconfig: string }) };
}

async function measuredStart(kubeconfig: string): Promise<{ exporter: ChildProcess; port: number; start: Start }> {
  const { process: exporter, port, since } = await startExporter(kubeconfig);
  const scrape = await since('/metrics');
  const scrapeCpu = cpuMsOf(exporter.pid!) / 1000;
  const ready = await since('/-/ready');
  return { exporter, port, start: { scrape, scrapeCpu, ready, readyCpu: cpuMsOf(exporter.pid!) / 1000 } };
}

/** User and system seconds of a Node program that reads the input: the shell counts all that it has started, to the hundredth or better. */
function meanCpu(args: readonly string[], input: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'startup-'));
  try {
    const file = join(folder, 'input');
    writeFileSync(file, input);
    const script = `file=$1; shift; i=0; while [ $i -lt ${ANSWERS} ]; do "$@" <"$file" >/dev/null 2>&1; i=$((i + 1)); done; times`;
    const { stdout } = spawnSync('sh', ['-c', script, 'sh', file, process.execPath, ...args], { encoding: 'utf8' });
    const [, ofChildren = ''] = stdout.split('\n');
    const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest));
    return seconds.reduce((sum, one) => sum + one, 0) / ANSWERS;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function medianOf(starts: readonly Start[], field: keyof Start): string {
  return median(starts.map((start) => start[field])).toFixed(2);
}

/** Seconds; says how busy the machine is, too. */
function bareNode(): number {
  return median(
    Array.from({ length: STARTS }, () => {
      const began = performance.now();
      spawnSync(process.execPath, ['-e', '0']);
      return (performance.now() - began) / 1000;
    }),
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
