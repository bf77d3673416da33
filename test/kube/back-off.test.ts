import { describe, expect, it } from 'vitest';
import { createBackOff } from '../../src/kube/back-off.ts';

const backOff = (random: number) => createBackOff({ firstMs: 500, maxMs: 30_000, healthyMs: 60_000, random: () => random });

describe('the back-off', () => {
  it.each([
    [0, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]],
    [1, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
  ])('doubles up to its cap; jitter %d', (random, waits) => {
    const { next } = backOff(random);
    expect(waits.map(() => next(0))).toEqual(waits);
  });

  it.each([
    [59_999, 1000],
    [60_000, 500],
  ])('after %d ms of health waits %d ms', (healthyMs, wait) => {
    const { next, healthy } = backOff(1);
    next(0);
    healthy(1000);
    healthy(30_000);
    expect(next(1000 + healthyMs)).toBe(wait);
  });

  it('counts health since the last failure only', () => {
    const { next, healthy } = backOff(1);
    healthy(0);
    next(60_000);
    expect(next(120_000)).toBe(1000);
  });
});
