import type { Logger } from '../source.ts';
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
  /** A list begins. */
  beginList(): void;
  /** The list is complete: what it did not contain is gone. */
  endList(live: boolean): void;
}

export function createStore<T>(log: Logger): Store<T> {
  const entries = new Map<string, Entry<T>>();
  const listeners = new Set<(change: CacheChange<T>) => void>();
  let generation = 0;

  const emit = (change: CacheChange<T>) => {
    for (const listener of listeners)
      try {
        listener(change);
      } catch (error) {
        // One reader's fault must not keep the others, or the watch, from the change.
        log.error({ err: error, key: change.key }, 'a listener of a resource cache failed');
      }
  };
  const remove = (key: string, last: T | undefined, live: boolean) => {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    emit({ type: 'deleted', key, object: last ?? entry.object, previous: entry.object, live });
  };

  return {
    get size() {
      return entries.size;
    },
    get: (key) => entries.get(key)?.object,
    *values() {
      for (const entry of entries.values()) yield entry.object;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put({ key, resourceVersion, object }, live) {
      const before = entries.get(key);
      if (object === undefined) return remove(key, undefined, live);
      const version = compact(resourceVersion);
      if (before && resourceVersion !== '' && before.resourceVersion === version) {
        before.generation = generation;
        return;
      }
      entries.set(key, { resourceVersion: version, object, generation });
      if (before) emit({ type: 'modified', key, object, previous: before.object, live });
      else emit({ type: 'added', key, object, live });
    },
    remove,
    beginList() {
      generation++;
    },
    endList(live) {
      for (const [key, entry] of entries) if (entry.generation !== generation) remove(key, undefined, live);
    },
  };
}

/** Versions are opaque and only compared for equality; nearly all are numbers, which cost half as much to hold. */
function compact(resourceVersion: string): string | number {
  const number = Number(resourceVersion);
  return String(number) === resourceVersion ? number : resourceVersion;
}
