import { type Cause, type Clause, clausesOf } from '../domain/cause.ts';
import { above, type Criterion, last } from '../domain/criterion.ts';
import { type LedgerEntry, ledgerOf } from '../domain/ledger.ts';
import type { Signal, SignalDeclaration } from '../domain/signal.ts';
import { DERIVED_SIGNALS } from '../signals/derived.ts';
import { askedInARow } from '../signals/reading.ts';
import { CompiledCriteria, type Test } from './compiled-criteria.ts';

/** A catalogue as it is asked at every moment: it holds no history, and is the same for all diagnosticians that have it. */
export interface ReadCatalogue {
  readonly entries: readonly LedgerEntry[];
  readonly positions: ReadonlyMap<LedgerEntry, number>;
  /** The criterion of each entry. */
  readonly tests: readonly Test[];
  /** Of the sentence of each entry. */
  readonly clauses: readonly (readonly Clause[])[];
  readonly causes: ReadonlyMap<string, Cause>;
  readonly signals: ReadonlyMap<string, SignalDeclaration>;
  readonly symptom: Criterion;
  readonly symptomNow: Criterion;
  readonly criteria: CompiledCriteria;
}

const FAILS_NOW = above(last('failing'), 0.5);

/** Symptoms that are left out are: the API fails now. */
export function readCatalogue(options: {
  readonly causes: readonly Cause[];
  readonly signals: readonly Signal[];
  readonly symptom?: Criterion;
  readonly symptomNow?: Criterion;
}): ReadCatalogue {
  const { causes, signals, symptom = FAILS_NOW, symptomNow = FAILS_NOW } = options;
  return read(causes, signals, symptom, symptomNow);
}

/** Most of the work of a diagnosis of one pasted text: the newest is kept. */
const read = askedInARow(
  (causes: readonly Cause[], signals: readonly Signal[], symptom: Criterion, symptomNow: Criterion): ReadCatalogue => {
    const entries = ledgerOf(causes);
    const clauses = entries.map(({ declaration }) => (declaration ? clausesOf(declaration) : []));
    const criteria = new CompiledCriteria([symptom, symptomNow, ...[...entries, ...clauses.flat()].map(({ when }) => when)]);
    return {
      entries,
      positions: new Map(entries.map((entry, position) => [entry, position])),
      tests: entries.map(({ when }) => criteria.test(when)),
      clauses,
      causes: new Map(causes.map((cause) => [cause.id, cause])),
      signals: new Map([...DERIVED_SIGNALS, ...signals].map((signal: SignalDeclaration) => [signal.name, signal])),
      symptom,
      symptomNow,
      criteria,
    };
  },
);
