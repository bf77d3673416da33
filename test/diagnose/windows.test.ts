import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregateOver, correlationOver, type Samples, sumOver } from '../../src/diagnose/windows.ts';
import type { AggregateName } from '../../src/domain/criterion.ts';

/** One sample each 30 s from 30 s on, so that the window of a round minute begins and ends on a sample. */
function samplesOf(values: readonly (number | null)[], step = 30, start = 30): Samples {
  return {
    times: Float64Array.from(values, (_, row) => (start + row * step) * 1000),
    length: values.length,
    first: 0,
    end: values.length,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  };
}

describe('windows', () => {
  it.each<[string, AggregateName, (number | null)[], number, number, number | undefined]>([
    // name, aggregate, samples at 30, 60, 90 …, asked at, window, expected
    ['last takes the newest sample', 'last', [1, 2, 3], 90, 60, 3],
    ['last skips what was not observed', 'last', [1, 2, null], 90, 60, 2],
    ['last forgets what left the window', 'last', [1, null, null], 90, 60, undefined],
    ['a sample on the right edge belongs to it', 'last', [1, 2, 3], 60, 30, 2],
    ['a sample on the left edge does not', 'min', [1, 2, 3], 90, 60, 2],
    ['min', 'min', [4, 2, 3], 91, 90, 2],
    ['max', 'max', [4, 2, 3], 91, 90, 4],
    ['avg counts observed samples only', 'avg', [4, null, 2], 91, 90, 3],
    ['avg of nothing', 'avg', [null, null], 60, 60, undefined],
    ['increase needs two samples', 'increase', [7, null, null], 91, 90, undefined],
    ['increase of a constant', 'increase', [7, 7, 7], 91, 90, 0],
  ])('%s', (_, aggregate, values, at, window, expected) => {
    expect(aggregateOver(aggregate, samplesOf(values), at * 1000, window)).toBe(expected);
  });

  // The expected values are what Prometheus 2.42 printed for the same series (promtool test rules).
  it.each<[string, (number | null)[], number, number, number]>([
    ['grows evenly', [10, 20, 30, 40], 121, 120, 40],
    ['is extrapolated by half an interval where the series begins', [100, 110, 120], 121, 300, 35.33333333333333],
    ['is not extrapolated below zero', [2, 12, 22], 121, 300, 32.333333333333336],
    ['counts a reset', [100, 110, 5, 15], 121, 120, 33.333333333333336],
    ['bridges a gap', [10, 20, null, 40, 50], 151, 150, 50],
  ])('increase %s', (_, values, at, window, expected) => {
    expect(aggregateOver('increase', samplesOf(values), at * 1000, window)).toBeCloseTo(expected, 9);
  });

  it('gives the same for a constant as for its array', () => {
    const times = Float64Array.from({ length: 10 }, (_, row) => row * 10_000);
    const constant: Samples = { times, length: 10, first: 3, end: 8, values: 5 };
    const array: Samples = { ...constant, values: new Float64Array(10).fill(5) };
    for (const aggregate of ['last', 'min', 'max', 'avg', 'increase'] as const)
      for (const at of [0, 20, 30, 40, 75, 90, 200])
        for (const window of [5, 30, 300])
          expect(aggregateOver(aggregate, constant, at * 1000, window)).toBe(aggregateOver(aggregate, array, at * 1000, window));
  });

  it('never shrinks a counter, and stays within one interval of what it did', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 3, maxLength: 40 }), fc.integer({ min: 60, max: 1200 }), (steps, window) => {
        let count = 0;
        const samples = samplesOf(steps.map((step) => (count += step)));
        const at = samples.times[steps.length - 1]! + 1;
        const result = aggregateOver('increase', samples, at, window);
        const inside = steps.filter((_, row) => samples.times[row]! > at - window * 1000);
        if (inside.length < 2) return expect(result).toBeUndefined();
        const grown = inside.slice(1).reduce((a, b) => a + b, 0);
        expect(result!).toBeGreaterThanOrEqual(grown - 1e-9);
        expect(result!).toBeLessThanOrEqual((grown * (inside.length + 1.2)) / (inside.length - 1) + 1e-9);
      }),
    );
  });

  it.each<[string, (number | null)[], (number | null)[], number | undefined]>([
    ['follows', [1, 2, 3, 4], [10, 20, 30, 40], 1],
    ['opposes', [1, 2, 3, 4], [4, 3, 2, 1], -1],
    ['pairs what both have', [1, 2, null, 4], [10, 20, 99, 40], 1],
    ['is undefined without a pair', [1, null], [null, 1], undefined],
    ['is not a number for a constant', [1, 2, 3], [5, 5, 5], Number.NaN],
    ['is not a number for a constant that sums inexactly', [1, 2, 3], [0.1, 0.1, 0.1], Number.NaN],
  ])('correlation %s', (_, a, b, expected) => {
    const r = correlationOver(samplesOf(a), samplesOf(b), 10_000_000, 20_000);
    if (expected === undefined || Number.isNaN(expected)) expect(r).toBe(expected);
    else expect(r).toBeCloseTo(expected, 12);
  });

  it('sums what was observed', () => {
    expect(sumOver(samplesOf([1, null, 1, 0]), 121_000, 120)).toBe(2);
    expect(sumOver(samplesOf([null, null]), 121_000, 120)).toBeUndefined();
  });
});
