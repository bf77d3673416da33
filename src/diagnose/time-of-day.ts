import type { FailurePattern } from '../domain/pattern.ts';
import { atLeast } from './chance.ts';
import { AROUND, byChance, DAY, isWatched } from './watched.ts';

/** What was given up must not hide what began since: of so many days before now. */
export const LATEST_DAYS = 8;
const FEWEST_DAYS = 5;
const FEWEST_MET = 4;
const SHARE = 0.75;
/** How likely random failures may show any such time. */
const CHANCE = 0.01;
/** Windows of a day that chance may fill, any of them. */
const WINDOWS = DAY / (2 * AROUND);

export type TimeOfDay = NonNullable<FailurePattern['timeOfDay']>;

/**
 * The time of day, in UTC, at which failures begin on most of the days on which that time was looked at. Undefined where too few were, and where
 * failures that come at any time would show one as well. A local time moves in UTC when clocks change: for some days then it is not found.
 * @param onsets Unix seconds, ascending.
 * @param hours hours since the Unix epoch in which somebody looked.
 */
export function timeOfDay(onsets: readonly number[], hours: ReadonlySet<number>, now: number): TimeOfDay | undefined {
  if (onsets.length < FEWEST_MET) return undefined;
  const latest = [...hours].filter((hour) => hour >= now / 3600 - LATEST_DAYS * 24);
  if (latest.length === 0) return undefined;
  const days = new Set(latest.map((hour) => Math.floor(hour / 24)));
  const found = onsets.flatMap((onset) => countDays(onset % DAY, { onsets, days, hours, now }) ?? []);
  const [best] = found.sort((a, b) => b.met / b.of - a.met / a.of || b.met - a.met || a.spread - b.spread);
  if (!best || best.of < FEWEST_DAYS || best.met < FEWEST_MET || best.met / best.of < SHARE) return undefined;
  if (WINDOWS * atLeast(best.met, best.of, byChance(onsets.length, latest.length)) > CHANCE) return undefined;
  return { secondOfDay: best.secondOfDay, met: best.met, of: best.of };
}

interface Looked {
  readonly onsets: readonly number[];
  /** Since the Unix epoch. */
  readonly days: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly now: number;
}

/** The days on which this time was looked at, and those on which a failure began near it. */
function countDays(centre: number, { onsets, days, hours, now }: Looked) {
  const offsets: number[] = [];
  let of = 0;
  for (const day of days) {
    const at = day * DAY + centre;
    if (at + AROUND > now || !isWatched(at, hours)) continue;
    of++;
    const near = onsets.filter((onset) => Math.abs(onset - at) <= AROUND).map((onset) => onset - at);
    if (near.length > 0) offsets.push(Math.min(...near));
  }
  if (offsets.length === 0) return undefined;
  const mean = offsets.reduce((sum, offset) => sum + offset, 0) / offsets.length;
  const spread = offsets.reduce((sum, offset) => sum + (offset - mean) ** 2, 0);
  return { secondOfDay: (centre + mean + DAY) % DAY, met: offsets.length, of, spread };
}
