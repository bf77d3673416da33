import { UNKNOWN } from '../diagnose/scoring.ts';
import type { Incident } from '../domain/incident.ts';
import type { ApiTick } from './api-tick.ts';

/** A failure without a cause, after one that is over, is waited with for so long until one is named: is it the same? Seconds. */
const NAMED_WITHIN = 20;

/**
 * Which of the incidents that may come back a failure goes on with: the newest that had its cause before. `wait`: it has no cause yet.
 * Undefined: it is another one.
 */
export function goesOnWith(returning: readonly Incident[], { verdict, state, time }: ApiTick): Incident | 'wait' | undefined {
  if (!verdict || returning.length === 0) return undefined;
  if (verdict.cause !== UNKNOWN) return returning.findLast(({ causes }) => causes.some(({ cause }) => cause === verdict.cause));
  const young = state === 'failing' && time - verdict.since < NAMED_WITHIN;
  return young ? 'wait' : returning.at(-1);
}
