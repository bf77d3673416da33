import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { KubeClient, ResourceCache, ResourceSpec } from './api.ts';
import { createBackOff } from './back-off.ts';
import { createDecoder, type Decoded, MalformedObjectError } from './decode.ts';
import { KubeRequestError, KubeStatusError } from './errors.ts';
import { createHealth, isCut } from './health.ts';
import { type ListLimits, listPages } from './list.ts';
import { createStore } from './store.ts';
import { watchOnce } from './watch.ts';

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

const TUNING: CacheTuning = {
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

export interface CacheOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: () => number;
  readonly tuning?: Partial<CacheTuning>;
}

/**
 * A list kept true by a watch. Every failure ends in another attempt, never in an exception: list → watch from its version →
 * on 410 list again (which replaces the store and reports what is gone as deleted) → on anything else wait and watch on.
 */
export function createResourceCache<T>(client: KubeClient, spec: ResourceSpec<T>, options: CacheOptions): ResourceCache<T> {
  const { clock, log, random = Math.random } = options;
  const tuning = { ...TUNING, ...options.tuning };
  const store = createStore<T>(log);
  const decode = createDecoder(spec);
  const health = createHealth(spec, { log, staleAfterMs: tuning.staleAfterMs, mayWarn: warningsOf(client) });
  const backOff = createBackOff({ firstMs: tuning.firstDelayMs, maxMs: tuning.maxDelayMs, healthyMs: tuning.healthyMs, random });
  let running: { readonly signal: AbortSignal; readonly end: Promise<void> } | undefined;
  let resourceVersion: string | undefined;
  let bookmarks = false;
  /** When a wait was last cut short, and why. */
  const excuses = new Map<'cut' | 'expired' | 'reachable', number>();
  /** Ends the running watch or wait, for relist(). */
  let interrupt = new AbortController();

  /** Takes an object as it is now; one that can't be read stays as not observed: neither as it was, nor gone. */
  const take = (bytes: Buffer, start: number, end: number, live: boolean): Decoded<T> | undefined => {
    try {
      const decoded = decode(bytes, start, end);
      health.read(decoded.key, decoded.refused);
      store.put(decoded, live);
      return decoded;
    } catch (error) {
      if (!(error instanceof MalformedObjectError)) throw error;
      health.unreadable(error);
      if (error.key !== undefined) store.markUnreadable(error.key, error.why);
      return undefined;
    }
  };

  const drop = (bytes: Buffer, start: number, end: number): Decoded<T> | undefined => {
    try {
      const decoded = decode(bytes, start, end);
      store.remove(decoded.key, decoded.object, true);
      health.gone(decoded.key);
      return decoded;
    } catch (error) {
      if (!(error instanceof MalformedObjectError)) throw error;
      // That it is gone is known, whatever it was in the end.
      if (error.key !== undefined) {
        store.remove(error.key, undefined, true);
        health.gone(error.key);
      }
      return undefined;
    }
  };

  const list = async (signal: AbortSignal): Promise<string> => {
    const live = health.synced;
    store.beginList();
    const version = await listPages(client, spec, {
      pageSize: tuning.pageSize,
      limits: tuning.listLimits,
      signal,
      clock,
      onItem(bytes, start, end) {
        take(bytes, start, end, live);
      },
    });
    store.endList(live);
    health.listed(clock());
    return version;
  };

  const watch = async (from: string, signal: AbortSignal): Promise<void> => {
    const [shortest, longest] = tuning.watchSeconds;
    const timeoutSeconds = Math.round(shortest + (longest - shortest) * random());
    const wholeMs = timeoutSeconds * 1000 + tuning.idleSlackMs;
    const openedAt = monotonic();
    const alive = () => {
      health.answered(clock());
      backOff.healthy(monotonic());
    };
    // A watch of something that never changes is healthy too, but not in its first moment.
    let settled: NodeJS.Timeout | undefined;
    try {
      await watchOnce(client, spec, {
        resourceVersion: from,
        timeoutSeconds,
        eventMs: tuning.eventMs,
        idleMs: () => (bookmarks ? Math.min(wholeMs, tuning.bookmarkIdleMs) : wholeMs),
        signal,
        clock,
        onOpen() {
          settled = setTimeout(alive, tuning.shortestWatchMs);
        },
        onEvent(type, bytes, start, end) {
          const decoded = type === 'DELETED' ? drop(bytes, start, end) : take(bytes, start, end, true);
          if (decoded && decoded.resourceVersion !== '') resourceVersion = decoded.resourceVersion;
          alive();
        },
        onBookmark(version) {
          bookmarks = true;
          resourceVersion = version;
          alive();
        },
      });
    } finally {
      clearTimeout(settled);
    }
    if (monotonic() - openedAt < tuning.shortestWatchMs) throw new KubeRequestError('GET', spec.path, 'CUT', 'the watch ended at once');
  };

  /** How watches end in good health too, and what a restarted server answers next: the back-off counts it, but is not waited out. */
  const excused = (error: unknown): boolean => {
    const kind = endOfWatch(error);
    if (kind === undefined || !mayExcuse(kind)) return false;
    excuses.set(kind, monotonic());
    return true;
  };
  const mayExcuse = (kind: 'cut' | 'expired' | 'reachable'): boolean =>
    monotonic() - (excuses.get(kind) ?? Number.NEGATIVE_INFINITY) >= tuning.excuseMs;

  /** Milliseconds to wait before the next attempt. */
  const failed = (error: unknown): number => {
    const step = backOff.next(monotonic());
    const delay = excused(error) ? Math.min(step, tuning.firstDelayMs * (0.5 + 0.5 * random())) : step;
    if (mustList(error)) resourceVersion = undefined;
    health.failed(error as Error, clock());
    if (!(error instanceof KubeStatusError)) return delay;
    const { refusals, synced } = health;
    if (error.kind === 'forbidden' && synced && refusals <= EARLY_REFUSALS)
      return tuning.firstDelayMs * 2 ** refusals * (0.5 + 0.5 * random());
    // A missing right or type comes back by an administrator's hand, not within seconds.
    const rarely = spec.optional === true && error.kind === 'forbidden' ? OPTIONAL_DELAYS : 1;
    if (error.kind === 'forbidden' || error.kind === 'not-found') return rarely * tuning.maxDelayMs * (0.5 + 0.5 * random());
    return Math.max(delay, Math.min(error.retryAfterMs ?? 0, tuning.maxRetryAfterMs));
  };

  /** Ends sooner when the server is back, at a moment of its own so that not all come at once. */
  const wait = async (ms: number, error: unknown, signal: AbortSignal): Promise<void> => {
    const end = new AbortController();
    const stop = () => end.abort();
    signal.addEventListener('abort', stop, { once: true });
    const unreachable = error instanceof KubeRequestError && error.code !== 'GARBAGE' && error.code !== 'CREDENTIALS';
    const wake = () => {
      excuses.set('reachable', monotonic());
      setTimeout(stop, tuning.spreadMs * random()).unref();
    };
    const forget = unreachable && mayExcuse('reachable') ? client.onReachable?.(wake) : undefined;
    await sleep(ms, undefined, { signal: end.signal }).catch(() => {});
    signal.removeEventListener('abort', stop);
    forget?.();
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    signal.addEventListener('abort', () => interrupt.abort(), { once: true });
    while (!signal.aborted) {
      interrupt = new AbortController();
      const either = interrupt.signal;
      try {
        resourceVersion ??= await list(either);
        await watch(resourceVersion, either);
      } catch (error) {
        // relist() asked for it, or the process ends: no failure.
        if (either.aborted) continue;
        await wait(failed(error), error, either);
      }
    }
  };

  /** Whatever the loop throws is a fault of ours; the resource is watched all the same. */
  const keepRunning = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted)
      try {
        await run(signal);
      } catch (error) {
        log.error({ err: error, source: spec.source }, 'a watch loop ended, which is a bug: it begins anew');
        await sleep(tuning.maxDelayMs, undefined, { signal }).catch(() => {});
      }
  };

  return {
    spec,
    start(signal) {
      // One signal ends the whole process: dozens of listeners on it are no leak.
      setMaxListeners(0, signal);
      if (running && !running.signal.aborted) return;
      // One loop after the other: two would both write to the store.
      running = { signal, end: (running?.end ?? Promise.resolve()).then(() => keepRunning(signal)) };
    },
    relist() {
      resourceVersion = undefined;
      interrupt.abort();
    },
    get synced() {
      return health.synced;
    },
    get size() {
      return store.size;
    },
    get: store.get,
    values: store.values,
    subscribe: store.subscribe,
    unreadable: store.unreadable,
    onUnreadable: store.onUnreadable,
    status: (now) => health.status(now),
  };
}

