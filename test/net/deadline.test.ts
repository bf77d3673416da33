import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadline } from '../../src/net/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a deadline', () => {
  it('ends what is under way when it is too late, and not before', () => {
    const { signal } = createDeadline(1000);
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toEqual(new Error('no answer within 1000 ms'));
  });

  it.each([
    ['gives up', false],
    ['gave up before', true],
  ])('ends at once when whoever asked %s', (_, before) => {
    const outer = new AbortController();
    if (before) outer.abort();
    const { signal } = createDeadline(1000, outer.signal);
    outer.abort();
    expect(signal.reason).toEqual(new Error('was given up'));
  });

  it('ends nothing once it is met, and keeps no timer', () => {
    const outer = new AbortController();
    const { signal, met } = createDeadline(1000, outer.signal);
    met();
    expect(vi.getTimerCount()).toBe(0);
    outer.abort();
    expect(signal.aborted).toBe(false);
  });
});
