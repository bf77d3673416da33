import type { Logger } from './logger.ts';

/** Pause before a reading that is asked for, and between the two of one hurry: a mean since the reading before needs both. */
const SOON_MS = 10_000;

export interface Repetition {
  /** Something began to fail: read soon, and once more after that. */
  hurry(): void;
  /** There is something new to read: at once, or as soon as the reading that goes on has ended. */
  now(): void;
}

export interface Pace {
  /** Pause between two readings, milliseconds; asked anew for each pause. */
  readonly intervalMs: number | (() => number);
  /** Least time between two hurries; default: the pause. */
  readonly restMs?: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Runs `task` now and then after each pause, never twice at once, until the signal aborts. What it throws is logged: one bad
 * turn must not end the others.
 */
export function repeat(task: (signal: AbortSignal) => Promise<void>, { intervalMs, restMs, signal, log }: Pace): Repetition {
  const interval = typeof intervalMs === 'number' ? () => intervalMs : intervalMs;
  let timer: NodeJS.Timeout | undefined;
  let extra = 0;
  let again = false;
  let hurriedAt = Number.NEGATIVE_INFINITY;
  const turn = async () => {
    again = false;
    try {
      await task(signal);
    } catch (error) {
      if (!signal.aborted) log.error({ error: error instanceof Error ? error.message : String(error) }, 'a reading failed unexpectedly');
    }
    if (signal.aborted) return;
    const pause = extra-- > 0 ? Math.min(SOON_MS, interval()) : interval();
    // A tenth of jitter, so that several exporters do not ask in step.
    timer = setTimeout(run, again ? 0 : pause * (0.95 + Math.random() * 0.1));
  };
  const run = () => {
    timer = undefined;
    void turn();
  };
  const runIn = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
  const repetition: Repetition = {
    hurry() {
      // Without a timer a reading goes on, or nothing runs any more.
      if (timer === undefined || performance.now() - hurriedAt < (restMs ?? interval())) return;
      hurriedAt = performance.now();
      extra = 1;
      runIn(Math.min(SOON_MS, interval()) / 10);
    },
    now() {
      if (timer === undefined) again = true;
      else runIn(0);
    },
  };
  if (signal.aborted) return repetition;
  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer);
      timer = undefined;
    },
    { once: true },
  );
  run();
  return repetition;
}
