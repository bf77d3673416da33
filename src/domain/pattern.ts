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
  /** Start of the failure that goes on now, Unix seconds. */
  readonly since?: number;
}

/** `; it began at about 02:00 UTC on 5 of the 6 days on which that time was observed`; empty where there is no such time. */
export function timeOfDayInWords({ timeOfDay }: FailurePattern): string {
  if (!timeOfDay) return '';
  const at = new Date(Math.round(timeOfDay.secondOfDay / 300) * 300_000).toISOString().slice(11, 16);
  return `; it began at about ${at} UTC on ${timeOfDay.met} of the ${timeOfDay.of} days on which that time was observed`;
}
