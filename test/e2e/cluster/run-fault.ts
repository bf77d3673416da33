import { setTimeout as sleep } from 'node:timers/promises';
import type { Diagnosis } from '../../../src/domain/diagnosis.ts';
import { runEvidence, runVerify } from './commands.ts';
import type { Fault } from './fault.ts';
import { type Cluster, METRICS, WARDLE } from './harness/cluster.ts';
import type { Exporter } from './harness/exporter.ts';
import { until } from './harness/process.ts';
import { path } from './harness/workloads.ts';
import { restartPod } from './inject.ts';

/** What was seen of one fault; a row of docs/accuracy.md. Seconds are from the first failed probe. */
export interface Outcome {
  readonly fault: string;
  readonly expected: string;
  /** The Available condition while it lasted. */
  readonly condition: string;
  readonly verdict: string;
  readonly category: string;
  readonly confidence: number;
  readonly pattern: string;
  readonly right: boolean;
  readonly rightCause: boolean;
  /** What it was called when the fault was taken back, where it was left for longer than the verdict took to settle. */
  readonly later?: { readonly verdict: string; readonly confidence: number; readonly rightCause: boolean };
  /** From the injection to the first failed probe. */
  readonly noticed?: number;
  /** From the first failed probe to the first diagnosis, and to the one from which on the category stayed right. */
  readonly detected?: number;
  readonly rightAfter?: number;
  /** From the recovery that the condition shows to the end of the diagnosis. */
  cleared?: number;
  /** Other APIs that were blamed meanwhile. */
  readonly blamed: readonly string[];
  /** What is wrong with the commands that were printed: see commands.ts. */
  readonly commands: string[];
  /** What spoke for the verdict and its rivals, for the reader of a miss. */
  readonly ledger: string;
}

/** What is done besides with a fault. */
export interface Course {
  /** Waits also for the diagnosis to end, which it does a minute after the last failure. */
  readonly toTheEnd?: boolean;
  /** The fault stays at least for so long after its first diagnosis, and what it is called then is noted too. */
  readonly lastsSeconds?: number;
  /** Is awaited while the fault lasts, when the verdict has settled. */
  readonly look?: () => Promise<void>;
}

/** A verdict has to hold this long to count as settled. */
const SETTLED_MS = 6000;
const BYSTANDERS = [METRICS];
const COMMAND_TRIES = 6;
const COMMANDS_AGAIN_MS = 3000;

/**
 * Injects, watches until the verdict is right and settled or the time is over, and takes the fault back.
 */
export async function runFault(
  cluster: Cluster,
  exporter: Exporter,
  fault: Fault,
  { toTheEnd = false, lastsSeconds, look }: Course = {},
): Promise<Outcome> {
  const api = fault.api ?? WARDLE;
  const injectedAt = Date.now();
  const undo = await fault.inject(cluster);
  const blamed = new Set<string>();
  let since: number | undefined;
  let firstAt: number | undefined;
  let rightSince: number | undefined;
  let last: Diagnosis | undefined;
  let outcome: Outcome;
  try {
    for (;;) {
      const { diagnoses } = await exporter.diagnoses();
      const now = Date.now();
      for (const other of fault.everyone ? [] : diagnoses)
        if (BYSTANDERS.includes(other.apiservice)) blamed.add(`${other.apiservice}: ${other.cause}`);
      const found = diagnoses.find((diagnosis) => diagnosis.apiservice === api);
      if (found) {
        last = found;
        since ??= found.since === undefined ? now : Math.min(now, Math.max(injectedAt, found.since * 1000));
        firstAt ??= now;
      }
      const right = found?.category === fault.category;
      rightSince = right ? (rightSince ?? now) : undefined;
      if (rightSince !== undefined && now - rightSince >= SETTLED_MS) break;
      if (now - (since ?? injectedAt) > (fault.within + (since === undefined ? 60 : SETTLED_MS / 1000)) * 1000) break;
      await sleep(300);
    }
    const settled = last;
    while (lastsSeconds !== undefined && firstAt !== undefined && Date.now() - firstAt < lastsSeconds * 1000) {
      await sleep(1000);
      last = (await exporter.diagnosisOf(api)) ?? last;
    }
    const isRight = (diagnosis: Diagnosis | undefined) => fault.causes.some((cause) => cause === diagnosis?.cause);
    const condition = await cluster.condition(api).catch(() => undefined);
    await look?.();
    const commands = last ? await commandsWhileItLasts(cluster, exporter, last) : [];
    outcome = {
      fault: fault.id,
      expected: `${fault.causes[0]} (${fault.category})`,
      condition: condition ? `${condition.status} ${condition.reason}` : 'none',
      verdict: settled?.cause ?? 'nothing',
      category: settled?.category ?? 'none',
      confidence: settled?.confidence ?? 0,
      pattern: settled?.pattern ?? 'none',
      right: rightSince !== undefined,
      rightCause: isRight(settled),
      ...(lastsSeconds !== undefined && last
        ? { later: { verdict: last.cause, confidence: last.confidence, rightCause: isRight(last) } }
        : {}),
      ...(since === undefined ? {} : { noticed: (since - injectedAt) / 1000 }),
      ...(since === undefined || firstAt === undefined ? {} : { detected: Math.max(0, (firstAt - since) / 1000) }),
      ...(since === undefined || rightSince === undefined ? {} : { rightAfter: Math.max(0, (rightSince - since) / 1000) }),
      blamed: [...blamed],
      commands,
      ledger: last ? JSON.stringify(last, undefined, 1) : 'no diagnosis',
    };
  } finally {
    await undo();
    await recovered(cluster, fault.id);
  }
  // What was taken back may be the API itself.
  if (last && (await cluster.kube.raw('GET', path.apiService(api))).status === 200)
    outcome.commands.push(...(await runVerify(cluster, last)));
  try {
    if (toTheEnd) {
      const recoveredAt = Date.now();
      await until(`the diagnosis of ${fault.id} to end`, 150, async () => !(await exporter.diagnosisOf(api)));
      outcome.cleared = (Date.now() - recoveredAt) / 1000;
    }
  } finally {
    await calm(cluster, fault.id);
  }
  return outcome;
}

