import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { FailureReason, ProbeTally, Vantage } from '../../src/domain/probe.ts';
import type { ApiFacts, ClusterEvent, ClusterFacts, LogFacts, SignatureCount, Snapshot } from '../../src/domain/snapshot.ts';
import { SOURCES, type SourceName } from '../../src/domain/sources.ts';
import { classifyText } from '../../src/signatures/classify.ts';
import { healthyApi, healthyCluster, healthySnapshot, healthyTally, NOW, probeResult } from './healthy.ts';
import type { Situation } from './situation.ts';

const STEP_MS = 10_000;
const HEALTHY_TICKS = 12;
const FAULTY_TICKS = 9;

export interface Noise {
  /** Ticks of ten seconds before and in the situation. */
  readonly healthyTicks?: number;
  readonly faultyTicks?: number;
  readonly benign?: boolean;
  readonly missing?: SourceName;
}

/** A healthy cluster, then the situation, tick by tick. */
export function play(sheet: Situation, noise: Noise = {}): Snapshot[] {
  const { healthyTicks = HEALTHY_TICKS, faultyTicks = FAULTY_TICKS } = noise;
  return Array.from({ length: healthyTicks + faultyTicks }, (_, tick) => {
    const time = NOW + tick * STEP_MS;
    const ticks = Math.max(0, tick - healthyTicks + 1);
    const since = NOW + healthyTicks * STEP_MS;
    const { api, cluster } = factsOf(sheet, ticks, since, time, noise);
    const snapshot = healthySnapshot({
      time,
      apis: [withoutSource(api, noise.missing)],
      cluster: noise.missing === 'apiserver-metrics' ? withoutMetrics(cluster) : cluster,
      sources: SOURCES.map((source) =>
        source === noise.missing
          ? { source, state: 'forbidden' as const, rule: `${source}: get` }
          : { source, state: 'ok' as const, lastSuccess: time },
      ),
    });
    return snapshot;
  });
}

function factsOf(
  sheet: Situation,
  ticks: number,
  since: number,
  time: number,
  noise: Noise,
): { api: ApiFacts; cluster: Partial<ClusterFacts> } {
  const on = ticks > 0;
  const sheetFacts = on ? (sheet.facts?.({ ticks, since, time }) ?? {}) : {};
  const healthy = healthyApi();
  const probes = probesOf(on ? (sheet.probes ?? {}) : {}, ticks, time, sheet.details ?? {});
  const condition =
    on && sheet.condition
      ? observed({ status: 'False' as const, reason: sheet.condition[0], message: sheet.condition[1], lastTransition: since })
      : healthy.condition;
  const events = eventsOf(sheet, ticks, since, noise);
  const logs = logsOf(sheet, ticks, time, noise);
  const texts = [
    ...(on && sheet.condition ? [sheet.condition[1]] : []),
    ...(on ? (sheet.events ?? []).map(([, , message]) => message) : []),
    ...(on ? Object.values(sheet.details ?? {}) : []),
  ];
  return {
    api: {
      ...healthy,
      condition,
      transitions: { True: 0, False: on && sheet.condition ? 1 : 0, Unknown: 0 },
      probes,
      events: observed(events),
      logs: observed(logs),
      textMatches: textMatches(texts, time),
      ...(sheetFacts.api ?? {}),
    },
    cluster: { ...(noise.benign ? { systemEvents: observed(BENIGN_SYSTEM_EVENTS) } : {}), ...(sheetFacts.cluster ?? {}) },
  };
}

/** What a cluster that is well complains of too: a rollout of its DNS, and of its CNI. */
const BENIGN_SYSTEM_EVENTS: readonly ClusterEvent[] = ['coredns-6d94bc8694-abcde', 'cilium-x2x4z', 'kube-proxy-abcde', 'metrics-x'].map(
  (name) => ({
    type: 'Warning',
    reason: 'Unhealthy',
    kind: 'Pod',
    object: `kube-system/${name}`,
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    at: NOW,
    count: 2,
    node: 'node-a',
  }),
);

const TARGET = {
  aggregator: '10.0.0.1:443',
  service: '10.96.7.7:443',
  endpoint: '10.1.0.5:10250',
  control: '10.0.0.1:443',
} satisfies Partial<Record<Vantage, string>>;

