import type { AggregateName } from '../domain/criterion.ts';

/**
 * The samples of one series, as Prometheus would hold them. A row is a moment; a NaN is an absent sample, not a value.
 * Most series never change, so a constant one is kept as a number.
 */
export interface Samples {
  /** Unix milliseconds, ascending, shared by the series of one API. */
  readonly times: Float64Array;
  /** Rows in use. */
  readonly length: number;
  /** The rows that can hold a value: [first, end). */
  readonly first: number;
  readonly end: number;
  /** Value of each row, or the one value of all rows in [first, end). */
  readonly values: Float64Array | number;
}

export const NO_SAMPLES: Samples = { times: new Float64Array(0), length: 0, first: 0, end: 0, values: Number.NaN };

/** Rows of a left-open window (time - window, time]: [from, to). */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** Left-open like Prometheus 3; Prometheus 2 also takes a sample that lies exactly on the left edge. */
export function rowsWithin(times: Float64Array, length: number, timeMs: number, windowSeconds: number): Rows {
  return { from: rowsUntil(times, length, timeMs - windowSeconds * 1000), to: rowsUntil(times, length, timeMs) };
}

/** How many of the first `length` times are ≤ timeMs. */
function rowsUntil(times: Float64Array, length: number, timeMs: number): number {
  let low = 0;
  let high = length;
  // Most questions end at the newest sample.
  if (length > 0 && times[length - 1]! <= timeMs) return length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `<name>_over_time` or `increase` of the samples in the window that ends at timeMs; undefined where PromQL gives no result. */
export function aggregateOver(
  name: AggregateName,
  samples: Samples,
  timeMs: number,
  windowSeconds: number,
  rows: Rows = rowsWithin(samples.times, samples.length, timeMs, windowSeconds),
): number | undefined {
  const from = Math.max(rows.from, samples.first);
  const to = Math.min(rows.to, samples.end);
  if (from >= to) return undefined;
  const { values } = samples;
  if (typeof values === 'number') return aggregateOfEqual(name, values, to - from);
  switch (name) {
    case 'last':
      return lastOf(values, from, to);
    case 'min':
    case 'max':
      return extremeOf(values, from, to, name === 'min' ? -1 : 1);
    case 'avg':
      return averageOf(values, from, to);
    case 'increase':
      return increaseOf(samples.times, values, from, to, timeMs, windowSeconds);
  }
}

/** The same of `count` samples that are all `value`; NaN: there are none. */
export function aggregateOfEqual(name: AggregateName, value: number, count: number): number | undefined {
  if (count < 1 || Number.isNaN(value)) return undefined;
  if (name !== 'increase') return value;
  return count < 2 ? undefined : 0;
}

function lastOf(values: Float64Array, from: number, to: number): number | undefined {
  for (let row = to - 1; row >= from; row--) {
    const value = values[row]!;
    if (!Number.isNaN(value)) return value;
  }
  return undefined;
}

function extremeOf(values: Float64Array, from: number, to: number, sign: 1 | -1): number | undefined {
  let found: number | undefined;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value) && (found === undefined || (value - found) * sign > 0)) found = value;
  }
  return found;
}

/** Neumaier's sum divided by the count, as Prometheus 3 does. */
function averageOf(values: Float64Array, from: number, to: number): number | undefined {
  let sum = 0;
  let compensation = 0;
  let count = 0;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    count++;
    const next = sum + value;
    compensation += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return count === 0 ? undefined : sum / count + compensation / count;
}

/**
 * Prometheus's extrapolatedRate for a counter (promql/functions.go, 3.x). 2.42 differs in one corner: it limits the
 * extrapolation to the counter's zero point before it compares with the threshold, 3.x after it, which matters only for a
 * series that begins inside the window with a value of about one step.
 */
