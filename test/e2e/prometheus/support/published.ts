import { askedAtZero } from '../../../../src/correlations/zeros.ts';
import { signalsOf } from '../../../../src/domain/criterion.ts';
import type { Catalogue } from '../../../../src/generate/catalogue.ts';
import { criteriaOf } from '../../../../src/generate/recording-rules.ts';
import type { History } from './histories.ts';

/**
 * The history as snapshots can show it: a signal is observed where its companion is, and a count without a series until it counts is never
 * below 0.
 */
export function observable(history: History, catalogue: Catalogue): History {
  const asked = askedAtZero(catalogue, catalogue.signals);
  const read = new Set<string>(criteriaOf(catalogue).flatMap(signalsOf));
  const signals = new Map(history.signals);
  for (const { name, kind } of catalogue.signals) {
    const values = signals.get(name);
    if (values && kind === 'gauge' && !asked.has(name))
      signals.set(
        name,
        values.map((value) => (value < 0 ? 0 : value)),
      );
  }
  for (const { name, observedWith } of catalogue.signals) {
    const values = signals.get(name);
    if (!values || observedWith === undefined) continue;
    const companion = signals.get(observedWith) ?? values.map(() => Number.NaN);
    signals.set(
      observedWith,
      companion.map((value, step) => (Number.isNaN(value) && !Number.isNaN(values[step]!) ? 0 : value)),
    );
  }
  for (const { name, observedWith } of catalogue.signals) {
    const companion = observedWith === undefined ? undefined : signals.get(observedWith);
    if (!companion || !read.has(name)) continue;
    const values = signals.get(name) ?? companion;
    signals.set(
      name,
      companion.map((value, step) =>
        Number.isNaN(value) ? Number.NaN : signals.has(name) && !Number.isNaN(values[step]!) ? values[step]! : 0,
      ),
    );
  }
  return { ...history, signals };
}

/** The samples of a signal that are published: of one that is not asked at 0 none before it is something else. */
export function published(name: string, values: readonly number[], asked: ReadonlySet<string>): number[] {
  if (asked.has(name)) return [...values];
  const begin = values.findIndex((value) => value !== 0 && !Number.isNaN(value));
  return values.map((value, step) => (begin >= 0 && step >= begin ? value : Number.NaN));
}
