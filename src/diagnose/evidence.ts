import type { Cause } from '../domain/cause.ts';
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

export function evidenceOf(entry: LedgerEntry, explanation: Explanation, since: number, context: EvidenceContext): Evidence {
  const { values, decisive } = explanation;
  const { declaration } = entry;
  if (!declaration) return supersededBy(entry, values, since, context);
  const signals = Object.keys(values).flatMap((name) => context.signals.get(name) ?? []);
  const value = decisive && inWords(decisive.value, context.signals.get(decisive.signal));
  const sources: SourceName[] = signals.map((signal) => signal.source);
  const sample =
    SCHEDULE_MATCHED in values ? context.schedule : sampleFor(sources, entry.cause, context.api, context.cluster, context.pointsTo);
  return {
    id: entry.evidence,
    says: fill(declaration.says, context.api, value),
    weight: declaration.weight,
    points: entry.points,
    lookBack: entry.lookBack,
    values,
    since,
    ...(declaration.reproduce === undefined ? {} : { reproduce: fill(declaration.reproduce, context.api) }),
    ...(sample === undefined ? {} : { sample }),
  };
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
