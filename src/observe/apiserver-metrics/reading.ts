import type { ApiserverMetrics } from '../../domain/snapshot.ts';
import { labelOf } from '../exposition/labels.ts';
import { createExpositionScanner, type ExpositionScanner } from '../exposition/scanner.ts';
import { MOST_KINDS, refusalKey } from './refused-requests.ts';

/** Everything that is read of a kube-apiserver's /metrics: cumulative sums, as they stand there. */
export interface ApiserverReading {
  readonly unavailable: Record<string, number>;
  readonly unavailableTotal: Record<string, number>;
  terminations: number;
  /** Requests for resources of aggregated APIs that ended without the backend, by `refusalKey`; at most MOST_KINDS. */
  readonly refused: Map<string, number>;
  aborts: number;
  rejected: number;
  queued: number;
  queuedWithoutFlowControl: number;
  inflight: number;
  seatsExecuting: number;
  seatsLimit: number;
  etcdSeconds: number;
  etcdRequests: number;
  etcdErrors: number;
  requestSeconds: number;
  requests: number;
  serverErrors: number;
  egressDials: number;
  egressDialsDone: number;
  egressDialSeconds: number;
  egressDialFailures: number;
  startTimeSeconds: number | undefined;
  /** Names of the wanted samples that occurred: what is absent was not observed. */
  readonly seen: Set<string>;
}

/** Requests that last as long as the client likes: their duration says nothing of the server. */
const LONG_RUNNING = new Set(['WATCH', 'WATCHLIST', 'CONNECT', 'PROXY']);
/** The maxima of kube-apiserver's flags where priority and fairness is off: 400 reads and 200 writes. */
const DEFAULT_INFLIGHT_LIMIT = 600;

type Take = (reading: ApiserverReading, value: number, labels: string) => void;

/**
 * One line per sample that is wanted. Proxied requests are in none of the request families of the kube-apiserver: failures of
 * aggregated APIs show in terminations (component aggregator) and, cut in the middle of the answer, in aborts.
 */
const TAKEN: ReadonlyMap<string, Take> = new Map(
  Object.entries<Take>({
    aggregator_unavailable_apiservice: (r, value, labels) => put(r.unavailable, labels, value),
    aggregator_unavailable_apiservice_total: (r, value, labels) => put(r.unavailableTotal, labels, value),
    apiserver_request_terminations_total(r, value, labels) {
      if (labelOf(labels, 'component') !== 'aggregator') return;
      add(r, 'terminations', value);
      refuse(r, labels, value);
    },
    apiserver_request_aborts_total: (r, value) => add(r, 'aborts', value),
    apiserver_flowcontrol_rejected_requests_total: (r, value) => add(r, 'rejected', value),
    apiserver_flowcontrol_current_inqueue_requests: (r, value) => add(r, 'queued', value),
    apiserver_current_inqueue_requests: (r, value) => add(r, 'queuedWithoutFlowControl', value),
    apiserver_current_inflight_requests: (r, value) => add(r, 'inflight', value),
    // Requests that are exempt take seats without a limit: 50 of them are 50 of the 10 that there are (k8s.io/apiserver v0.36.3).
    apiserver_flowcontrol_current_executing_seats(r, value, labels) {
      if (labelOf(labels, 'priority_level') !== 'exempt') add(r, 'seatsExecuting', value);
    },
    apiserver_flowcontrol_nominal_limit_seats: (r, value) => add(r, 'seatsLimit', value),
    etcd_request_duration_seconds_sum: (r, value) => add(r, 'etcdSeconds', value),
    etcd_request_duration_seconds_count: (r, value) => add(r, 'etcdRequests', value),
    etcd_request_errors_total: (r, value) => add(r, 'etcdErrors', value),
    apiserver_request_duration_seconds_sum(r, value, labels) {
      if (!LONG_RUNNING.has(labelOf(labels, 'verb') ?? '')) add(r, 'requestSeconds', value);
    },
    apiserver_request_duration_seconds_count(r, value, labels) {
      if (!LONG_RUNNING.has(labelOf(labels, 'verb') ?? '')) add(r, 'requests', value);
    },
    apiserver_request_total(r, value, labels) {
      if (labelOf(labels, 'code')?.startsWith('5')) add(r, 'serverErrors', value);
    },
    apiserver_egress_dialer_dial_start_total: (r, value) => add(r, 'egressDials', value),
    apiserver_egress_dialer_dial_duration_seconds_sum: (r, value) => add(r, 'egressDialSeconds', value),
    apiserver_egress_dialer_dial_duration_seconds_count: (r, value) => add(r, 'egressDialsDone', value),
    apiserver_egress_dialer_dial_failure_count: (r, value) => add(r, 'egressDialFailures', value),
    process_start_time_seconds(r, value) {
      r.startTimeSeconds = value;
    },
  }),
);

export const APISERVER_SAMPLES: readonly string[] = [...TAKEN.keys()];

type Sum = Exclude<keyof ApiserverReading, 'unavailable' | 'unavailableTotal' | 'refused' | 'seen' | 'startTimeSeconds'>;

function add(reading: ApiserverReading, field: Sum, value: number): void {
  // A NaN would stay in the sum for ever.
  if (Number.isFinite(value)) reading[field] += value;
}

