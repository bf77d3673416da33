import { LongMemory, type LongMemoryState } from './long-memory.ts';
import type { Samples } from './windows.ts';

/** A stretch of time in which an API erred. Times in Unix seconds. */
export interface Episode {
  /** The first sample that failed. */
  readonly start: number;
  /** The first good sample after it; absent while it goes on. */
  end?: number;
  /** Seconds between the last good sample and `start`: how exactly the onset is known. Infinity = we did not see it begin. */
  readonly uncertainty: number;
  /** The newest sample that failed. */
  lastFailing: number;
}

/** Episodes remembered per API, so that a nightly failure is seen to be one: at most this many, and this long. */
const MOST_EPISODES = 64;
const LONGEST_MEMORY = 8 * 86_400;
/** A silence longer than this ends the episode before it: nobody knows what went on. */
const LONGEST_GAP = 900;

/** Episodes of failure, built sample by sample: it survives longer than the samples do, and a restart. */
export class EpisodeLog {
  readonly #episodes: Episode[];
  /** Longer than the episodes themselves. */
  readonly memory: LongMemory;
  #lastGood: number;
  #last: number;

  constructor(state: EpisodeState = { episodes: [], lastGood: null, last: null }) {
    this.#episodes = state.episodes.map(({ uncertainty, end, ...episode }) => ({
      ...episode,
      uncertainty: uncertainty ?? Number.POSITIVE_INFINITY,
      ...(end === null ? {} : { end }),
    }));
    this.memory = new LongMemory(state);
    this.#lastGood = state.lastGood ?? Number.NEGATIVE_INFINITY;
    this.#last = state.last ?? Number.NEGATIVE_INFINITY;
  }

  get list(): readonly Episode[] {
    return this.#episodes;
  }

  /** @param failing undefined = not observed; such samples and those that are not newer than the last are ignored. */
  append(time: number, failing: boolean | undefined): void {
    if (failing === undefined || !(time > this.#last)) return;
    this.memory.look(time);
    let current = this.#episodes.at(-1);
    if (current && current.end === undefined && time - current.lastFailing > LONGEST_GAP) current.end = current.lastFailing;
    if (current?.end !== undefined) current = undefined;
    if (failing) {
      if (current) current.lastFailing = time;
      else this.#begin(time);
    } else {
      if (current) current.end = time;
      this.#lastGood = time;
    }
    this.#last = time;
  }

  #begin(time: number): void {
    const uncertainty = time - Math.max(this.#lastGood, this.#silentSince(time));
    this.memory.begin(time, uncertainty, this.#episodes.at(-1)?.lastFailing);
    this.#episodes.push({ start: time, uncertainty, lastFailing: time });
    const oldest = time - LONGEST_MEMORY;
    const isKept = ({ lastFailing }: Episode) => lastFailing >= oldest;
    const first = Math.max(this.#episodes.findIndex(isKept), this.#episodes.length - MOST_EPISODES);
    this.#episodes.splice(0, first);
  }

  /** After a long gap that ended an episode the last good sample may be older than that episode. */
  #silentSince(time: number): number {
    const before = this.#episodes.at(-1);
    return before && before.lastFailing > this.#lastGood && before.lastFailing < time ? before.lastFailing : Number.NEGATIVE_INFINITY;
  }

  toJSON(): EpisodeState {
    return {
      episodes: this.#episodes.map(({ start, end, uncertainty, lastFailing }) => ({
        start,
        end: end ?? null,
        uncertainty: Number.isFinite(uncertainty) ? uncertainty : null,
        lastFailing,
      })),
      lastGood: Number.isFinite(this.#lastGood) ? this.#lastGood : null,
      last: Number.isFinite(this.#last) ? this.#last : null,
      ...this.memory.toJSON(),
    };
  }
}

export interface EpisodeState extends LongMemoryState {
  readonly episodes: readonly {
    readonly start: number;
    readonly end: number | null;
    readonly uncertainty: number | null;
    readonly lastFailing: number;
  }[];
  readonly lastGood: number | null;
  readonly last: number | null;
}

/** Episodes in the samples of a signal that is above 0.5 while something fails, and how many samples there were. */
export function episodesOf(samples: Samples): { readonly list: readonly Episode[]; readonly samples: number } {
  const log = new EpisodeLog();
  let count = 0;
  for (let row = samples.first; row < samples.end; row++) {
    const value = typeof samples.values === 'number' ? samples.values : samples.values[row]!;
    if (Number.isNaN(value)) continue;
    count++;
    log.append(samples.times[row]! / 1000, value > 0.5);
  }
  return { list: log.list, samples: count };
}
