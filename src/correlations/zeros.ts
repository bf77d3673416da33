import type { Cause } from '../domain/cause.ts';
import type { Criterion } from '../domain/criterion.ts';
import type { Fact } from '../domain/fact.ts';
import type { SignalId } from '../domain/ids.ts';
import { ledgerOf } from '../domain/ledger.ts';
import type { SignalDeclaration } from '../domain/signal.ts';
import { signalsAskedAtZero } from '../domain/zeros.ts';

/** Asked at 0 beside the criteria: `available == 0` is an outage; and of these, which have no companion, another exporter may tell too. */
const BESIDE: readonly SignalId[] = ['available', 'cpu-usage', 'nodes-not-ready', 'etcd-error-ratio', 'apiserver-queued'];

export interface AskedCatalogue {
  readonly causes: readonly Cause[];
  readonly facts: readonly Fact[];
  readonly symptom: Criterion;
  readonly symptomNow: Criterion;
}

/**
 * Signals that are published from the beginning, also while they are 0: rules, alerts and panels ask them there. The others have a series
 * from the first time on that they are something else.
 */
export function askedAtZero(
  { causes, facts, symptom, symptomNow }: AskedCatalogue,
  signals: readonly Pick<SignalDeclaration, 'name' | 'observedWith'>[],
): ReadonlySet<string> {
  const companions = new Map<string, SignalId | undefined>(signals.map(({ name, observedWith }) => [name, observedWith]));
  const met = [...ledgerOf(causes), ...facts].map(({ when }) => when);
  return new Set<string>([
    ...BESIDE,
    ...signalsAskedAtZero({ met: [...met, symptomNow], either: [symptom] }, (name) => companions.get(name)),
  ]);
}
