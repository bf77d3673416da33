import type { SignalId } from './ids.ts';
import type { Quote } from './quote.ts';
import type { ApiFacts, ClusterFacts } from './snapshot.ts';
import type { SourceName } from './sources.ts';

/**
 * What may become of a metric. `stable`: name, type and labels stay within a major version. `beta`, which is what is not said: they may change with a line in
 * the changelog. `deprecated`: it was stable, and goes with the next major version; its help says what takes its place.
 */
export const STABILITIES = ['stable', 'beta', 'deprecated'] as const;
export type Stability = (typeof STABILITIES)[number];

/**
 * One number per APIService and moment, or undefined = not observed, which never counts as false.
 * Its value is published as exactly one series per APIService: `metric{apiservice="…", ...labels}`. So a criterion over the
 * signal means the same in process and in PromQL.
 */
export interface SignalDeclaration {
  /** kebab-case, unique. */
  readonly name: string;
  /** One sentence with the unit; HELP of the metric where the signal is alone in it. */
  readonly help: string;
  /** HELP of a metric that several signals share; the same in each of them. */
  readonly familyHelp?: string;
  /** What people ask it, where no criterion, rule or panel does: stands in docs/metrics.md. Nobody's signal has no place here. */
  readonly asks?: string;
  /** What the number is, in a few words, where `help` is too long for a line of figures: `restarts in the last hour`. */
  readonly words?: string;
  /** `counter` only grows (a restart resets it), `timestamp` is Unix seconds, `gauge` is everything else. */
  readonly kind: 'gauge' | 'counter' | 'timestamp';
  /** Family name with the prefix aggregated_api_ and the unit suffix; counters end in _total, timestamps in _timestamp_seconds. */
  readonly metric: string;
  /** Of the metric, the same in each signal that shares it; default `beta`. */
  readonly stability?: Stability;
  /** Static labels that single out one series per APIService. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Where the number comes from: names the right that is missing when it is undefined. */
  readonly source: SourceName;
  /**
   * Another signal that is observed where this one is and nowhere else: where that one has a series and this one has none, this one is 0.
   * So it needs no series before it is something else, also where it is asked for its 0.
   */
  readonly observedWith?: SignalId;
  /** A line or message that shows what the number says; undefined when there is none. */
  readonly quote?: (api: ApiFacts, cluster: ClusterFacts, time: number) => Quote | undefined;
}

/** A signal that one snapshot shows. */
export interface Signal extends SignalDeclaration {
  readonly observe: (api: ApiFacts, cluster: ClusterFacts, time: number) => number | undefined;
}
