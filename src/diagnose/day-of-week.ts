import type { FailurePattern } from '../domain/pattern.ts';
import { atLeast } from './chance.ts';
import { AROUND, byChance, DAY, isWatched } from './watched.ts';

const WEEK = 7 * DAY;
const FEWEST_MET = 4;
const SHARE = 0.75;
/** How likely random failures may show any such time of any day. */
const CHANCE = 0.001;

export type DayOfWeek = NonNullable<FailurePattern['dayOfWeek']>;

/**
 * The day of the week and the time of it, in UTC, at which failures begin in most of the weeks in which it was looked at. Undefined where too few were, and
 * where chance would show one as well.
 *
 * The argument: take failures that know no day of the week. Around each onset as the centre, the `of - 1` other weeks have one there too with
 * probability p each, independently; so at least `met - 1` of them do with the binomial's tail, and any of the n centres with n times that at most. p is
 * what the other days show at that time, with one failure more than was seen there, or the rate of all onsets, whichever is more: failures of
 * each night, or of working hours, are of no day. Onsets of one trouble that comes and goes are one (LongMemory), for they are not independent.
 * @param onsets Unix seconds, ascending.
 * @param hours hours since the Unix epoch in which somebody looked.
 */
export function dayOfWeek(onsets: readonly number[], hours: ReadonlySet<number>, now: number): DayOfWeek | undefined {
  if (onsets.length < FEWEST_MET || hours.size === 0) return undefined;
  const looked = { onsets, hours, now, days: [...new Set([...hours].map((hour) => Math.floor(hour / 24)))] };
  const found = onsets.flatMap((onset) => countWeeks(onset, looked) ?? []);
  const [best] = found.sort((a, b) => a.chance - b.chance || b.met - a.met);
  if (!best || best.chance * onsets.length > CHANCE) return undefined;
  const { met, of, at } = best;
  return { weekday: new Date(at * 1000).getUTCDay(), secondOfDay: at % DAY, met, of, onsets: best.onsets };
}

interface Looked {
  readonly onsets: readonly number[];
  readonly hours: ReadonlySet<number>;
  readonly now: number;
  /** Since the Unix epoch. */
  readonly days: readonly number[];
}

interface Found {
  readonly met: number;
  readonly of: number;
  /** Of this one centre. */
  readonly chance: number;
  /** Unix seconds, in some week, as exact as it is told. */
  readonly at: number;
  /** Those that began at this time, the one too that goes on since a moment. */
  readonly onsets: readonly number[];
}

/** The weeks in which this time was looked at, and those in which a failure began near it. */
function countWeeks(centre: number, { onsets, hours, now, days }: Looked): Found | undefined {
  const same = { of: 0, met: 0 };
  const other = { of: 0, met: 0 };
  const here = onsets.filter((onset) => apart(onset, centre) <= AROUND);
  if (here.length < FEWEST_MET) return undefined;
  for (const day of days) {
    const at = day * DAY + (centre % DAY);
    if (at + AROUND > now || !isWatched(at, hours)) continue;
    const tally = apart(at, centre) < DAY / 2 ? same : other;
    tally.of++;
    if (onsets.some((onset) => Math.abs(onset - at) <= AROUND)) tally.met++;
  }
  if (same.met < FEWEST_MET || same.met / same.of < SHARE) return undefined;
  const p = Math.max(byChance(onsets.length, hours.size), Math.min(1, (other.met + 1) / (other.of + 2)));
  const offset = here.reduce((sum, onset) => sum + offsetOf(onset, centre), 0) / here.length;
  return { ...same, chance: atLeast(same.met - 1, same.of - 1, p), at: Math.round((centre + offset) / 300) * 300, onsets: here };
}

/** How far apart in their weeks, seconds. */
const apart = (a: number, b: number): number => Math.abs(offsetOf(a, b));

function offsetOf(a: number, b: number): number {
  const ahead = (((a - b) % WEEK) + WEEK) % WEEK;
  return ahead > WEEK / 2 ? ahead - WEEK : ahead;
}
