import type { SignalId } from './ids.ts';

/**
 * A condition over signals and windows: data with two readers, the evaluator (diagnose/) and the PromQL printer (generate/).
 * Three-valued: true, false, or undefined = not observed. `all` is false when one part is false, `any` true when one part is
 * true, undefined parts otherwise make it undefined; `not` keeps undefined. Signals are named, not imported, so that this
 * stays plain data.
 *
 * What each means at evaluation time t, as PromQL (`m` = the signal's series; a window w is left-open, (t-w, t], as in Prometheus 3):
 *   last        last_over_time(m[w])                    min, max, avg, increase: `<name>_over_time(m[w])`, `increase(m[w])`
 *   above/below aggregate > bool n, aggregate < bool n  (strict)
 *   changedWithin  time() - last_over_time(m[5m]) <= bool w
 *   coincides   sum_over_time((spike * max_over_time(event[within]))[over]) / sum_over_time(spike[over]) >= bool atLeast, where
 *               spike and event are the recorded 0/1 of each evaluation; fewer than FEWEST_SPIKES = false, no sample of the product
 *               at least filledAfter old = undefined
 *   tracks      (avg_over_time((a*b)[over]) - avg_over_time(a[over]) * avg_over_time(b[over]))
 *               / (stddev_over_time(a[over]) * stddev_over_time(b[over])) >= bool atLeast; a constant series = false,
 *               no sample of a*b at least filledAfter old = undefined
 *   regular     of `failing`: last_over_time(aggregated_api_failures_periodic[5m]) > bool 0.5 (a derived signal: PromQL has no onsets)
 */
export type Criterion =
  | { readonly kind: 'above' | 'below'; readonly value: Aggregate; readonly threshold: number }
  | { readonly kind: 'changedWithin'; readonly signal: SignalId; readonly window: Seconds }
  | {
      readonly kind: 'coincides';
      readonly event: Criterion;
      readonly spike: Criterion;
      readonly within: Seconds;
      readonly over: Seconds;
      readonly atLeast: number;
    }
  | { readonly kind: 'tracks'; readonly a: SignalId; readonly b: SignalId; readonly over: Seconds; readonly atLeast: number }
  | { readonly kind: 'regular'; readonly onsets: SignalId; readonly over: Seconds }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion };

export type Seconds = number;
export type AggregateName = 'last' | 'min' | 'max' | 'avg' | 'increase';

export interface Aggregate {
  readonly aggregate: AggregateName;
  readonly signal: SignalId;
  /** Seconds looked back; `last` uses the newest sample within it (default 300, Prometheus's own lookback). */
  readonly window: Seconds;
}

export const MINUTE = 60;
export const HOUR = 3600;

/**
 * What moves together at the beginning does so by chance: a window says nothing before its first sample is this old. Two curves need
 * longer than spikes that are counted.
 */
export const filledAfter = (kind: 'coincides' | 'tracks', over: Seconds): Seconds =>
  Math.min((kind === 'tracks' ? 5 : 1) * MINUTE, over / 2);
/** Spikes below this number coincide with anything. */
export const FEWEST_SPIKES = 3;

export const last = (signal: SignalId, window: Seconds = 5 * MINUTE): Aggregate => ({ aggregate: 'last', signal, window });
export const min = (signal: SignalId, window: Seconds): Aggregate => ({ aggregate: 'min', signal, window });
export const max = (signal: SignalId, window: Seconds): Aggregate => ({ aggregate: 'max', signal, window });
export const avg = (signal: SignalId, window: Seconds): Aggregate => ({ aggregate: 'avg', signal, window });
/** As Prometheus computes it, extrapolation and counter resets included. */
export const increase = (signal: SignalId, window: Seconds): Aggregate => ({ aggregate: 'increase', signal, window });

export const above = (value: Aggregate, threshold: number): Criterion => ({ kind: 'above', value, threshold });
export const below = (value: Aggregate, threshold: number): Criterion => ({ kind: 'below', value, threshold });
/** True when the timestamp signal (Unix seconds) lies within the last `window` seconds. */
export const changedWithin = (signal: SignalId, window: Seconds): Criterion => ({ kind: 'changedWithin', signal, window });
/** Of the moments in `over` at which `spike` holds, at least three, the share `atLeast` had `event` in the `within` seconds before. */
export const coincides = (
  event: Criterion,
  spike: Criterion,
  { within, over, atLeast }: { within: Seconds; over: Seconds; atLeast: number },
): Criterion => ({ kind: 'coincides', event, spike, within, over, atLeast });
/** Pearson's r of two signals over `over` is at least `atLeast`. */
export const tracks = (a: SignalId, b: SignalId, { over, atLeast }: { over: Seconds; atLeast: number }): Criterion => ({
  kind: 'tracks',
  a,
  b,
  over,
  atLeast,
});
/** Intervals between onsets are even: the temporal pattern over `over` is periodic. `onsets` names the signal that is 1 while it is. */
export const regular = (onsets: SignalId, { over }: { over: Seconds }): Criterion => ({ kind: 'regular', onsets, over });
export const all = (...of: Criterion[]): Criterion => ({ kind: 'all', of });
export const any = (...of: Criterion[]): Criterion => ({ kind: 'any', of });
export const not = (of: Criterion): Criterion => ({ kind: 'not', of });

/** Tells of a criterion and of everything that it is made of, the whole before its parts. */
export function eachPart(criterion: Criterion, tell: (part: Criterion) => void): void {
  tell(criterion);
  switch (criterion.kind) {
    case 'coincides':
      eachPart(criterion.event, tell);
      eachPart(criterion.spike, tell);
      return;
    case 'not':
      eachPart(criterion.of, tell);
      return;
    case 'all':
    case 'any':
      for (const part of criterion.of) eachPart(part, tell);
      return;
    default:
  }
}

/** Signals that a criterion asks itself, not by its parts. */
export function ownSignals(criterion: Criterion): readonly SignalId[] {
  switch (criterion.kind) {
    case 'above':
    case 'below':
      return [criterion.value.signal];
    case 'changedWithin':
      return [criterion.signal];
    case 'tracks':
      return [criterion.a, criterion.b];
    case 'regular':
      return [criterion.onsets];
    default:
      return [];
  }
}

/** Names of the signals that a criterion reads, each once, in order of appearance. */
export function signalsOf(criterion: Criterion): SignalId[] {
  const found = new Set<SignalId>();
  eachPart(criterion, (part) => {
    for (const signal of ownSignals(part)) found.add(signal);
  });
  return [...found];
}
