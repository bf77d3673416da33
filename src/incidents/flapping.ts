import { HOUR } from '../domain/criterion.ts';
import type { FailurePattern } from '../domain/pattern.ts';

/** A failure that comes back so soon has not been away, seconds: the symptom itself is remembered for as long. */
const SAME = 60;
/** So many onsets within an hour are no coincidence any more. */
const FLAPPING_FROM = 3;
/** A period is missed when half of another one has passed. */
const PERIODS = 1.5;
/** However it flaps, what begins later than a day after the first onset is another incident: one of a month would say nothing of a day. */
const LONGEST = 86_400;

/**
 * Until when a failure for the same cause goes on with an incident that ended, Unix seconds. A single failure is over after a minute. Where
 * the failures have become intermittent (three within the hour) or periodic, it goes on for as long as that pattern would: for an hour, or
 * one and a half periods up to an hour. So what fails each minute for a day is one incident, and what fails each night is one a night.
 */
export function goesOnUntil(began: number, ended: number, pattern: FailurePattern | undefined): number {
  return Math.max(ended, Math.min(ended + gapOf(pattern, ended), began + LONGEST));
}

function gapOf(pattern: FailurePattern | undefined, now: number): number {
  if (pattern?.periodSeconds !== undefined) return Math.min(HOUR, Math.max(SAME, PERIODS * pattern.periodSeconds));
  const onsets = pattern?.onsets.filter((onset) => onset > now - HOUR).length ?? 0;
  return onsets >= FLAPPING_FROM ? HOUR : SAME;
}
