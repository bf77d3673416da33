import {
  type FailureReason,
  PROBE_DURATION_BUCKETS,
  type ProbeRequest,
  type ProbeResult,
  type ProbeRun,
  type ProbeTally,
  type Vantage,
} from '../domain/probe.ts';

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
  run?: ProbeRun;
  /** When each reason was seen last, and when it last came back. At most one entry per reason. */
  readonly seen: Partial<Record<FailureReason, number>>;
  readonly recurred: Partial<Record<FailureReason, number>>;
}

/**
 * A reason recurs when it comes back after at least so long: probes of a burst follow each other by a second, and what one restart
 * does within its few seconds is one failure. After five minutes it is another one.
 */
const RECURS_AFTER_MS = 10_000;
const RECURS_WITHIN_MS = 5 * 60_000;

export function newCounts(): Counts {
  return { attempts: 0, failures: {}, durationBuckets: new Array<number>(PROBE_DURATION_BUCKETS.length + 1).fill(0), durationSum: 0 };
}

export function newTally(vantage: Vantage, request: ProbeRequest, target: string): Tally {
  return { vantage, request, target, counts: newCounts(), measured: false, seen: {}, recurred: {} };
}

/**
 * A failure of our own (hop `us`: no file descriptor, no name service, token refused) says nothing about the API: it is
 * counted nowhere, and until the next result the target is not observed.
 */
export function record(tally: Tally, result: ProbeResult): void {
  tally.measured = result.hop !== 'us';
  if (!tally.measured) return;
  follow(tally, result);
  tally.last = result;
  const { counts } = tally;
  counts.attempts += 1;
  if (!result.ok) {
    tally.lastFailure = result;
    const reason = reasonIn(result);
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

/** What the newest outcome ends, and what it continues. Needs the outcome before, so it comes first. */
function follow(tally: Tally, result: ProbeResult): void {
  tally.run = runWith(tally, result);
  if (!result.ok) noteReason(tally, result);
}

function runWith({ last, run }: Tally, result: ProbeResult): ProbeRun {
  const continues = run !== undefined && last?.ok === result.ok;
  return {
    since: continues ? run.since : result.at,
    length: continues ? run.length + 1 : 1,
    alikeSince: continues && isAlike(last, result) ? run.alikeSince : result.at,
  };
}

function noteReason({ last, seen, recurred }: Tally, result: ProbeResult): void {
  const reason = reasonIn(result);
  const before = seen[reason];
  const hadEnded = last !== undefined && (last.ok || reasonIn(last) !== reason);
  const apart = before === undefined ? 0 : result.at - before;
  if (hadEnded && apart >= RECURS_AFTER_MS && apart <= RECURS_WITHIN_MS) recurred[reason] = result.at;
  seen[reason] = result.at;
}

/** Of a failure. */
const reasonIn = ({ reason = 'other' }: ProbeResult): FailureReason => reason;
const isAlike = (a: ProbeResult, b: ProbeResult): boolean => a.reason === b.reason && wordsOf(a) === wordsOf(b);
/** Ports, times and counts differ from one time to the next. */
const wordsOf = ({ detail = '' }: ProbeResult): string => detail.replace(/[0-9]+/g, '');

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
  const { vantage, request, target, counts, last, lastOk, lastFailure, run, recurred } = tally;
  return {
    vantage,
    request,
    target,
    attempts: counts.attempts,
    failures: { ...counts.failures },
    last,
    ...(lastOk !== undefined && { lastOk }),
    ...(lastFailure && { lastFailure }),
    ...(run && { run }),
    ...(Object.keys(recurred).length > 0 && { recurred: { ...recurred } }),
    durationBuckets: [...counts.durationBuckets],
    durationSum: counts.durationSum,
  };
}
