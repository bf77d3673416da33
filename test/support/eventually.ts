import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 5;

/**
 * Waits until `holds`, or what it promises, does not throw and is not false; at most `withinMs`, then its last error. The patience is counted in pauses and not
 * on a clock: on a busy machine a pause is as much longer as what is waited for.
 */
export async function eventually<T>(holds: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  for (let left = withinMs; ; left -= PAUSE_MS) {
    try {
      const value = await holds();
      if (value !== false) return value;
      if (left <= 0) throw new Error(`still false after ${withinMs} ms: ${holds}`);
    } catch (error) {
      if (left <= 0) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
