import type { Logger } from '../source/logger.ts';
import type { CacheChange } from './api.ts';
import type { Decoded } from './decode.ts';

interface Entry<T> {
  readonly resourceVersion: string | number;
  readonly object: T;
  /** Number of the list that confirmed it last. */
  generation: number;
}

/** The objects of one resource by key, and who wants to know of their changes. */
export interface Store<T> {
  readonly size: number;
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  subscribe(listener: (change: CacheChange<T>) => void): () => void;
  /** An object as it is now; the same resourceVersion again changes nothing. */
  put(decoded: Decoded<T>, live: boolean): void;
  remove(key: string, last: T | undefined, live: boolean): void;
  /** The object is there, but can't be read: nobody is told that it went, and nobody is given what it was. */
  markUnreadable(key: string, why: string): void;
  readonly unreadable: ReadonlyMap<string, string>;
  onUnreadable(listener: (key: string, why: string | undefined) => void): () => void;
  /** A list begins. */
  beginList(): void;
  /** The list is complete: what it did not contain is gone. */
  endList(live: boolean): void;
}

/** So many are told apart; a cluster that has more of them has no object worth telling from the others. */
const MAX_UNREADABLE = 2_000;

export function createStore<T>(log: Logger): Store<T> {
  return new ResourceStore(log);
}

class ResourceStore<T> implements Store<T> {
  readonly #log: Logger;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #listeners = new Set<(change: CacheChange<T>) => void>();
  readonly #unreadable = new Map<string, string>();
  readonly #unreadableListeners = new Set<(key: string, why: string | undefined) => void>();
  /** Of unreadable objects: the list that confirmed them last. */
  readonly #confirmed = new Map<string, number>();
  #generation = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  get size(): number {
    return this.#entries.size - [...this.#unreadable.keys()].filter((key) => this.#entries.has(key)).length;
  }

  get unreadable(): ReadonlyMap<string, string> {
    return this.#unreadable;
  }

  get(key: string): T | undefined {
    return this.#unreadable.size > 0 && this.#unreadable.has(key) ? undefined : this.#entries.get(key)?.object;
  }

  *values(): IterableIterator<T> {
    for (const [key, entry] of this.#entries) if (this.#unreadable.size === 0 || !this.#unreadable.has(key)) yield entry.object;
  }

  subscribe(listener: (change: CacheChange<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onUnreadable(listener: (key: string, why: string | undefined) => void): () => void {
    this.#unreadableListeners.add(listener);
    return () => this.#unreadableListeners.delete(listener);
  }

  put({ key, resourceVersion, object }: Decoded<T>, live: boolean): void {
    const before = this.#entries.get(key);
    if (object === undefined) {
      this.remove(key, undefined, live);
      return;
    }
    const version = compact(resourceVersion);
    const was = this.#unreadable.size > 0 && this.#forget(key);
    if (before && !was && resourceVersion !== '' && before.resourceVersion === version) {
      before.generation = this.#generation;
      return;
    }
    this.#entries.set(key, { resourceVersion: version, object, generation: this.#generation });
    if (before) this.#emit({ type: 'modified', key, object, previous: before.object, live });
    else this.#emit({ type: 'added', key, object, live });
  }

  remove(key: string, last: T | undefined, live: boolean): void {
    const entry = this.#entries.get(key);
    const was = this.#forget(key);
    if (!entry) {
      if (was) this.#tellUnreadable(key, undefined);
      return;
    }
    this.#entries.delete(key);
    this.#emit({ type: 'deleted', key, object: last ?? entry.object, previous: entry.object, live });
  }

  markUnreadable(key: string, why: string): void {
    if (!this.#unreadable.has(key) && this.#unreadable.size >= MAX_UNREADABLE) return;
    this.#unreadable.set(key, why);
    this.#confirmed.set(key, this.#generation);
    this.#tellUnreadable(key, why);
  }

  beginList(): void {
    this.#generation++;
  }

  endList(live: boolean): void {
    for (const [key, entry] of this.#entries) if (!this.#wasListed(key, entry)) this.remove(key, undefined, live);
    for (const key of this.#unreadable.keys()) if (!this.#wasListed(key, undefined)) this.remove(key, undefined, live);
  }

  #wasListed(key: string, entry: Entry<T> | undefined): boolean {
    return entry?.generation === this.#generation || this.#confirmed.get(key) === this.#generation;
  }

  /** True when it was unreadable. */
  #forget(key: string): boolean {
    this.#confirmed.delete(key);
    return this.#unreadable.delete(key);
  }

  #emit(change: CacheChange<T>): void {
    for (const listener of this.#listeners) this.#safely(change.key, () => listener(change));
  }

  #tellUnreadable(key: string, why: string | undefined): void {
    for (const listener of this.#unreadableListeners) this.#safely(key, () => listener(key, why));
  }

  /** One reader's fault must not keep the others, or the watch, from the change. */
  #safely(key: string, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#log.error({ err: error, key }, 'a listener of a resource cache failed');
    }
  }
}

/** Versions are opaque and only compared for equality; nearly all are numbers, which cost half as much to hold. */
function compact(resourceVersion: string): string | number {
  const number = Number(resourceVersion);
  return String(number) === resourceVersion ? number : resourceVersion;
}
