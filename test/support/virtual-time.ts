import type * as timers from 'node:timers/promises';
import { vi } from 'vitest';

const reallyLater = setTimeout;

/** Everything by which the code waits or measures; the turns of the event loop go on by themselves. */
const FAKED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] as const;

/** A moment on a clock that only `pass` moves. */
export function useVirtualTime(now: number): void {
  vi.useFakeTimers({ toFake: [...FAKED], now });
}

/** For `vi.mock('node:timers/promises', …)`: vitest moves the global timers only. */
export function virtualSleep(real: typeof timers): typeof timers {
  return {
    ...real,
    setTimeout: <T>(ms?: number, value?: T, { signal }: { signal?: AbortSignal | undefined } = {}) =>
      new Promise<T>((done, fail) => {
        const timer = setTimeout(() => done(value as T), ms);
        const stop = () => {
          clearTimeout(timer);
          fail(new Error('The operation was aborted'));
        };
        if (signal?.aborted) stop();
        else signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

const STEP_MS = 50;
/** So many turns let an answer that needs no socket be read to its end. */
const TURNS = 8;

/** Lets so much time pass, and what it causes happen. */
export async function pass(ms: number): Promise<void> {
  for (let left = ms; left >= 0; left -= STEP_MS) {
    vi.advanceTimersByTime(Math.min(STEP_MS, left));
    for (let turn = 0; turn < TURNS; turn++) await new Promise((done) => setImmediate(done));
  }
}

/** The same for answers that come over a socket of this machine: those take a moment of the real clock. */
export async function passWithSockets(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 4 * STEP_MS) {
    await pass(Math.min(4 * STEP_MS, left));
    await new Promise((done) => reallyLater(done, 2));
  }
}

/** Waits by the real clock, while no moment passes on the other, until what came over a socket shows; at most 5 s. */
export async function untilItShows(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !holds(); tries++) await new Promise((done) => reallyLater(done, 5));
}
