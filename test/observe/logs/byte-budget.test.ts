import { expect, it, vi } from 'vitest';
import { createByteBudget } from '../../../src/observe/logs/byte-budget.ts';

it('holds a minute’s worth, fills evenly, and never beyond', () => {
  let now = 0;
  const bucket = createByteBudget(600, () => now);
  const budget = {
    take(bytes: number, at: number) {
      now = at;
      return bucket.take(bytes);
    },
  };
  expect([budget.take(600, 0), budget.take(1, 0)]).toEqual([true, false]);
  expect([budget.take(11, 1000), budget.take(10, 1000), budget.take(1, 1000)]).toEqual([false, true, false]);
  expect([budget.take(601, 3_600_000), budget.take(600, 3_600_000)]).toEqual([false, true]);
});

it('is filled again after the clock of the machine was set back', () => {
  vi.useFakeTimers();
  try {
    const budget = createByteBudget(600);
    expect([budget.take(600), budget.take(1)]).toEqual([true, false]);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(60_000);
    expect(budget.take(600)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
