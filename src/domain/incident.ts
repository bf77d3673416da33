import type { Category } from './category.ts';
import type { SharedFailure } from './diagnosis.ts';
import type { Hurt, HurtKind } from './impact.ts';
import type { PatternName } from './pattern.ts';
import type { Vantage } from './probe.ts';
import type { ChangeKind } from './snapshot.ts';

export const INCIDENTS_SCHEMA = 'aggregated-api-exporter/incidents/v1';

/**
 * One failure of one API, from its first error to its end, with what was known of it while it lasted. Plain JSON. Times are Unix seconds.
 * Failures for one cause that come and go are one incident: src/incidents/flapping.ts says for how long.
 */
export interface Incident {
  /** `<begin, UTC>-<apiservice>`, e.g. `20260105t090000z-v1.tides.example.com`; never changes. Lower-case letters, digits, dots and dashes. */
  readonly id: string;
  readonly apiservice: string;
  readonly began: number;
  /** It failed already when it was first looked at: `began` is what the cluster says, or that first look. */
  readonly beganUnseen?: true;
  /** Since when nothing errs; absent while it goes on, and while nobody can tell. */
  readonly ended?: number;
  /** `not-observed`: it failed when it was last seen, and nothing tells whether it still does. */
  readonly state: IncidentState;
  readonly ending?: Ending;
  /** When it was last seen to fail: the end lies between this and `ended`. */
  readonly lastFailing: number;
  /** A failure for the same cause that begins until then goes on with this incident; only of one that ended. */
  readonly goesOnUntil?: number;
  /** It ended, and is in no counter yet, as it may come back; over a restart this is what keeps it from being counted twice or never. */
  readonly uncounted?: true;
  /** How often it came back after it had ended. */
  readonly returned: number;
  /** The newest stretches in which it passed meanwhile, oldest first, at most 20. */
  readonly interruptions: readonly Interruption[];
  readonly pattern: PatternName;
  /** The cause that was held the longest, or `unknown` where none was named. */
  readonly cause: string;
  readonly category: Category;
  readonly title: string;
  /** Of that cause, the highest while it was held, 0 to 1. */
  readonly confidence: number;
  /** What was said of it, in order of time, at most 24; what is over is left out in the middle. */
  readonly causes: readonly CauseSpan[];
  /** At most 24, oldest first. */
  readonly evidence: readonly IncidentEvidence[];
  /** Changes and events of the quarter of an hour before it began, oldest first, at most 20. */
  readonly before: readonly Happening[];
  /** Changes, events and restarts while it lasted, oldest first: the first and the newest, at most 20. Absent where there were none. */
  readonly during?: readonly Happening[];
  /** What was measured while it lasted, in time; absent in those of earlier versions. */
  readonly course?: Course;
  /** Who asked, and how often it failed, while it lasted. A vantage that nobody asked from is missing. */
  readonly vantages: readonly VantageCount[];
  /** Who was hurt, as far as it was looked for, at most 50. */
  readonly hurt: readonly Hurt[];
  /** The most of each kind that were hurt at once, those that are not listed too. */
  readonly hurtCounts: Readonly<Partial<Record<HurtKind, number>>>;
  /** The change or event that coincides with the end; absent where none does. */
  readonly endedBy?: Happening;
  /** The APIs that failed together with it, when there were most of them. */
  readonly shared?: SharedFailure;
}

export const INCIDENT_STATES = ['failing', 'recovering', 'not-observed', 'ended'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/**
 * How it ended. `recovered`: it was seen to pass. `while-away`: it passed when it was looked at again. `deleted`: the APIService was deleted
 * while it failed. `not-watched`: it is not among those that are watched any more, because it was deleted unseen, or the configuration
 * excludes it.
 */
export const ENDINGS = ['recovered', 'while-away', 'deleted', 'not-watched'] as const;
export type Ending = (typeof ENDINGS)[number];

export interface Interruption {
  readonly from: number;
  readonly to: number;
}

/** For how long one cause was held. */
export interface CauseSpan {
  readonly cause: string;
  readonly category: Category;
  readonly title: string;
  /** The highest while it was held, 0 to 1. */
  readonly confidence: number;
  readonly from: number;
  /** Absent while it is held. */
  readonly to?: number;
}

/** Evidence for a cause that was held. */
export interface IncidentEvidence {
  readonly id: string;
  /** Of which it is evidence. */
  readonly cause: string;
  readonly says: string;
  readonly from: number;
  /** When it was last met; absent while it is. */
  readonly to?: number;
  /** A line or message that shows it, at most 512 characters. */
  readonly sample?: string;
}

/** What was measured, in slots of equal length: 10 s, and twice as much each time when they would be more than 60. */
export interface Course {
  /** Seconds. */
  readonly step: number;
  /** In order of time. Where nobody looked there is none. */
  readonly slots: readonly CourseSlot[];
}

/** undefined = not observed, which is not zero. */
export interface CourseSlot {
  /** Its begin, Unix seconds; a multiple of the step. */
  readonly at: number;
  readonly asked: readonly VantageCount[];
  /** Mean of the requests through the kube-apiserver that passed. */
  readonly seconds?: number;
  /** Fewest ready endpoints. */
  readonly ready?: number;
  /** Error lines in its logs whose signature is known. */
  readonly lines?: number;
  /** Of what the busiest kube-apiserver may have in flight, 0 to 1. */
  readonly inflight?: number;
}

/** A change, an event, or a container that was started anew. */
export interface Happening {
  readonly at: number;
  readonly what: ChangeKind | 'event' | 'restart';
  /** The object and what changed, and by whom; of an event its reason and object. */
  readonly says: string;
  /** The event's own words, redacted, at most 512 characters. */
  readonly message?: string;
}

export interface VantageCount {
  readonly vantage: Vantage;
  readonly asked: number;
  readonly failed: number;
}

export interface IncidentQuery {
  /** Those that went on then or later, Unix seconds. */
  readonly since?: number;
  readonly apiservice?: string;
  /** The newest so many; default all. */
  readonly limit?: number;
}

/** All incidents that are remembered. */
export interface IncidentBook {
  /** Newest first. */
  list(query?: IncidentQuery): readonly Incident[];
  get(id: string): Incident | undefined;
}
