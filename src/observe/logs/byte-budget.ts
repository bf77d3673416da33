/** Bytes that may be read of one pod: a bucket that holds a minute's worth and fills evenly. */
export interface ByteBudget {
  /** False when there is not enough; then nothing is taken. */
  take(bytes: number, now: number): boolean;
}

const MINUTE_MS = 60_000;

export function createByteBudget(bytesPerMinute: number, now: number): ByteBudget {
  let left = bytesPerMinute;
  let filledAt = now;
  return {
    take(bytes, at) {
      if (at > filledAt) {
        left = Math.min(bytesPerMinute, left + ((at - filledAt) * bytesPerMinute) / MINUTE_MS);
        filledAt = at;
      }
      if (left < bytes) return false;
      left -= bytes;
      return true;
    },
  };
}
