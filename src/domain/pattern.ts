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
  /** Start of the failure that goes on now, Unix seconds. */
  readonly since?: number;
}
