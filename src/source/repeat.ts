import type { Logger } from './logger.ts';

/** Pause before a reading that is asked for, and between the two of one hurry: a mean since the reading before needs both. */
const SOON_MS = 10_000;

export interface Repetition {
  /** Something began to fail: read soon, and once more after that. At most once per interval. */
  hurry(): void;
}

/**
 * Runs `task` now and then after each pause, never twice at once, until the signal aborts. What it throws is logged: one bad
 * turn must not end the others.
 */
export function repeat(
  task: (signal: AbortSignal) => Promise<void>,
  { intervalMs, signal, log }: { readonly intervalMs: number; readonly signal: AbortSignal; readonly log: Logger },
): Repetition {
  let timer: NodeJS.Timeout | undefined;
  let extra = 0;
  let hurriedAt = Number.NEGATIVE_INFINITY;
  const turn = async () => {
    try {
      await task(signal);
    } catch (error) {
      if (!signal.aborted) log.error({ error: error instanceof Error ? error.message : String(error) }, 'a reading failed unexpectedly');
    }
    // A tenth of jitter, so that several exporters do not ask in step.
    if (signal.aborted) return;
    const pause = extra-- > 0 ? Math.min(SOON_MS, intervalMs) : intervalMs;
    timer = setTimeout(run, pause * (0.95 + Math.random() * 0.1));
  };
  const run = () => {
    timer = undefined;
    void turn();
  };
  const repetition: Repetition = {
    hurry() {
      // Without a timer a reading goes on, or nothing runs any more.
      if (timer === undefined || performance.now() - hurriedAt < intervalMs) return;
      hurriedAt = performance.now();
      extra = 1;
      clearTimeout(timer);
      timer = setTimeout(run, Math.min(SOON_MS, intervalMs) / 10);
    },
  };
  if (signal.aborted) return repetition;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  run();
  return repetition;
}
