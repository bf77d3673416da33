import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` does not throw and is not false; at most `withinMs`, then its last error. For machines that are slow. */
export async function eventually<T>(holds: () => T, withinMs = 15_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      const value = holds();
      if (value !== false) return value;
      if (Date.now() > end) throw new Error(`still false after ${withinMs} ms: ${holds}`);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await sleep(5);
  }
}
