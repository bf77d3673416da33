import { type DayOfWeek, dayOfWeek } from './day-of-week.ts';

const HOUR = 3600;
/** Five of each day of the week, and what is left of a sixth. */
const LONGEST_HOURS = 36 * 24;
/** Of a trouble that comes and goes the first one is kept; so many are more than a day of the week can be told from. */
const MOST_ONSETS = 128;
/** An onset that is known less exactly than this (seconds) was not really seen: the exporter or the cluster was away. */
export const COARSEST_ONSET = 180;

/** In which hours of the last weeks somebody looked, and when troubles began. Bounded by both, and small enough for a state file. */
export class LongMemory {
  readonly #hours: Set<number>;
  /** Unix seconds, ascending; an hour without failure lies before each. */
  readonly #onsets: number[];
  /** Asked at each tick, and new with an hour or an onset only: the search costs a millisecond where there are many. */
  #found: { readonly weekly: DayOfWeek | undefined } | undefined;

  constructor({ hours = [], onsets = [] }: LongMemoryState = {}) {
    this.#hours = new Set(hours);
    this.#onsets = [...onsets];
  }

  /** Since the Unix epoch. */
  get hours(): ReadonlySet<number> {
    return this.#hours;
  }

  /** As of the last onset or new hour. @param now Unix seconds. */
  weekly(now: number): DayOfWeek | undefined {
    this.#found ??= { weekly: dayOfWeek(this.#onsets, this.#hours, now) };
    return this.#found.weekly;
  }

  /** @param time Unix seconds, never less than the one before. */
  look(time: number): void {
    const hour = Math.floor(time / HOUR);
    if (this.#hours.has(hour)) return;
    this.#hours.add(hour);
    this.#found = undefined;
    const oldest = hour - LONGEST_HOURS;
    this.#forgetBefore(oldest);
    while (this.#onsets.length > 0 && (this.#onsets[0] ?? time) < oldest * HOUR) this.#onsets.shift();
  }

  /** @param lastFailing of the failure before, Unix seconds. @param uncertainty seconds. */
  begin(onset: number, uncertainty: number, lastFailing = Number.NEGATIVE_INFINITY): void {
    if (uncertainty > COARSEST_ONSET || onset - lastFailing < HOUR) return;
    this.#onsets.push(onset);
    this.#found = undefined;
    if (this.#onsets.length > MOST_ONSETS) this.#onsets.shift();
  }

  /** Takes in what others saw. What both saw begin, a moment apart, is one. */
  join({ hours = [], onsets = [] }: LongMemoryState): void {
    for (const hour of hours) this.#hours.add(hour);
    this.#forgetBefore(Math.max(...this.#hours) - LONGEST_HOURS);
    const joined: number[] = [];
    for (const onset of [...this.#onsets, ...onsets].sort((a, b) => a - b))
      if (onset - (joined.at(-1) ?? Number.NEGATIVE_INFINITY) >= HOUR) joined.push(onset);
    this.#onsets.splice(0, this.#onsets.length, ...joined.slice(-MOST_ONSETS));
    this.#found = undefined;
  }

  /** Unix seconds, ascending. */
  onsetsSince(time: number): readonly number[] {
    return this.#onsets.filter((onset) => onset >= time);
  }

  #forgetBefore(hour: number): void {
    for (const known of this.#hours) if (known < hour) this.#hours.delete(known);
  }

  toJSON(): Required<LongMemoryState> {
    return { hours: [...this.#hours], onsets: [...this.#onsets] };
  }
}

/** Absent in a state of before they were kept. */
export interface LongMemoryState {
  readonly hours?: readonly number[];
  readonly onsets?: readonly number[];
}
