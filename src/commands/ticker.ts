import type { Logger } from '../source/logger.ts';
import type { Turns } from './turns.ts';

/** A changed probe result causes a tick at once, but not more than one a second. */
const LEAST_BETWEEN_TICKS_MS = 1000;
const FIRST_TICK_MS = 250;

export interface Ticker {
  /** Something urgent happened. */
  soon(): void;
  stop(): void;
}

/** Where others tick in the same process: what keeps them from doing it at once. */
export interface Among {
  readonly turns: Turns;
  /** From 0 to 1: when in each interval, so that the ticks of all are spread over it. */
  readonly phase: number;
}

/**
 * Ticks every `intervalMs()`, and soon after something urgent, by a clock that nobody sets. A tick that throws is logged, and the next one
 * comes all the same.
 */
export function startTicking(tick: () => void, intervalMs: () => number, log: Logger, among?: Among): Ticker {
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let due = 0;
  /** For its turn. */
  let isWaiting = false;
  let stopped = false;
  const schedule = (after: number) => {
    const at = performance.now() + after;
    if (isWaiting || (timer && due <= at)) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(run, after);
  };
  const run = () => {
    timer = undefined;
    if (!among) return tickOnce();
    isWaiting = true;
    among.turns.take(tickOnce);
  };
  const tickOnce = () => {
    isWaiting = false;
    if (stopped) return;
    last = performance.now();
    try {
      tick();
    } catch (error) {
      log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a tick failed');
    }
    schedule(among ? untilPhase(intervalMs(), among.phase) : intervalMs());
  };
  schedule(Math.min(intervalMs(), FIRST_TICK_MS));
  return {
    soon: () => schedule(Math.max(0, last + LEAST_BETWEEN_TICKS_MS - performance.now())),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Until that part of an interval comes, a second from now at the earliest: something urgent does not move it. */
function untilPhase(intervalMs: number, phase: number): number {
  const earliest = performance.now() + Math.min(LEAST_BETWEEN_TICKS_MS, intervalMs);
  const at = Math.ceil(earliest / intervalMs - phase) + phase;
  return at * intervalMs - performance.now();
}
