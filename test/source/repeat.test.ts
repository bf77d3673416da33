import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SILENT } from '../../src/source/logger.ts';
import { repeat } from '../../src/source/repeat.ts';

const INTERVAL = 30_000;

describe('repeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function counted() {
    const stop = new AbortController();
    const readings: number[] = [];
    const begin = Date.now();
    const repetition = repeat(
      async () => {
        readings.push((Date.now() - begin) / 1000);
      },
      { intervalMs: INTERVAL, signal: stop.signal, log: SILENT },
    );
    return { readings, repetition, stop };
  }

  it('reads at once and then after each pause, until it is stopped', async () => {
    const { readings, stop } = counted();
    await vi.advanceTimersByTimeAsync(3.2 * INTERVAL);
    expect(readings.length).toBe(4);
    stop.abort();
    await vi.advanceTimersByTimeAsync(3 * INTERVAL);
    expect(readings.length).toBe(4);
  });

  it('reads twice soon when it is hurried, and goes on as before', async () => {
    const { readings, repetition, stop } = counted();
    await vi.advanceTimersByTimeAsync(5000);
    repetition.hurry();
    repetition.hurry();
    await vi.advanceTimersByTimeAsync(12_000);
    expect(readings.map(Math.round)).toEqual([0, 6, expect.any(Number)]);
    expect(readings[2]!).toBeLessThan(17);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(readings.length).toBe(3);
    stop.abort();
  });

  it('is hurried once per interval only', async () => {
    const { readings, repetition, stop } = counted();
    for (let second = 0; second < 25; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      repetition.hurry();
    }
    expect(readings.length).toBe(3);
    stop.abort();
  });

  it('reads at once when there is something new', async () => {
    const { readings, repetition, stop } = counted();
    await vi.advanceTimersByTimeAsync(5000);
    repetition.now();
    await vi.advanceTimersByTimeAsync(10);
    expect(readings.map(Math.round)).toEqual([0, 5]);
    stop.abort();
  });

  it('reads once more when there was something new during a reading, never twice at once', async () => {
    const stop = new AbortController();
    let open = 0;
    let most = 0;
    let readings = 0;
    const repetition = repeat(
      async () => {
        readings++;
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        open--;
      },
      { intervalMs: INTERVAL, signal: stop.signal, log: SILENT },
    );
    repetition.now();
    repetition.now();
    await vi.advanceTimersByTimeAsync(5000);
    expect([readings, most]).toEqual([2, 1]);
    stop.abort();
    repetition.now();
    await vi.advanceTimersByTimeAsync(3 * INTERVAL);
    expect(readings).toBe(2);
  });

  it('goes on after a reading that failed, and asks for its pause each time', async () => {
    const stop = new AbortController();
    let readings = 0;
    repeat(
      () => {
        readings++;
        return Promise.reject(new Error('no answer'));
      },
      { intervalMs: () => (readings < 3 ? 1000 : INTERVAL), signal: stop.signal, log: SILENT },
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(readings).toBe(3);
    stop.abort();
  });

  it('may be hurried again after its own rest', async () => {
    const stop = new AbortController();
    let readings = 0;
    const repetition = repeat(() => Promise.resolve(void readings++), {
      intervalMs: 60_000,
      restMs: 15_000,
      signal: stop.signal,
      log: SILENT,
    });
    for (let second = 0; second < 45; second++) {
      await vi.advanceTimersByTimeAsync(1000);
      repetition.hurry();
    }
    // The first, and two for each of three hurries.
    expect(readings).toBe(7);
    stop.abort();
  });
});
