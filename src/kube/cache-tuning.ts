import type { ListLimits } from './list.ts';

/** Times in milliseconds unless they say otherwise. Tests shorten them. */
export interface CacheTuning {
  readonly pageSize: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Back-off starts anew after this much health. */
  readonly healthyMs: number;
  /** Range of a watch's own length; random, so that not all watches end at once. */
  readonly watchSeconds: readonly [number, number];
  /** Silence beyond the watch's own end. */
  readonly idleSlackMs: number;
  /** Silence believed once the server has been seen to send bookmarks, which it does each minute. */
  readonly bookmarkIdleMs: number;
  /** A watch that ends sooner than this counts as a failure. */
  readonly shortestWatchMs: number;
  readonly staleAfterMs: number;
  /** When the server is back, the watches open within this time. */
  readonly spreadMs: number;
  /** Longest wait that a Retry-After can demand. */
  readonly maxRetryAfterMs: number;
  /** A first cut, a first 410 and a first answer of the server in so long a time cut the wait short, whatever happened before. */
  readonly excuseMs: number;
  /** Where a list is given up. */
  readonly listLimits: Partial<ListLimits>;
  /** How long one event of a watch may take to arrive. */
  readonly eventMs: number;
}

export const CACHE_TUNING: CacheTuning = {
  pageSize: 500,
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  healthyMs: 60_000,
  watchSeconds: [240, 300],
  idleSlackMs: 10_000,
  bookmarkIdleMs: 150_000,
  shortestWatchMs: 1_000,
  staleAfterMs: 60_000,
  spreadMs: 1_000,
  maxRetryAfterMs: 120_000,
  excuseMs: 5_000,
  listLimits: {},
  eventMs: 60_000,
};
