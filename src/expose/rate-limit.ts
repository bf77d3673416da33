import type { RateLimit } from './web-config.ts';

export interface RateLimiter {
  /** Takes one token; false when there is none. */
  allow(): boolean;
}

/**
 * A token bucket as golang.org/x/time/rate has it: full at first, one token more after each interval, never above `burst`. Of a burst of 0
 * nothing is allowed, as there.
 * @param now milliseconds of a clock that nobody sets.
 */
export function createRateLimit({ intervalMs, burst }: RateLimit, now: () => number = () => performance.now()): RateLimiter {
  let tokens = burst;
  let last = now();
  return {
    allow() {
      const at = now();
      tokens = Math.min(burst, tokens + (at - last) / intervalMs);
      last = at;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
