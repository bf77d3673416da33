import {
  type FailureReason,
  PROBE_DURATION_BUCKETS,
  type ProbeRequest,
  type ProbeResult,
  type ProbeTally,
  type Vantage,
} from '../../domain/probe.ts';

/** Counts of one target; they only grow. */
export interface Counts {
  attempts: number;
  readonly failures: Partial<Record<FailureReason, number>>;
  readonly durationBuckets: number[];
  durationSum: number;
}

/** A growing ProbeTally. */
export interface Tally {
  readonly vantage: Vantage;
  readonly request: ProbeRequest;
  readonly target: string;
  readonly counts: Counts;
  /** False before the first result, and while it cannot be measured: then it is not published, because it is not observed. */
  measured: boolean;
  last?: ProbeResult;
  lastOk?: number;
  lastFailure?: ProbeResult;
}

export function newCounts(): Counts {
  return { attempts: 0, failures: {}, durationBuckets: new Array<number>(PROBE_DURATION_BUCKETS.length + 1).fill(0), durationSum: 0 };
}

export function newTally(vantage: Vantage, request: ProbeRequest, target: string): Tally {
  return { vantage, request, target, counts: newCounts(), measured: false };
}

/**
 * A failure of our own (hop `us`: no file descriptor, no name service, token refused) says nothing about the API: it is
 * counted nowhere, and until the next result the target is not observed.
 */
export function record(tally: Tally, result: ProbeResult): void {
  tally.measured = result.hop !== 'us';
  if (!tally.measured) return;
  tally.last = result;
  const { counts } = tally;
  counts.attempts += 1;
  if (!result.ok) {
    tally.lastFailure = result;
    const reason = result.reason ?? 'other';
    counts.failures[reason] = (counts.failures[reason] ?? 0) + 1;
    return;
  }
  tally.lastOk = result.at + Math.round(result.seconds * 1000);
  if (result.disturbed) return;
  counts.durationSum += result.seconds;
  counts.durationBuckets.forEach((_, i) => {
    const limit = PROBE_DURATION_BUCKETS[i];
    if (limit === undefined || result.seconds <= limit) counts.durationBuckets[i] = (counts.durationBuckets[i] ?? 0) + 1;
  });
}

/** Adds what a target that went has counted, so that sums over an API's targets never fall when its pods are replaced. */
export function inherit(into: Counts, from: Counts): void {
  into.attempts += from.attempts;
  into.durationSum += from.durationSum;
  for (const [reason, n] of Object.entries(from.failures) as [FailureReason, number][])
    into.failures[reason] = (into.failures[reason] ?? 0) + n;
  from.durationBuckets.forEach((n, i) => {
    into.durationBuckets[i] = (into.durationBuckets[i] ?? 0) + n;
  });
}

/** A copy that later probes do not change; undefined while the target is not observed. */
export function publish(tally: Tally): ProbeTally | undefined {
  if (!tally.last || !tally.measured) return undefined;
  const { vantage, request, target, counts, last, lastOk, lastFailure } = tally;
  return {
    vantage,
    request,
    target,
    attempts: counts.attempts,
    failures: { ...counts.failures },
    last,
    ...(lastOk !== undefined && { lastOk }),
    ...(lastFailure && { lastFailure }),
    durationBuckets: [...counts.durationBuckets],
    durationSum: counts.durationSum,
  };
}
