/** Ascending whole numbers as stretches: the first of each, and how many there are of it. */
export function stretchesOf(numbers: readonly number[]): number[] {
  const stretches: number[] = [];
  for (const [i, number] of numbers.entries())
    if (i > 0 && numbers[i - 1] === number - 1) stretches.push((stretches.pop() ?? 0) + 1);
    else stretches.push(number, 1);
  return stretches;
}

/** @param most how many there may be. @throws RangeError when there are more, or they do not ascend from 0 on. */
export function numbersIn(stretches: readonly number[], most: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < stretches.length; i += 2) {
    const [from = 0, count = 0] = stretches.slice(i, i + 2);
    if (from <= (numbers.at(-1) ?? -1) || !(count >= 1) || numbers.length + count > most)
      throw new RangeError(`${count} from ${from} on, after ${numbers.length} of at most ${most}`);
    for (let number = from; number < from + count; number++) numbers.push(number);
  }
  return numbers;
}

/**
 * What stands in one slot after the other, as it is written: the first value, how many slots have it, the next value, … null is not observed. Most
 * slots are like the one before.
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

/** As many values as `length`, NaN where it was not observed, or is missing. @throws RangeError when there are more, or a count is none. */
export function valuesOf(runs: Runs, length: number): number[] {
  const values: number[] = [];
  for (let run = 0; run < runs.length; run += 2) {
    const [value, count] = [runs[run] ?? Number.NaN, runs[run + 1] ?? Number.NaN];
    if (!Number.isInteger(count) || count < 1 || values.length + count > length)
      throw new RangeError(`a run of ${count} after ${values.length} of ${length}`);
    values.push(...Array.from({ length: count }, () => value));
  }
  return [...values, ...Array.from({ length: length - values.length }, () => Number.NaN)];
}