function probesOf(
  failures: NonNullable<Situation['probes']>,
  ticks: number,
  time: number,
  details: NonNullable<Situation['details']>,
): ProbeTally[] {
  const tally = (vantage: keyof typeof TARGET, request: 'discovery' | 'list', key: keyof typeof failures): ProbeTally => {
    const reason: FailureReason | undefined = failures[key];
    const target = TARGET[vantage];
    const detail = details[key];
    const last = probeResult({
      vantage,
      request,
      target,
      at: time,
      ok: reason === undefined,
      ...(reason === undefined ? {} : { reason, ...(detail === undefined ? {} : { detail }) }),
    });
    return healthyTally(vantage, request, {
      target,
      attempts: 360 + ticks,
      last,
      lastOk: reason === undefined ? time : time - ticks * STEP_MS,
      failures: reason === undefined ? {} : { [reason]: ticks },
      ...(reason === undefined ? {} : { lastFailure: last }),
    });
  };
  return [
    tally('aggregator', 'discovery', 'aggregator'),
    tally('aggregator', 'list', 'list'),
    tally('service', 'discovery', 'service'),
    tally('endpoint', 'discovery', 'endpoint'),
  ];
}

function eventsOf(
  sheet: Situation,
  ticks: number,
  since: number,
  { benign }: Noise,
): { counts: { reason: string; kind: string; count: number }[]; recent: ClusterEvent[] } {
  const rows = [
    ...(sheet.events ?? []).map(([reason, kind, message]) => ({ reason, kind, message, count: ticks, at: since })),
    // A pod of another replica set was scheduled, an image was pulled: it happens all day.
    ...(benign
      ? [{ reason: 'Pulled', kind: 'Pod', message: 'Container image "tide-gauge:1" already present on machine', count: 1, at: NOW }]
      : []),
  ];
  return {
    counts: rows.map(({ reason, kind, count }) => ({ reason, kind, count })),
    recent: rows
      .filter(({ count }) => count > 0)
      .map(({ reason, kind, message, count, at }) => ({
        type: reason === 'Pulled' ? 'Normal' : 'Warning',
        reason,
        kind,
        object: 'harbour/tide-gauge-7c9f8d6b5-abcde',
        message,
        at,
        count,
      })),
  };
}

/** A healthy server's log has alarming lines too. */
const BENIGN_LINES = [
  'W0105 09:00:00.000000       1 reflector.go:561] watch of *v1.ConfigMap ended with: very short watch',
  'E0105 09:00:00.000000       1 timeout.go:142] "Post-timeout activity" logger="UnhandledError" timeElapsed="4.2ms"',
];

function logsOf(sheet: Situation, ticks: number, time: number, { benign }: Noise): LogFacts {
  const counts = new Map<string, SignatureCount>();
  const count = (line: string, times: number) => {
    const found = classifyText(line);
    if (!found) return;
    counts.set(found.id, {
      signature: found.id,
      speaker: found.speaker,
      count: (counts.get(found.id)?.count ?? 0) + times,
      lastAt: time,
      sample: line,
    });
  };
  for (const line of sheet.lines ?? []) count(line, ticks);
  if (benign) for (const line of BENIGN_LINES) count(line, 1);
  return {
    lines: {
      info: 1000 + ticks,
      warning: benign ? 1 : 0,
      error: (sheet.lines?.length ?? 0) * ticks + (benign ? 1 : 0),
      fatal: 0,
      unknown: 0,
    },
    matches: [...counts.values()],
    dropped: { budget: 0, truncated: 0, gap: 0 },
    unknownTemplates: [],
    lastWords: [],
  };
}

function textMatches(texts: readonly string[], time: number): SignatureCount[] {
  const found = new Map<string, SignatureCount>();
  for (const text of texts) {
    const signature = classifyText(text);
    if (!signature) continue;
    const { id, speaker } = signature;
    found.set(id, { signature: id, speaker, count: (found.get(id)?.count ?? 0) + 1, lastAt: time, sample: text.slice(0, 512) });
  }
  return [...found.values()];
}

function withoutSource(api: ApiFacts, source: SourceName | undefined): ApiFacts {
  switch (source) {
    case 'logs':
      return { ...api, logs: { state: 'forbidden', rule: 'pods/log: get' } };
    case 'events':
      return { ...api, events: { state: 'forbidden', rule: 'events: list, watch' } };
    case 'resources':
      return { ...api, resources: UNOBSERVED };
    case 'network-policies':
      return { ...api, policy: { state: 'forbidden', rule: 'networking.k8s.io/networkpolicies: list, watch' } };
    case 'pods':
      return { ...api, pods: { state: 'forbidden', rule: 'pods: list, watch' } };
    default:
      return api;
  }
}

function withoutMetrics(cluster: Partial<ClusterFacts>): Partial<ClusterFacts> {
  return { ...cluster, apiservers: (cluster.apiservers ?? healthyCluster().apiservers).map((one) => ({ ...one, metrics: UNOBSERVED })) };
}
