import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceStatus } from '../domain/sources.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { CacheChange, KubeClient, ResourceCache, ResourceSpec } from './api.ts';
import { CACHE_TUNING, type CacheTuning } from './cache-tuning.ts';
import { KubeRequestError, KubeStatusError } from './errors.ts';
import { Health } from './health.ts';
import { Intake } from './intake.ts';
import { listPages } from './list.ts';
import { Retries } from './retries.ts';
import { createStore, type Store } from './store.ts';
import { type WatchOptions, watchOnce } from './watch.ts';
import { WatchOrder } from './watch-order.ts';

export type { CacheTuning } from './cache-tuning.ts';

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
  return new WatchedResource(client, spec, options);
}

class WatchedResource<T> implements ResourceCache<T> {
  readonly spec: ResourceSpec<T>;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #tuning: CacheTuning;
  readonly #store: Store<T>;
  readonly #health: Health;
  readonly #intake: Intake<T>;
  readonly #retries: Retries;
  #running: { readonly signal: AbortSignal; readonly end: Promise<void> } | undefined;
  /** To watch from; undefined: it must be listed first. */
  #resourceVersion: string | undefined;
  /** The server has been seen to send bookmarks. */
  #bookmarks = false;
  /** Ends the running watch or wait, for relist(). */
  #interrupt = new AbortController();

  constructor(client: KubeClient, spec: ResourceSpec<T>, { clock, log, random = Math.random, tuning }: CacheOptions) {
    this.spec = spec;
    this.#client = client;
    this.#clock = clock;
    this.#log = log;
    this.#random = random;
    this.#tuning = { ...CACHE_TUNING, ...tuning };
    this.#store = createStore(log);
    this.#health = new Health(spec, { log, staleAfterMs: this.#tuning.staleAfterMs, mayWarn: warningsOf(client) });
    this.#intake = new Intake(spec, this.#store, this.#health);
    this.#retries = new Retries({ client, optional: spec.optional === true, health: this.#health, tuning: this.#tuning, random });
  }

  start(signal: AbortSignal): void {
    // One signal ends the whole process: dozens of listeners on it are no leak.
    setMaxListeners(0, signal);
    if (this.#running && !this.#running.signal.aborted) return;
    // One loop after the other: two would both write to the store.
    this.#running = { signal, end: (this.#running?.end ?? Promise.resolve()).then(() => this.#keepRunning(signal)) };
  }

  relist(): void {
    this.#resourceVersion = undefined;
    this.#interrupt.abort();
  }

  get synced(): boolean {
    return this.#health.synced;
  }

  get size(): number {
    return this.#store.size;
  }

  get unreadable(): ReadonlyMap<string, string> {
    return this.#store.unreadable;
  }

  get(key: string): T | undefined {
    return this.#store.get(key);
  }

  values(): IterableIterator<T> {
    return this.#store.values();
  }

  subscribe(listener: (change: CacheChange<T>) => void): () => void {
    return this.#store.subscribe(listener);
  }

  onUnreadable(listener: (key: string, why: string | undefined) => void): () => void {
    return this.#store.onUnreadable(listener);
  }

  status(now: number): SourceStatus {
    return this.#health.status(now);
  }

  /** Whatever the loop throws is a fault of ours; the resource is watched all the same. */
  async #keepRunning(signal: AbortSignal): Promise<void> {
    while (!signal.aborted)
      try {
        await this.#run(signal);
      } catch (error) {
        this.#log.error({ err: error, source: this.spec.source }, 'a watch loop ended, which is a bug: it begins anew');
        await sleep(this.#tuning.maxDelayMs, undefined, { signal }).catch(() => {});
      }
  }

  async #run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#interrupt.abort(), { once: true });
    while (!signal.aborted) {
      this.#interrupt = new AbortController();
      const either = this.#interrupt.signal;
      try {
        this.#resourceVersion ??= await this.#list(either);
        await this.#watch(this.#resourceVersion, either);
      } catch (error) {
        // relist() asked for it, or the process ends: no failure.
        if (either.aborted) continue;
        await this.#retries.wait(this.#failed(error), error, either);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const live = this.#health.synced;
    this.#store.beginList();
    const version = await listPages(this.#client, this.spec, {
      pageSize: this.#tuning.pageSize,
      limits: this.#tuning.listLimits,
      signal,
      clock: this.#clock,
      onItem: (bytes, start, end) => {
        this.#intake.take(bytes, start, end, { live });
      },
    });
    this.#store.endList(live);
    this.#health.listed(this.#clock());
    return version;
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const openedAt = monotonic();
    // A watch of something that never changes is healthy too, but not in its first moment.
    let settled: NodeJS.Timeout | undefined;
    const onOpen = () => {
      settled = setTimeout(() => this.#alive(), this.#tuning.shortestWatchMs);
    };
    try {
      await watchOnce(this.#client, this.spec, { ...this.#watchFrom(from), signal, onOpen });
    } finally {
      clearTimeout(settled);
    }
    if (monotonic() - openedAt < this.#tuning.shortestWatchMs)
      throw new KubeRequestError('GET', this.spec.path, 'CUT', 'the watch ended at once');
  }

  #watchFrom(resourceVersion: string): Omit<WatchOptions, 'signal' | 'onOpen'> {
    const [shortest, longest] = this.#tuning.watchSeconds;
    const timeoutSeconds = Math.round(shortest + (longest - shortest) * this.#random());
    const wholeMs = timeoutSeconds * 1000 + this.#tuning.idleSlackMs;
    const order = new WatchOrder(this.spec.path);
    return {
      resourceVersion,
      timeoutSeconds,
      eventMs: this.#tuning.eventMs,
      idleMs: () => (this.#bookmarks ? Math.min(wholeMs, this.#tuning.bookmarkIdleMs) : wholeMs),
      clock: this.#clock,
      onEvent: (type, bytes, start, end) => {
        const coming = { live: true, order };
        const decoded = type === 'DELETED' ? this.#intake.drop(bytes, start, end, coming) : this.#intake.take(bytes, start, end, coming);
        if (decoded && decoded.resourceVersion !== '') this.#resourceVersion = decoded.resourceVersion;
        this.#alive();
      },
      onBookmark: (version) => {
        this.#bookmarks = true;
        order.passed(version);
        this.#resourceVersion = version;
        this.#alive();
      },
    };
  }

  #alive(): void {
    this.#health.answered(this.#clock());
    this.#retries.healthy();
  }

  /** Milliseconds to wait before the next attempt. */
  #failed(error: unknown): number {
    if (mustList(error)) this.#resourceVersion = undefined;
    this.#health.failed(error as Error, this.#clock());
    return this.#retries.delayAfter(error);
  }
}

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

/** The version to watch from is of no use any more, or we can't know what we missed. */
function mustList(error: unknown): boolean {
  if (error instanceof KubeStatusError) return error.kind === 'expired' || error.kind === 'not-found';
  return error instanceof KubeRequestError && error.code === 'GARBAGE';
}
