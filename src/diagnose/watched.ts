const HOUR = 3600;
export const DAY = 86_400;
/** A job that starts at two does harm some minutes later, not always as many. Seconds before and after. */
export const AROUND = 900;

/** Whether somebody looked around this moment. @param hours since the Unix epoch in which somebody did. */
export function isWatched(at: number, hours: ReadonlySet<number>): boolean {
  return hours.has(Math.floor((at - AROUND) / HOUR)) && hours.has(Math.floor((at + AROUND) / HOUR));
}

/** How likely an onset falls around a given moment, where onsets come at any time as often as these did in the hours in which somebody looked. */
export function byChance(onsets: number, hours: number): number {
  return 1 - Math.exp((-onsets / (hours * HOUR)) * 2 * AROUND);
}
