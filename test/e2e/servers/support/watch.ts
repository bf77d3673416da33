import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Diagnoses, Diagnosis } from '../../../../src/domain/diagnosis.ts';
import type { Cluster } from '../../cluster/harness/cluster.ts';
import type { LogLine } from '../../cluster/harness/container.ts';
import type { Exporter } from '../../cluster/harness/exporter.ts';
import type { Kube } from '../../cluster/harness/kube.ts';
import { until } from '../../cluster/harness/process.ts';
import type { Laid, ServerFault } from '../server.ts';

/** What was seen of one fault: a row of docs/real-world/servers.md. Seconds are from the injection. */
export interface Seen {
  readonly fault: string;
  readonly verdict: string;
  readonly confidence: number;
  /** The first step. */
  readonly remedy: string;
  readonly right: boolean;
  /** To the verdict that then held; absent where there is none. */
  readonly seconds?: number;
  /** Of the condition Available, while it lasted. */
  readonly condition: string;
  /** Status and body that a client gets for each thing it asks, at the injection. */
  readonly answers: readonly string[];
  /** The same, when the verdict has settled or the time is over: reviews are cached, figures are kept. */
  readonly answersThen: readonly string[];
  /** Conditions of the HorizontalPodAutoscalers. */
  readonly autoscalers: readonly string[];
  /** Lines of the server since the injection, each kind once. */
  readonly lines: readonly string[];
  /** What `diagnose --from -` makes of these lines alone. */
  readonly ofLines: string;
  /** Verdicts on other APIs meanwhile. */
  readonly blamed: readonly string[];
  /** What spoke for the verdict, for the reader of a miss. */
  readonly ledger: string;
}

/** A verdict has to hold this long. */
const SETTLED_MS = 6000;
const WITHIN_S = 45;
const ASK_TIMEOUT_MS = 70_000;
/** A kube-apiserver that starts says more than a hundred kinds. */
const MOST_LINES = 200;
const MAIN = new URL('../../../../dist/main.js', import.meta.url).pathname;

/** Injects, watches until a right verdict has settled or the time is over, asks as a client does, and takes the fault back. */
export async function watch(laid: Laid, exporter: Exporter, fault: ServerFault): Promise<Seen> {
  const { cluster, api } = laid;
  const injectedAt = Date.now();
  const undo = await fault.inject(cluster);
  const client = cluster.ordinaryClient();
  try {
    // A client asks all the while: an aggregated server says little to nobody.
    const askAll = () => Promise.all((fault.asks ?? laid.asks).map((path) => ask(client, path)));
    const answers = askAll();
    const { last, since, blamed } = await settle(exporter, api, fault, injectedAt);
    const condition = await cluster.condition(api).catch(() => undefined);
    const answersThen = await askAll();
    const seen = {
      fault: fault.id,
      verdict: last?.cause ?? 'nothing',
      confidence: last?.confidence ?? 0,
      remedy: last?.remedy[0] ?? '',
      right: isRight(fault, last),
      ...(last && since !== undefined ? { seconds: (since - injectedAt) / 1000 } : {}),
      condition: condition ? `${condition.status} ${condition.reason}: ${condition.message}` : 'none',
      answers: await answers,
      answersThen,
      autoscalers: await autoscalersOf(cluster),
      blamed,
      ledger: last ? JSON.stringify(last, undefined, 1) : 'no diagnosis',
    };
    const lines = linesSince(laid, injectedAt);
    return { ...seen, lines: kindsOf(lines), ofLines: readAlone(lines) };
  } finally {
    client.close();
    await undo();
    await until(`${api} to be healthy after ${fault.id}`, 120, async () => (await cluster.condition(api))?.status === 'True');
    for (const { container } of podsOf(laid)) container.forget();
    const { items } = await cluster.kube.get('/api/v1/namespaces');
    for (const { metadata } of items) await cluster.kube.remove(`/api/v1/namespaces/${metadata.name}/events`);
  }
}

/** No failure is told of: a machine that is busy with a start may make a node look lost. */
export async function calm(exporter: Exporter): Promise<void> {
  await until('nothing to be diagnosed', 150, async () => {
    const { diagnoses } = await exporter.diagnoses();
    if (diagnoses.length > 0) throw new Error(`still ${diagnoses.map(({ apiservice, cause }) => `${apiservice}: ${cause}`).join(', ')}`);
    return true;
  });
}