/**
 * A fault moves on while commands run: a pod that was Ready is so no longer, one request of three is refused. What the commands show is
 * held against what is said at that moment, so commands that do not fit are taken from a newer diagnosis and run again, until each has
 * fitted once.
 */
async function commandsWhileItLasts(cluster: Cluster, exporter: Exporter, first: Diagnosis): Promise<string[]> {
  const shown = new Set<string>();
  let wrong = await runEvidence(cluster, first, shown);
  for (let tries = 1; wrong.length > 0 && tries < COMMAND_TRIES; tries += 1) {
    await sleep(COMMANDS_AGAIN_MS);
    const now = await exporter.diagnosisOf(first.apiservice);
    if (!now) break;
    wrong = await runEvidence(cluster, now, shown);
    console.log(`commands of ${now.cause} run again: ${wrong.length} do not fit`);
  }
  return wrong;
}

/** metrics-server too: while a kube-apiserver hardly answers, kubelets know nobody who scrapes them, and it comes back two scrapes later. */
async function recovered(cluster: Cluster, fault: string): Promise<void> {
  for (const api of [WARDLE, METRICS])
    await until(`${api} to be healthy after ${fault}`, 90, async () => (await cluster.condition(api))?.status === 'True');
}

/** As if an hour had passed: a pod that never restarted, no event and no line of a log that tells of the fault. */
async function calm(cluster: Cluster, fault: string): Promise<void> {
  const { container } = cluster.pod(cluster.wardle);
  if (container.restarts > 0) {
    await restartPod(cluster);
    await until('the pod to be replaced and ready', 60, () => {
      const now = cluster.pod(cluster.wardle).container;
      return now !== container && now.ready;
    });
    await recovered(cluster, fault);
  }
  for (const { container: own } of cluster.kubelets.flatMap((kubelet) => [...kubelet.pods.values()])) own.forget();
  for (const namespace of ['default', 'kube-system', 'wardle', 'harbour'])
    await cluster.kube.remove(`/api/v1/namespaces/${namespace}/events`);
}

export function tableOf(outcomes: readonly Outcome[]): string {
  const seconds = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1));
  const rows = outcomes.map((o) =>
    [
      o.fault,
      o.condition,
      o.expected,
      `${o.verdict} (${o.category})`,
      o.confidence.toFixed(2),
      o.pattern,
      seconds(o.noticed),
      seconds(o.detected),
      seconds(o.rightAfter),
      seconds(o.cleared),
      o.right ? 'right' : 'MISS',
    ].join(' | '),
  );
  const head = 'fault | condition | expected | verdict | confidence | pattern | noticed s | detected s | right s | cleared s | ';
  return [`| ${head} |`, `|${' --- |'.repeat(11)}`, ...rows.map((row) => `| ${row} |`)].join('\n');
}

/** `share`-quantile of the numbers, the nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
