import { expect, it } from 'vitest';
import { createByteBudget } from '../../../src/observe/logs/byte-budget.ts';

it('holds a minute’s worth, fills evenly, and never beyond', () => {
  const budget = createByteBudget(600, 0);
  expect([budget.take(600, 0), budget.take(1, 0)]).toEqual([true, false]);
  expect([budget.take(11, 1000), budget.take(10, 1000), budget.take(1, 1000)]).toEqual([false, true, false]);
  expect([budget.take(601, 3_600_000), budget.take(600, 3_600_000)]).toEqual([false, true]);
  // A clock that is set back gives nothing, and takes nothing.
  expect([budget.take(1, 0), budget.take(10, 3_601_000)]).toEqual([false, true]);
});
