import { SLOTS } from './minute-ring.ts';

/** Ascending minutes as stretches: the first of each, and how many there are of it. */
export function stretchesOf(minutes: readonly number[]): number[] {
  const stretches: number[] = [];
  for (const [i, minute] of minutes.entries())
    if (i > 0 && minutes[i - 1] === minute - 1) stretches.push((stretches.pop() ?? 0) + 1);
    else stretches.push(minute, 1);
  return stretches;
}

/** @throws RangeError when they do not ascend, or are more than a ring holds. */
export function minutesIn(stretches: readonly number[]): number[] {
  const minutes: number[] = [];
  for (let i = 0; i < stretches.length; i += 2) {
    const [from = 0, count = 0] = stretches.slice(i, i + 2);
    const ascends = from > (minutes.at(-1) ?? -1) && count >= 1;
    const last = from + count - 1;
    if (!ascends || last - (minutes[0] ?? from) >= SLOTS) throw new RangeError(`${count} minutes from ${from} on in an hour`);
    for (let minute = from; minute <= last; minute++) minutes.push(minute);
  }
  return minutes;
}

/**
 * What stands in one slot after the other, as it is written: the first value, how many slots have it, the next value, … null is not observed. Most of
 * an hour is like the minute before it.
 */
export type Runs = readonly (number | null)[];

export function runsOf(values: readonly number[]): Runs {
  const runs: (number | null)[] = [];
  let count = 0;
  for (const [i, value] of values.entries()) {
    count++;
    if (i + 1 < values.length && Object.is(values[i + 1], value)) continue;
    runs.push(Number.isNaN(value) ? null : value, count);
    count = 0;
  }
  return runs;
}

/** As many values as `length`; what is missing is not observed. @throws RangeError when there are more, or a count is none. */
export function valuesOf(runs: Runs, length: number): number[] {
  const values: number[] = [];
  for (let run = 0; run < runs.length; run += 2) {
    const [value, count] = [runs[run] ?? Number.NaN, runs[run + 1] ?? Number.NaN];
    if (!Number.isInteger(count) || count < 1 || values.length + count > length)
      throw new RangeError(`a run of ${count} minutes after ${values.length} of ${length}`);
    values.push(...Array.from({ length: count }, () => value));
  }
  return [...values, ...Array.from({ length: length - values.length }, () => Number.NaN)];
}
