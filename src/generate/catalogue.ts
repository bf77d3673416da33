import type { Cause } from '../domain/cause.ts';
import type { Criterion } from '../domain/criterion.ts';
import type { Fact } from '../domain/fact.ts';
import type { Signal } from '../domain/signal.ts';
import type { Signature } from '../domain/signature.ts';

/** What the rules, dashboards and runbooks are printed from. Handed in, so that tests can print a small one. */
export interface Catalogue {
  readonly causes: readonly Cause[];
  /** Criteria that the rules record once, because the evidence of several causes asks them. */
  readonly facts: readonly Fact[];
  /** Every signal that a criterion may name; `observe` is not used. */
  readonly signals: readonly PrintableSignal[];
  /** No diagnosis unless it is true. */
  readonly symptom: Criterion;
  /** The symptom by the newest observation alone: false = every vantage passes. */
  readonly symptomNow: Criterion;
  readonly unknownScore: number;
  /** Score of all causes that show no evidence, together; without it they have no share. */
  readonly otherScore?: number;
  readonly temperature: number;
  readonly signatures: readonly Signature[];
}

export type PrintableSignal = Pick<Signal, 'name' | 'help' | 'kind' | 'metric' | 'labels' | 'source' | 'observedWith'>;

/** The signal of that name. Throws for a name that no signal has: the catalogue contradicts itself. */
export function signalNamed(catalogue: Pick<Catalogue, 'signals'>, name: string): PrintableSignal {
  const signal = catalogue.signals.find((candidate) => candidate.name === name);
  if (!signal) throw new Error(`signal ${JSON.stringify(name)}: the catalogue has no signal of this name`);
  return signal;
}