function increaseOf(
  times: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  timeMs: number,
  windowSeconds: number,
): number | undefined {
  let firstRow = -1;
  let lastRow = -1;
  let count = 0;
  let resets = 0;
  let previous = 0;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    if (count === 0) firstRow = row;
    else if (value < previous) resets += previous;
    previous = value;
    lastRow = row;
    count++;
  }
  if (count < 2) return undefined;

  const firstValue = values[firstRow]!;
  const result = previous - firstValue + resets;
  const sampledInterval = (times[lastRow]! - times[firstRow]!) / 1000;
  const averageInterval = sampledInterval / (count - 1);
  const threshold = averageInterval * 1.1;
  let toStart = (times[firstRow]! - (timeMs - windowSeconds * 1000)) / 1000;
  let toEnd = (timeMs - times[lastRow]!) / 1000;
  if (toStart >= threshold) toStart = averageInterval / 2;
  // A counter was never below zero: not further back than where it would have been zero.
  if (result > 0 && firstValue >= 0) toStart = Math.min(toStart, sampledInterval * (firstValue / result));
  if (toEnd >= threshold) toEnd = averageInterval / 2;
  return result * ((sampledInterval + toStart + toEnd) / sampledInterval);
}

/** Pearson's r of the samples that both series have in the window; undefined without any pair, NaN when one is constant. */
export function correlationOver(a: Samples, b: Samples, timeMs: number, windowSeconds: number): number | undefined {
  const rows = rowsWithin(a.times, a.length, timeMs, windowSeconds);
  const from = Math.max(rows.from, a.first, b.first);
  const to = Math.min(rows.to, a.end, b.end);
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  for (let row = from; row < to; row++) {
    const x = valueAt(a, row);
    const y = valueAt(b, row);
    // NaN of either makes the sum NaN.
    if (Number.isNaN(x + y)) continue;
    count++;
    sumX += x;
    sumY += y;
  }
  if (count === 0) return undefined;
  if (typeof a.values === 'number' || typeof b.values === 'number') return Number.NaN;
  const meanX = sumX / count;
  const meanY = sumY / count;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let row = from; row < to; row++) {
    const x = valueAt(a, row) - meanX;
    const y = valueAt(b, row) - meanY;
    if (Number.isNaN(x + y)) continue;
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  // Below the rounding error of the sums the series is constant: no correlation, rather than a random one.
  const negligible = (mean: number) => (mean * 1e-12) ** 2 * count;
  return xx <= negligible(meanX) || yy <= negligible(meanY) ? Number.NaN : xy / Math.sqrt(xx * yy);
}

function valueAt({ values }: Samples, row: number): number {
  return typeof values === 'number' ? values : values[row]!;
}

/** Time in Unix milliseconds of the first sample in the window that `keep` keeps; undefined when there is none. */
export function firstIn(
  samples: Samples,
  timeMs: number,
  windowSeconds: number,
  keep: (value: number, row: number) => boolean,
): number | undefined {
  const rows = rowsWithin(samples.times, samples.length, timeMs, windowSeconds);
  const to = Math.min(rows.to, samples.end);
  for (let row = Math.max(rows.from, samples.first); row < to; row++) {
    const value = valueAt(samples, row);
    if (!Number.isNaN(value) && keep(value, row)) return samples.times[row];
  }
  return undefined;
}

/** Time of the first moment in the window at which both series have a sample. */
export function firstPair(a: Samples, b: Samples, timeMs: number, windowSeconds: number): number | undefined {
  return firstIn(a, timeMs, windowSeconds, (_, row) => row >= b.first && row < b.end && !Number.isNaN(valueAt(b, row)));
}

/** Sums over the window: of `spike`, and of `both` (the spikes that had the event). Undefined = no sample of it. */
export function sumOver(samples: Samples, timeMs: number, windowSeconds: number): number | undefined {
  const rows = rowsWithin(samples.times, samples.length, timeMs, windowSeconds);
  const from = Math.max(rows.from, samples.first);
  const to = Math.min(rows.to, samples.end);
  const { values } = samples;
  if (from >= to) return undefined;
  if (typeof values === 'number') return Number.isNaN(values) ? undefined : values * (to - from);
  let sum: number | undefined;
  for (let row = from; row < to; row++) {
    const value = values[row]!;
    if (!Number.isNaN(value)) sum = (sum ?? 0) + value;
  }
  return sum;
}
