import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandshakeSlots } from '../../src/net/handshake-slots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('handshake slots', () => {
  it('are given in order, at most so many at once', async () => {
    const slots = createHandshakeSlots(2, 250);
    const got: number[] = [];
    const releases: (() => void)[] = [];
    for (let i = 0; i < 5; i++)
      void slots.take('first').then((release) => {
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

  it('come back by themselves, so that black holes do not hold them', async () => {
    const slots = createHandshakeSlots(1, 250);
    const first = await slots.take('first');
    let second = false;
    void slots.take('first').then(() => {
      second = true;
    });
    await vi.advanceTimersByTimeAsync(249);
    expect(second).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect(second).toBe(true);
    // Given back late, the first one frees nothing that is not its own.
    first();
    let third = false;
    void slots.take('first').then(() => {
      third = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(third).toBe(false);
  });

  it('are for probes through the kube-apiserver first, and one is theirs alone', async () => {
    const slots = createHandshakeSlots(4, 250);
    const got: string[] = [];
    for (let i = 0; i < 100; i++) void slots.take('later').then(() => got.push('later'));
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual(['later', 'later', 'later']);
    void slots.take('first').then(() => got.push('first'));
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual(['later', 'later', 'later', 'first']);
    for (let i = 0; i < 2; i++) void slots.take('first').then(() => got.push('first'));
    await vi.advanceTimersByTimeAsync(249);
    expect(got.slice(4)).toEqual(['first', 'first', 'later', 'later']);
  });

  it('of which there is one are given to both', async () => {
    const slots = createHandshakeSlots(1, 250);
    expect(await slots.take('later')).toBeDefined();
  });
});
