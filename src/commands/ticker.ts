import type { Logger } from '../source/logger.ts';

/** A changed probe result causes a tick at once, but not more than one a second. */
const LEAST_BETWEEN_TICKS_MS = 1000;
const FIRST_TICK_MS = 250;

export interface Ticker {
  /** Something urgent happened. */
  soon(): void;
  stop(): void;
}

/**
 * Ticks every `intervalMs()`, and soon after something urgent, by a clock that nobody sets. A tick that throws is logged, and the next one
 * comes all the same.
 */
export function startTicking(tick: () => void, intervalMs: () => number, log: Logger): Ticker {
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  const schedule = (after: number) => {
    const at = performance.now() + after;
    if (timer && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, after);
  };
  const run = () => {
    timer = undefined;
    last = performance.now();
    try {
      tick();
    } catch (error) {
      log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a tick failed');
    }
    schedule(intervalMs());
  };
  schedule(Math.min(intervalMs(), FIRST_TICK_MS));
  return {
    soon: () => schedule(Math.max(0, last + LEAST_BETWEEN_TICKS_MS - performance.now())),
    stop: () => clearTimeout(timer),
  };
}
