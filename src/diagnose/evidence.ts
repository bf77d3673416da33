import { type Cause, sentenceOf } from '../domain/cause.ts';
import type { Evidence } from '../domain/diagnosis.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ClusterFacts } from '../domain/snapshot.ts';
import type { SourceName } from '../domain/sources.ts';
import type { Explanation } from './criteria.ts';
import { SCHEDULE_MATCHED } from './derived-signals.ts';
import { type PointsTo, sampleFor } from './samples-of.ts';
import { fill, inWords } from './words.ts';

/** What turns an entry that is met into words. */
export interface EvidenceContext {
  readonly api: ApiFacts;
  readonly cluster: ClusterFacts;
  readonly causes: ReadonlyMap<string, Cause>;
  readonly signals: ReadonlyMap<string, Signal>;
  readonly pointsTo: PointsTo;
  /** What runs when the failures begin, where that is known. */
  readonly schedule?: string;
}

/** A clause that is met, and why. */
export interface MetClause {
  readonly text: string;
  readonly explanation: Explanation;
}

/** Why an entry is met, since when (Unix seconds), and the clauses of its sentence that are. */
export interface MetEntry {
  readonly explanation: Explanation;
  readonly since: number;
  readonly clauses: readonly MetClause[];
}

export function evidenceOf(entry: LedgerEntry, { explanation, since, clauses }: MetEntry, context: EvidenceContext): Evidence {
  const { values } = explanation;
  const { declaration } = entry;
  if (!declaration) return supersededBy(entry, values, since, context);
  const signals = Object.keys(values).flatMap((name) => context.signals.get(name) ?? []);
  const sources: SourceName[] = signals.map((signal) => signal.source);
  const sample =
    SCHEDULE_MATCHED in values ? context.schedule : sampleFor(sources, entry.cause, context.api, context.cluster, context.pointsTo);
  return {
    id: entry.evidence,
    says: sentenceOf(clauses.map((clause) => clauseInWords(clause, context))),
    weight: declaration.weight,
    points: entry.points,
    lookBack: entry.lookBack,
    values,
    since,
    ...(declaration.reproduce === undefined ? {} : { reproduce: fill(declaration.reproduce, context.api) }),
    ...(sample === undefined ? {} : { sample }),
  };
}

function clauseInWords({ text, explanation: { decisive } }: MetClause, { api, signals }: EvidenceContext): string {
  return fill(text, api, decisive && inWords(decisive.value, signals.get(decisive.signal)));
}

function supersededBy(entry: LedgerEntry, values: Evidence['values'], since: number, { causes }: EvidenceContext): Evidence {
  const id = entry.evidence.slice('superseded-by-'.length);
  return {
    id: entry.evidence,
    says: `It is a consequence of: ${causes.get(id)?.title ?? id}.`,
    weight: 'superseded',
    points: entry.points,
    lookBack: false,
    values,
    since,
  };
}