/** Longest waits between two attempts at what may well stay refused. */
const OPTIONAL_DELAYS = 10;
/** What was allowed before and is refused is asked for so often with growing waits: the kube-apiserver may just have started. */
const EARLY_REFUSALS = 5;
const REPEAT_MS = 60_000;
const lastWarnings = new WeakMap<KubeClient, Map<string, number>>();

/** When the server is gone, every resource fails in the same way at once: one of them says it, each minute. */
function warningsOf(client: KubeClient): (kind: string, now: number) => boolean {
  const last = lastWarnings.get(client) ?? new Map<string, number>();
  lastWarnings.set(client, last);
  return (kind, now) => {
    if (now - (last.get(kind) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return false;
    last.set(kind, now);
    return true;
  };
}

function endOfWatch(error: unknown): 'cut' | 'expired' | undefined {
  if (error instanceof KubeStatusError) return error.kind === 'expired' ? 'expired' : undefined;
  return error instanceof KubeRequestError && isCut(error.code) ? 'cut' : undefined;
}

/** The version to watch from is of no use any more, or we can't know what we missed. */
function mustList(error: unknown): boolean {
  if (error instanceof KubeStatusError) return error.kind === 'expired' || error.kind === 'not-found';
  return error instanceof KubeRequestError && error.code === 'GARBAGE';
}
