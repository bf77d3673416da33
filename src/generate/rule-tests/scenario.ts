import type { AlertingRule } from '../rule-book.ts';
import type { Sample } from './template.ts';

/** One alert through time: what is fed to it, and when it must fire. Times in seconds since the start of the test. */
export interface Scenario {
  readonly alert: AlertingRule;
  readonly title: string;
  /** Seconds between two samples. */
  readonly interval: number;
  readonly series: readonly InputSeries[];
  readonly checks: readonly Check[];
}

export interface InputSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** promtool's notation: `0x20 1x30`, `0+3x60`, `_x4`, `stale`. */
  readonly values: string;
}

export interface Check {
  readonly at: number;
  /** What fires at that moment; none = nothing. */
  readonly firing?: Firing;
}

export interface Firing {
  /** Labels of the result of the expression. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What the `query` calls of the annotations find. */
  readonly finds?: Readonly<Record<string, readonly Sample[]>>;
}

/** The patient, and the neighbour that every test leaves untouched. */
export const PATIENT = 'v1.tides.example.com';
export const NEIGHBOUR = 'v1.moorings.example.com';

/** Values of the cluster labels in the tests. */
export function clusterOf(clusterLabels: readonly string[]): Record<string, string> {
  return Object.fromEntries(clusterLabels.map((label) => [label, 'harbour']));
}
