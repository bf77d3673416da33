import { type Clock, monotonic } from '../../source/clock.ts';

/** Bytes that may be read of one pod: a bucket that holds a minute's worth and fills evenly. */
export interface ByteBudget {
  /** False when there is not enough; then nothing is taken. */
  take(bytes: number): boolean;
}

const MINUTE_MS = 60_000;

/** @param now milliseconds of a clock that nobody sets: by one that is set back it would stay empty until that has caught up. */
export function createByteBudget(bytesPerMinute: number, now: Clock = monotonic): ByteBudget {
  let left = bytesPerMinute;
  let filledAt = now();
  return {
    take(bytes) {
      const at = now();
      left = Math.min(bytesPerMinute, left + ((at - filledAt) * bytesPerMinute) / MINUTE_MS);
      filledAt = at;
      if (left < bytes) return false;
      left -= bytes;
      return true;
    },
  };
}