function refuse({ refused }: ApiserverReading, labels: string, value: number): void {
  const [group = '', version = '', verb = '', resource = ''] = ['group', 'version', 'verb', 'resource'].map((name) =>
    labelOf(labels, name),
  );
  // Discovery has no group here, but its path.
  if (group === '' || resource === '' || !Number.isFinite(value)) return;
  const key = refusalKey(group, version, verb, resource);
  const before = refused.get(key);
  if (before !== undefined || refused.size < MOST_KINDS) refused.set(key, (before ?? 0) + value);
}

function put(into: Record<string, number>, labels: string, value: number): void {
  const name = labelOf(labels, 'name');
  if (name !== undefined) into[name] = (Object.hasOwn(into, name) ? (into[name] ?? 0) : 0) + value;
}

/** Takes the body piece by piece; `reading` is complete after `scanner.end()`. */
export function readApiserverMetrics(): { readonly scanner: ExpositionScanner; readonly reading: ApiserverReading } {
  const reading: ApiserverReading = {
    unavailable: {},
    unavailableTotal: {},
    terminations: 0,
    refused: new Map(),
    aborts: 0,
    rejected: 0,
    queued: 0,
    queuedWithoutFlowControl: 0,
    inflight: 0,
    seatsExecuting: 0,
    seatsLimit: 0,
    etcdSeconds: 0,
    etcdRequests: 0,
    etcdErrors: 0,
    requestSeconds: 0,
    requests: 0,
    serverErrors: 0,
    egressDials: 0,
    egressDialsDone: 0,
    egressDialSeconds: 0,
    egressDialFailures: 0,
    startTimeSeconds: undefined,
    seen: new Set(),
  };
  const scanner = createExpositionScanner({
    wanted: APISERVER_SAMPLES,
    typed: true,
    onSample(name, labels, value) {
      reading.seen.add(name);
      TAKEN.get(name)?.(reading, value, labels);
    },
  });
  return { scanner, reading };
}

/** With the means since the reading before; without one, or after a restart of the server, they are not known. */
export function apiserverMetrics(now: ApiserverReading, before: ApiserverReading | undefined): ApiserverMetrics {
  const has = (name: string) => now.seen.has(name);
  return {
    unavailable: now.unavailable,
    unavailableTotal: now.unavailableTotal,
    terminations: now.terminations,
    aborts: now.aborts,
    rejectedRequests: now.rejected,
    queuedRequests: has('apiserver_flowcontrol_current_inqueue_requests') ? now.queued : now.queuedWithoutFlowControl,
    inflightRequests: now.inflight,
    ...(has('apiserver_current_inflight_requests') || now.seatsLimit > 0 ? { inflightRatio: inflightRatio(now) } : {}),
    ...(before && before.startTimeSeconds === now.startTimeSeconds && meansSince(before, now)),
    // Counters with labels have no series before their first event: with its neighbour there, none is none.
    ...((has('etcd_request_errors_total') || has('etcd_request_duration_seconds_count')) && { etcdErrors: now.etcdErrors }),
    ...(has('apiserver_request_total') && { serverErrors: now.serverErrors }),
    ...((has('apiserver_egress_dialer_dial_failure_count') || has('apiserver_egress_dialer_dial_start_total')) && {
      egressDialFailures: now.egressDialFailures,
    }),
    ...(now.startTimeSeconds !== undefined && { startTimeSeconds: now.startTimeSeconds }),
  };
}

function meansSince(
  before: ApiserverReading,
  now: ApiserverReading,
): Pick<ApiserverMetrics, 'etcdLatencySeconds' | 'etcdErrorRatio' | 'requestLatencySeconds' | 'egressDialsWaiting' | 'egressDialSeconds'> {
  const etcdRequests = now.etcdRequests - before.etcdRequests;
  const etcd = mean(now.etcdSeconds - before.etcdSeconds, etcdRequests);
  // The histogram counts failed requests too (apiserver/pkg/storage/etcd3/metrics, Kubernetes 1.36).
  const failed = mean(now.etcdErrors - before.etcdErrors, etcdRequests);
  const request = mean(now.requestSeconds - before.requestSeconds, now.requests - before.requests);
  const dial = mean(now.egressDialSeconds - before.egressDialSeconds, now.egressDialsDone - before.egressDialsDone);
  return {
    ...(dial !== undefined && { egressDialSeconds: dial }),
    ...(now.seen.has('apiserver_egress_dialer_dial_start_total') && {
      egressDialsWaiting: Math.max(0, unendedDials(now) - unendedDials(before)),
    }),
    ...(etcd !== undefined && { etcdLatencySeconds: etcd }),
    ...(failed !== undefined && { etcdErrorRatio: Math.min(1, failed) }),
    ...(request !== undefined && { requestLatencySeconds: request }),
  };
}

/**
 * Those that neither failed nor stood yet. One that waits for the answer of a silent proxy is counted as neither for as long as the proxy keeps
 * its connection, whatever became of the request (apiserver 1.36 pkg/server/egressselector).
 */
function unendedDials({ egressDials, egressDialsDone, egressDialFailures }: ApiserverReading): number {
  return egressDials - egressDialsDone - egressDialFailures;
}

function inflightRatio({ seatsExecuting, seatsLimit, inflight }: ApiserverReading): number {
  return Math.min(1, seatsLimit > 0 ? seatsExecuting / seatsLimit : inflight / DEFAULT_INFLIGHT_LIMIT);
}

function mean(sum: number, count: number): number | undefined {
  return count > 0 && sum >= 0 ? sum / count : undefined;
}
