import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { createLoopWatch } from '../../src/net/loop-watch.ts';

const block = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

describe('the loop watch', () => {
  it('says that the loop was late while a probe was open', async () => {
    const ended = createLoopWatch().begin();
    await pause(10);
    block(60);
    expect(ended()).toBe(true);
  });

  it('does not blame a block before the probe on it', async () => {
    // A limit that a busy machine does not reach, and the block does.
    const watch = createLoopWatch(400);
    const first = watch.begin();
    block(500);
    expect(first()).toBe(true);
    await pause(20);
    const second = watch.begin();
    await pause(10);
    expect(second()).toBe(false);
  });
});
