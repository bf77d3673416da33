/** How failures spread over time; value of the label `pattern`. */
export const PATTERNS = ['none', 'transient', 'intermittent', 'periodic', 'persistent'] as const;
export type PatternName = (typeof PATTERNS)[number];

export interface FailurePattern {
  readonly name: PatternName;
  /** Start times of the failure episodes seen, Unix seconds, oldest first. */
  readonly onsets: readonly number[];
  /** Seconds between onsets; only for `periodic`. */
  readonly periodSeconds?: number;
  /** Seconds after a multiple of the period since the Unix epoch; only for `periodic`. */
  readonly phaseSeconds?: number;
  /** What runs with that period and phase, e.g. `CronJob batch/nightly-report`; only for `periodic`. */
  readonly matches?: string;
  /** A time of day, in UTC, at which failures began on `met` of the `of` days on which it was observed; only where chance hardly shows one. */
  readonly timeOfDay?: { readonly secondOfDay: number; readonly met: number; readonly of: number };
  /**
   * A day of the week (0 = Sunday) and a time of it, in UTC, at which failures began in `met` of the `of` weeks in which it was observed; only where
   * chance hardly shows one. `onsets` are those that did, Unix seconds, oldest first.
   */
  readonly dayOfWeek?: {
    readonly weekday: number;
    readonly secondOfDay: number;
    readonly met: number;
    readonly of: number;
    readonly onsets: readonly number[];
  };
  /** Start of the failure that goes on now, Unix seconds. */
  readonly since?: number;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `; it began at about 02:00 UTC on 5 of the 6 days on which that time was observed`; empty where there is no such time. */
export function recurrenceInWords({ timeOfDay, dayOfWeek }: FailurePattern): string {
  const daily = timeOfDay
    ? `; it began at about ${clockOf(timeOfDay)} UTC on ${timeOfDay.met} of the ${timeOfDay.of} days on which that time was observed`
    : '';
  if (!dayOfWeek) return daily;
  const { weekday, met, of } = dayOfWeek;
  const which = met === of ? `each of the ${of}` : `${met} of the ${of}`;
  return `${daily}; every ${DAYS[weekday]} about ${clockOf(dayOfWeek)} UTC: it began then in ${which} weeks in which that time was observed`;
}

const clockOf = ({ secondOfDay }: { readonly secondOfDay: number }): string =>
  new Date(Math.round(secondOfDay / 300) * 300_000).toISOString().slice(11, 16);

/** Whether the newest failure began at the day and time of the week at which others did, or came back within an hour of that. */
export function isOfDayOfWeek({ dayOfWeek, onsets }: FailurePattern): boolean {
  const apart = (onsets.at(-1) ?? Number.NaN) - (dayOfWeek?.onsets.at(-1) ?? Number.NaN);
  return apart >= 0 && apart < 3600;
}
