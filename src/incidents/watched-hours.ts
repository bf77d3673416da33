import { HOUR } from '../domain/criterion.ts';
import { numbersIn, stretchesOf } from '../domain/runs.ts';

/**
 * In which hours somebody looked at which API: an hour without an incident is calm only then. As long as incidents are kept, and at most
 * `MOST_WATCHED_HOURS`.
 */
export class WatchedHours {
  readonly #keepHours: number;
  /** Hours since the Unix epoch, by API. */
  readonly #apis = new Map<string, Set<number>>();
  #newest = Number.NEGATIVE_INFINITY;
  #unwritten: (readonly [apiservice: string, hour: number])[] = [];

  /** @param keepSeconds for which incidents are kept. */
  constructor(keepSeconds: number) {
    this.#keepHours = Math.min(MOST_WATCHED_HOURS, Math.ceil(keepSeconds / HOUR));
  }

  /** @param apiservices those of which something was observed. @param now Unix seconds. */
  look(apiservices: Iterable<string>, now: number): void {
    const hour = Math.floor(now / HOUR);
    if (hour > this.#newest) this.#forget(hour);
    this.#newest = hour;
    for (const name of apiservices) if (this.#add(name, hour)) this.#unwritten.push([name, hour]);
  }

  /** What another run, or another replica, has seen. */
  put(watched: Watched): void {
    for (const [name, hours] of watched) for (const hour of hours) this.#add(name, hour);
  }

  hoursOf(apiservice: string): ReadonlySet<number> {
    return this.#apis.get(apiservice) ?? new Set();
  }

  get apiservices(): Iterable<string> {
    return this.#apis.keys();
  }

  /** What no file has yet, as a line of one, and what to call once it has. Undefined: the file has all. */
  unwritten(): { readonly line: string; readonly written: () => void } | undefined {
    const count = this.#unwritten.length;
    if (count === 0) return undefined;
    const hours = new Map<string, number[]>();
    for (const [name, hour] of this.#unwritten) hours.set(name, [...(hours.get(name) ?? []), hour]);
    return { line: lineOf(hours), written: () => void this.#unwritten.splice(0, count) };
  }

  /** All of it, as one line of a file; undefined while there is nothing. */
  line(): string | undefined {
    return this.#apis.size === 0 ? undefined : lineOf(this.#apis);
  }

  #add(name: string, hour: number): boolean {
    const known = this.#apis.get(name);
    if (known?.has(hour)) return false;
    if (known) known.add(hour);
    else this.#apis.set(name, new Set([hour]));
    return true;
  }

  #forget(newest: number): void {
    const oldest = newest - this.#keepHours;
    for (const [name, hours] of this.#apis) {
      // What lies ahead is of a clock that was set back.
      for (const hour of hours) if (hour <= oldest || hour > newest) hours.delete(hour);
      if (hours.size === 0) this.#apis.delete(name);
    }
    this.#unwritten = this.#unwritten.filter(([, hour]) => hour > oldest);
  }
}

/** More than any time of any day or week is told from. */
export const MOST_WATCHED_HOURS = 36 * 24;

/** Hours since the Unix epoch, by API. */
export type Watched = ReadonlyMap<string, Iterable<number>>;

function lineOf(watched: Watched): string {
  const looked = [...watched].map(([name, hours]) => [name, stretchesOf([...hours].sort((a, b) => a - b))] as const);
  return JSON.stringify({ looked: Object.fromEntries(looked) });
}

/** What stands in such a line. Undefined: it is none. */
export function watchedIn(looked: unknown): Watched | undefined {
  if (typeof looked !== 'object' || looked === null) return undefined;
  try {
    return new Map(Object.entries(looked).map(([name, stretches]) => [name, hoursIn(stretches)]));
  } catch {
    return undefined;
  }
}

function hoursIn(stretches: unknown): number[] {
  if (!Array.isArray(stretches) || !stretches.every((value) => Number.isInteger(value))) throw new RangeError('no stretches');
  return numbersIn(stretches as number[], MOST_WATCHED_HOURS + 1);
}
