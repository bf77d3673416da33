import { SELDOM_MS } from '../../domain/seldom.ts';
import { hasYear } from './times.ts';

const HOUR_S = 3600;

/** When a container ran, Unix milliseconds, as far as a description or a document tells. */
export interface Runs {
  /** Its present run. */
  startedAt?: number;
  /** The run before. */
  readonly last: { startedAt?: number; finishedAt?: number };
}

/** A container that works, and whether it restarts seldom. */
export interface Working {
  readonly restarts: number;
  /** Of its pod. */
  readonly ageS: number | undefined;
}

/** The text shows that it has run for long now, or did before its last end, or else does on the mean of its restarts. */
export function restartsSeldom({ startedAt, last }: Runs, { restarts, ageS = 0 }: Working, time: number): boolean {
  if (startedAt !== undefined && hasYear(time) && time - startedAt >= SELDOM_MS) return true;
  const run = last.startedAt !== undefined && last.finishedAt !== undefined ? last.finishedAt - last.startedAt : undefined;
  return (run ?? (ageS * 1000) / Math.max(restarts, 1)) >= SELDOM_MS;
}

/** By a row of a table: it restarts seldom, and has not within the hour. */
export function isLongOver({ restarts, ageS = 0 }: Working, restartedAgo = 0): boolean {
  return restartedAgo > HOUR_S && ageS * 1000 >= restarts * SELDOM_MS;
}
