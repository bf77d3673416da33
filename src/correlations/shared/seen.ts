import { above, any, below, type Criterion, last, MINUTE } from '../../domain/criterion.ts';

/** Two minutes: long enough for a scrape every 30 s, short enough that yesterday's fault is not today's evidence. */
const NOW = 2 * MINUTE;

/** The count is above zero, the flag is set. */
export const seen = (signal: string): Criterion => above(last(signal, NOW), 0);

/** The count is zero, the flag is not set. */
export const none = (signal: string): Criterion => below(last(signal, NOW), 0.5);

export const atLeast = (signal: string, threshold: number): Criterion => above(last(signal, NOW), threshold);
export const lessThan = (signal: string, threshold: number): Criterion => below(last(signal, NOW), threshold);

/** One of the failure reasons was seen from there: `reasonSeen('direct', 'connection-timeout', 'tls-timeout')`. */
export const reasonSeen = (vantage: 'aggregator' | 'list' | 'direct', ...reasons: string[]): Criterion =>
  any(...reasons.map((reason) => seen(`${vantage}-${reason}`)));
