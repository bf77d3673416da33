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
  const entries = new Map<string, Entry<T>>();
  const listeners = new Set<(change: CacheChange<T>) => void>();
  const unreadable = new Map<string, string>();
  const unreadableListeners = new Set<(key: string, why: string | undefined) => void>();
  /** Of unreadable objects: the list that confirmed them last. */
  const confirmed = new Map<string, number>();
  let generation = 0;

  // One reader's fault must not keep the others, or the watch, from the change.
  const safely = (key: string, tell: () => void) => {
    try {
      tell();
    } catch (error) {
      log.error({ err: error, key }, 'a listener of a resource cache failed');
    }
  };
  const emit = (change: CacheChange<T>) => {
    for (const listener of listeners) safely(change.key, () => listener(change));
  };
  /** True when it was unreadable. */
  const forget = (key: string): boolean => {
    confirmed.delete(key);
    return unreadable.delete(key);
  };
  const tellUnreadable = (key: string, why: string | undefined) => {
    for (const listener of unreadableListeners) safely(key, () => listener(key, why));
  };
  const remove = (key: string, last: T | undefined, live: boolean) => {
    const entry = entries.get(key);
    const was = forget(key);
    if (!entry) {
      if (was) tellUnreadable(key, undefined);
      return;
    }
    entries.delete(key);
    emit({ type: 'deleted', key, object: last ?? entry.object, previous: entry.object, live });
  };

  return {
    get size() {
      return entries.size - [...unreadable.keys()].filter((key) => entries.has(key)).length;
    },
    get: (key) => (unreadable.size > 0 && unreadable.has(key) ? undefined : entries.get(key)?.object),
    *values() {
      for (const [key, entry] of entries) if (unreadable.size === 0 || !unreadable.has(key)) yield entry.object;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put({ key, resourceVersion, object }, live) {
      const before = entries.get(key);
      if (object === undefined) return remove(key, undefined, live);
      const version = compact(resourceVersion);
      const was = unreadable.size > 0 && forget(key);
      if (before && !was && resourceVersion !== '' && before.resourceVersion === version) {
        before.generation = generation;
        return;
      }
      entries.set(key, { resourceVersion: version, object, generation });
      if (before) emit({ type: 'modified', key, object, previous: before.object, live });
      else emit({ type: 'added', key, object, live });
    },
    remove,
    unreadable,
    onUnreadable(listener) {
      unreadableListeners.add(listener);
      return () => unreadableListeners.delete(listener);
    },
    markUnreadable(key, why) {
      if (!unreadable.has(key) && unreadable.size >= MAX_UNREADABLE) return;
      unreadable.set(key, why);
      confirmed.set(key, generation);
      tellUnreadable(key, why);
    },
    beginList() {
      generation++;
    },
    endList(live) {
      const seen = (key: string, entry: Entry<T> | undefined) => entry?.generation === generation || confirmed.get(key) === generation;
      for (const [key, entry] of entries) if (!seen(key, entry)) remove(key, undefined, live);
      for (const key of unreadable.keys()) if (!seen(key, undefined)) remove(key, undefined, live);
    },
  };
}

/** Versions are opaque and only compared for equality; nearly all are numbers, which cost half as much to hold. */
function compact(resourceVersion: string): string | number {
  const number = Number(resourceVersion);
  return String(number) === resourceVersion ? number : resourceVersion;
}