function isRight({ causes }: ServerFault, found: Diagnosis | undefined): boolean {
  return causes.length === 0 ? found === undefined : causes.some((cause) => cause === found?.cause);
}

async function settle(exporter: Exporter, api: string, fault: ServerFault, injectedAt: number) {
  const blamed = new Set<string>();
  const end = injectedAt + (fault.within ?? WITHIN_S) * 1000;
  let last: Diagnosis | undefined;
  let since: number | undefined;
  for (;;) {
    const { diagnoses } = await exporter.diagnoses();
    const now = Date.now();
    for (const { apiservice, cause } of diagnoses) if (apiservice !== api) blamed.add(`${apiservice}: ${cause}`);
    const found = diagnoses.find(({ apiservice }) => apiservice === api);
    if (found?.cause !== last?.cause) since = now;
    // Nobody is told of a failure that is over as of one that was never there.
    last = found ?? last;
    const holds = since !== undefined && now - since >= SETTLED_MS;
    if (now > end || (fault.causes.length > 0 && isRight(fault, found) && holds)) return { last, since, blamed: [...blamed] };
    await sleep(300);
  }
}

async function ask(client: Kube, path: string): Promise<string> {
  const begun = Date.now();
  const answer = await client.raw('GET', path, undefined, undefined, ASK_TIMEOUT_MS).then(
    ({ status, body }) => `${status} ${body.trim().slice(0, 600)}`,
    (error: unknown) => String(error),
  );
  return `${path}: ${answer} (${((Date.now() - begun) / 1000).toFixed(1)} s)`;
}

async function autoscalersOf({ kube }: Cluster): Promise<string[]> {
  const { items } = await kube.get('/apis/autoscaling/v2/horizontalpodautoscalers');
  return items.flatMap(({ metadata, status }: { metadata: { name: string }; status?: { conditions?: Record<string, string>[] } }) =>
    (status?.conditions ?? []).map(({ type, status: is, reason, message }) => `${metadata.name}: ${type}=${is} ${reason}: ${message}`),
  );
}

const podsOf = ({ cluster, apps }: Laid) =>
  cluster.kubelets
    .flatMap((kubelet) => [...kubelet.pods.values()])
    .filter(({ object }) => apps.includes(object.metadata.labels?.app ?? ''));

function linesSince(laid: Laid, begun: number): string[] {
  const since = new Date(begun).toISOString();
  return podsOf(laid)
    .flatMap(({ container }): LogLine[] => [...container.previous, ...container.lines])
    .filter(({ time }) => time >= since)
    .map(({ text }) => text);
}

/** One line of each kind: numbers and times tell no kinds apart. */
function kindsOf(lines: readonly string[]): string[] {
  const kinds = new Map<string, string>();
  for (const line of lines) {
    const kind = line.replace(/[\da-f]{8,}|\d+/g, '0').slice(0, 200);
    if (line.trim() !== '' && !kinds.has(kind)) kinds.set(kind, line.slice(0, 1500));
  }
  return [...kinds.values()].slice(0, MOST_LINES);
}

function readAlone(lines: readonly string[]): string {
  if (lines.length === 0) return 'no line';
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, 'diagnose', '--from', '-', '-o', 'json'], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout.startsWith('{')) return stderr.trim();
  const { answer, diagnoses } = JSON.parse(stdout) as Diagnoses;
  return diagnoses.length === 0
    ? answer
    : diagnoses.map(({ apiservice, cause, confidence }) => `${apiservice}: ${cause} ${confidence.toFixed(2)}`).join('; ');
}

export function tableOf(seen: readonly Seen[]): string {
  const rows = seen.map((s) =>
    [
      s.fault,
      s.condition.slice(0, 120).replaceAll('|', '/'),
      `${s.verdict} ${s.confidence.toFixed(2)}`,
      s.seconds?.toFixed(1) ?? '–',
      s.ofLines,
      s.right ? 'right' : 'MISS',
    ].join(' | '),
  );
  return [
    '| fault | condition | verdict | s | of the lines alone | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((r) => `| ${r} |`),
  ].join('\n');
}
