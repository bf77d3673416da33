import type { Candidacy } from '../domain/candidacy.ts';
import type { Candidate, Diagnoses } from '../domain/diagnosis.ts';
import type { FailurePattern } from '../domain/pattern.ts';
import type { SignalValues } from '../domain/signal-values.ts';
import type { ApiFacts, Snapshot } from '../domain/snapshot.ts';
import type { SourceStatus } from '../domain/sources.ts';
import type { IncidentMarks } from '../incidents/marks.ts';
import type { IncidentCounts } from '../incidents/totals.ts';

/** What is published: one finished tick. Immutable, so that a scrape can never see half of it. */
export interface ExporterView {
  readonly snapshot: Snapshot;
  /** Keyed by APIService, then by signal. A missing key is a signal that was not observed. */
  readonly signals: ReadonlyMap<string, SignalValues>;
  readonly round: RoundView;
  /** Absent where none are recorded. */
  readonly incidents?: IncidentCounts;
  /** Absent where none are recorded. */
  readonly incidentMarks?: IncidentMarks;
  /** Who leads the replicas; absent where none is elected. */
  readonly replica?: Candidacy;
}

/** What there is to publish before the first tick: how far the sources are. Time in Unix milliseconds. */
export interface WaitingView {
  readonly time: number;
  readonly sources: readonly SourceStatus[];
}

/** The part of diagnose/'s DiagnosisRound that is published. */
export interface RoundView {
  readonly diagnoses: Diagnoses;
  /** Keyed by APIService. */
  readonly patterns: ReadonlyMap<string, FailurePattern>;
  /** Every cause that was weighed, keyed by APIService. */
  readonly candidates: ReadonlyMap<string, readonly Candidate[]>;
  /** Signals that only the history of the failures shows; shaped as `signals`. */
  readonly derived?: ReadonlyMap<string, SignalValues>;
}

/** A series goes when its object goes: tombstones are shown on the page and in one family of their own only. */
export function liveApis({ snapshot }: ExporterView): readonly ApiFacts[] {
  const known = LIVE.get(snapshot.apis);
  if (known) return known;
  const live = snapshot.apis.filter((api) => api.deletedAt === undefined);
  LIVE.set(snapshot.apis, live);
  return live;
}

/** Each family asks for them. */
const LIVE = new WeakMap<Snapshot['apis'], readonly ApiFacts[]>();
