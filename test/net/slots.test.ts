import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSlots } from '../../src/net/slots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('slots', () => {
  it('are given in order, at most so many at once', async () => {
    const slots = createSlots(() => 2);
    const got: number[] = [];
    const releases: (() => void)[] = [];
    for (let i = 0; i < 5; i++)
      void slots.take('tide').then((release) => {
        got.push(i);
        releases.push(release);
      });
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual([0, 1]);
    expect(slots.waiting).toBe(3);
    releases[1]!();
    releases[1]!();
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual([0, 1, 2]);
  });

  it('come back by themselves where there is a patience, so that black holes do not hold them', async () => {
    const slots = createSlots(() => 1, 250);
    const first = await slots.take('tide');
    let second = false;
    void slots.take('tide').then(() => {
      second = true;
    });
    await vi.advanceTimersByTimeAsync(249);
    expect(second).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect(second).toBe(true);
    // Given back late, the first one frees nothing that is not its own.
    first();
    let third = false;
    void slots.take('tide').then(() => {
      third = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(third).toBe(false);
  });

  it('are held as long as they are needed where there is none', async () => {
    const slots = createSlots(() => 1);
    const first = await slots.take('tide');
    let second = false;
    void slots.take('tide').then(() => {
      second = true;
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(second).toBe(false);
    first();
    await vi.advanceTimersByTimeAsync(1);
    expect(second).toBe(true);
  });

  it('are of each lane alone, as many as it may have', async () => {
    const slots = createSlots((lane) => (lane === 'tide' ? 2 : 1));
    const got: string[] = [];
    for (let i = 0; i < 100; i++) void slots.take('ebb').then(() => got.push('ebb'));
    for (let i = 0; i < 3; i++) void slots.take('tide').then(() => got.push('tide'));
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual(['ebb', 'tide', 'tide']);
    expect(slots.waiting).toBe(100);
  });
});
