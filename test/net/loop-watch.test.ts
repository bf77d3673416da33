import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoopWatch } from '../../src/net/loop-watch.ts';

let now: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Time passes, and the loop does nothing meanwhile. */
const block = (ms: number) => {
  now += ms;
};
const pause = (ms: number) => {
  for (let left = ms; left > 0; left--) {
    now += 1;
    vi.advanceTimersByTime(1);
  }
};

describe('the loop watch', () => {
  it('says that the loop was late while a probe was open', () => {
    const ended = createLoopWatch().begin();
    pause(10);
    block(60);
    expect(ended()).toBe(true);
  });

  it('says so of a beat that came late, though the probe went on well', () => {
    const ended = createLoopWatch().begin();
    block(60);
    pause(100);
    expect(ended()).toBe(true);
  });

  it('says nothing of a loop that keeps its beat', () => {
    const ended = createLoopWatch().begin();
    pause(500);
    expect(ended()).toBe(false);
  });

  it('does not blame a block before the probe on it', () => {
    const watch = createLoopWatch();
    const first = watch.begin();
    block(60);
    expect(first()).toBe(true);
    pause(20);
    const second = watch.begin();
    pause(10);
    expect(second()).toBe(false);
  });

  it('does not watch while no probe is open', () => {
    const watch = createLoopWatch();
    watch.begin()();
    pause(10);
    expect(vi.getTimerCount()).toBe(0);
    block(60);
    const ended = watch.begin();
    pause(10);
    expect(ended()).toBe(false);
  });
});
