import { Criteria } from '../../../../src/diagnose/criteria.ts';
import { type Weighed, weigh } from '../../../../src/diagnose/scoring.ts';
import { ledgerOf } from '../../../../src/domain/ledger.ts';
import type { Catalogue } from '../../../../src/generate/catalogue.ts';
import type { History } from './histories.ts';

/** What the exporter itself says at the end of the history: its candidates, best first; none without the symptom. */
export function evaluate(history: History, catalogue: Catalogue): readonly Weighed[] {
  const entries = ledgerOf(catalogue.causes);
  const criteria = new Criteria([...entries.map((entry) => entry.when), catalogue.symptom]);
  for (let step = 0; step < history.steps; step++) {
    const values = new Map<string, number>();
    for (const [name, series] of history.signals) if (!Number.isNaN(series[step]!)) values.set(name, series[step]!);
    criteria.push('api', step * history.step * 1000, values);
  }
  if (criteria.truth(catalogue.symptom) !== true) return [];
  return weigh(
    catalogue.causes,
    entries,
    entries.map((entry) => criteria.truth(entry.when)),
    catalogue,
  );
}
