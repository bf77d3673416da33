import type * as perfHooks from 'node:perf_hooks';
import type * as timers from 'node:timers/promises';
import { afterAll, beforeAll, vi } from 'vitest';

const reallyLater = setTimeout;
const reallyNow = performance.now.bind(performance);

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

const ROUND_MS = 20;
/** So many turns of the loop in each round: an answer over sockets of this process needs a few dozen, and no time-out is shorter than ten rounds. */
const TURNS_OF_ROUND = 16;
/** How much faster than the real clock it goes at most: packets and threads that make certificates are not of the loop. */
const SPEED = 20;
/** In one of so many rounds the process rests for a moment and leaves the processor to others. */
const ROUNDS_TO_A_REST = 8;

/**
 * A clock that goes on by itself, with the turns of the event loop: what happens in this process takes as long on it whether the machine
 * is busy or not, and waiting costs next to nothing.
 * @returns ends it.
 */
function startLoopTime(): () => void {
  useVirtualTime(Date.now());
  let goesOn = true;
  const rounds = async (): Promise<void> => {
    for (let round = 0, before = reallyNow(); goesOn; round++) {
      for (let turn = 0; turn < TURNS_OF_ROUND; turn++) await new Promise((done) => setImmediate(done));
      if (round % ROUNDS_TO_A_REST === 0) await new Promise((done) => reallyLater(done, 1));
      const now = reallyNow();
      if (goesOn) vi.advanceTimersByTime(Math.min(ROUND_MS, SPEED * (now - before)));
      before = now;
    }
  };
  void rounds();
  return () => {
    goesOn = false;
    vi.useRealTimers();
  };
}

/** For the top of a file whose servers and clients are all of this process: the clock of its tests is the event loop. */
export function useLoopTime(): void {
  let end = (): void => {};
  beforeAll(() => {
    end = startLoopTime();
  });
  afterAll(() => end());
}

/** Waits until so much has passed on the clock of the test. */
export const passes = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** For `vi.mock('node:perf_hooks', …)`: what is imported from there is not the global that vitest replaces. */
export function virtualPerformance(real: typeof perfHooks): typeof perfHooks {
  const { performance } = real;
  return { ...real, performance: Object.create(performance, { now: { value: () => globalThis.performance.now() } }) as typeof performance };
}
