import { type Cause, sentenceOf } from '../domain/cause.ts';
import type { Evidence } from '../domain/diagnosis.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { inWords } from '../domain/quantity.ts';
import type { Quote } from '../domain/quote.ts';
import type { SignalDeclaration } from '../domain/signal.ts';
import type { ApiFacts, ClusterFacts } from '../domain/snapshot.ts';
import { SCHEDULE_MATCHED } from '../signals/derived.ts';
import { evidenceCommand } from './commands.ts';
import type { Explanation } from './criteria.ts';
import { fill, readingInWords, windowInWords } from './words.ts';

/** Longest line that evidence quotes, in characters. */
const LONGEST_SAMPLE = 512;

/** What turns an entry that is met into words. */
export interface EvidenceContext {
  readonly api: ApiFacts;
  readonly cluster: ClusterFacts;
  readonly causes: ReadonlyMap<string, Cause>;
  readonly signals: ReadonlyMap<string, SignalDeclaration>;
  /** Unix milliseconds of the snapshot. */
  readonly time: number;
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
  const quote = quoteOf(values, context);
  return {
    id: entry.evidence,
    says: sentenceOf(clauses.map((clause) => clauseInWords(clause, context))),
    weight: declaration.weight,
    points: entry.points,
    lookBack: entry.lookBack,
    values,
    readings: readingsOf(values, context),
    since,
    ...(declaration.reproduce === undefined ? {} : { reproduce: evidenceCommand(declaration.reproduce, context.api, quote) }),
    ...(quote === undefined ? {} : { sample: quote.text.slice(0, LONGEST_SAMPLE) }),
  };
}

/** What the criterion read, for people. */
function readingsOf(values: Evidence['values'], { signals }: EvidenceContext): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const signal = signals.get(name);
    return signal ? [readingInWords(value, signal)] : [];
  });
}

/** A line that one of the signals of the evidence itself quotes: a line about something else would mislead. */
function quoteOf(values: Evidence['values'], { api, cluster, signals, time, schedule }: EvidenceContext): Quote | undefined {
  if (SCHEDULE_MATCHED in values) return schedule === undefined ? undefined : { text: schedule };
  for (const name of Object.keys(values)) {
    const quote = signals.get(name)?.quote?.(api, cluster, time);
    if (quote) return quote;
  }
  return undefined;
}

function clauseInWords({ text, explanation: { decisive, window } }: MetClause, { api, signals }: EvidenceContext): string {
  return fill(text, api, {
    ...(decisive ? { value: inWords(decisive.value, signals.get(decisive.signal)) } : {}),
    ...(window ? windowInWords(window) : {}),
  });
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
