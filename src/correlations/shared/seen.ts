import { above, any, below, type Criterion, last, MINUTE } from '../../domain/criterion.ts';
import type { SignalId } from '../../domain/ids.ts';
import type { FailureReason } from '../../domain/probe.ts';

/** Two minutes: long enough for a scrape every 30 s, short enough that yesterday's fault is not today's evidence. */
const NOW = 2 * MINUTE;

/** The count is above zero, the flag is set. */
export const seen = (signal: SignalId): Criterion => above(last(signal, NOW), 0);

/** The count is zero, the flag is not set. */
export const none = (signal: SignalId): Criterion => below(last(signal, NOW), 0.5);

export const atLeast = (signal: SignalId, threshold: number): Criterion => above(last(signal, NOW), threshold);
export const lessThan = (signal: SignalId, threshold: number): Criterion => below(last(signal, NOW), threshold);

/** One of the failure reasons was seen from there: `reasonSeen('direct', 'connection-timeout', 'tls-timeout')`. */
export const reasonSeen = (vantage: 'aggregator' | 'list' | 'direct', ...reasons: Reason[]): Criterion =>
  any(...reasons.map((reason) => seen(`${vantage}-${reason}`)));

/** A failure reason as signals are named after it: `connection-timeout`. */
export type Reason = Kebab<FailureReason>;
type Kebab<Name extends string> = Name extends `${infer First}_${infer Rest}` ? `${First}-${Kebab<Rest>}` : Name;
