import fc from 'fast-check';
import type { Criterion } from '../../../../src/domain/criterion.ts';
import { ledgerOf } from '../../../../src/domain/ledger.ts';
import type { Catalogue } from '../../../../src/generate/catalogue.ts';

/** One API's signals through time: a value per step, NaN = not observed. */
export interface History {
  readonly aimedAt: string;
  /** Seconds between two samples, and two evaluations. */
  readonly step: number;
  readonly steps: number;
  readonly signals: ReadonlyMap<string, readonly number[]>;
}

/** How one signal behaves: where it must be in the end, and how it got there. */
interface Course {
  readonly kind: 'level' | 'growth' | 'since' | 'wave' | 'counter-wave';
  readonly value: number;
}

type Plan = Map<string, Course>;

/**
 * Histories in which a cause is likely: for some of its evidence each signal is put where the criterion wants it, others where it
 * does not; then some signals are cut, delayed or lost.
 */
export function historiesOf(cause: string, catalogue: Catalogue, step: number): fc.Arbitrary<History> {
  const entries = ledgerOf(catalogue.causes).filter((entry) => entry.cause === cause && entry.declaration);
  return fc
    .record({
      wanted: fc.array(fc.boolean(), { minLength: entries.length, maxLength: entries.length }),
      minutes: fc.constantFrom(12, 25, 70),
      stranger: fc.nat(catalogue.causes.length - 1),
      strangerToo: fc.boolean(),
      damage: fc.array(
        fc.record({ signal: fc.nat(1000), from: fc.nat(1000), length: fc.nat(30), kind: fc.constantFrom('gap', 'late', 'reset') }),
        { maxLength: 4 },
      ),
      choice: fc.nat(1000),
      nudge: fc.constantFrom(0.25, 1, 3),
    })
    .map(({ wanted, minutes, stranger, strangerToo, damage, choice, nudge }) => {
      const plan: Plan = new Map();
      aim(catalogue.symptom, true, plan, choice, nudge);
      const other = catalogue.causes[stranger]!.evidence[0];
      if (strangerToo && other) aim(other.when, true, plan, choice, nudge);
      entries.forEach((entry, index) => {
        if (!wanted[index]) aim(entry.when, false, plan, choice, nudge);
      });
      entries.forEach((entry, index) => {
        if (wanted[index]) aim(entry.when, true, plan, choice, nudge);
      });
      return grow(cause, plan, step, minutes, damage);
    });
}

/**
 * The history in which all that speaks for a cause is seen, and nothing that speaks against it.
 * @param choice which part of each `any` is made true: one may contradict what else is wanted.
 */
export function clearestHistory(cause: string, catalogue: Catalogue, step: number, minutes = 70, choice = 0): History {
  const plan: Plan = new Map();
  aim(catalogue.symptom, true, plan, choice, 1);
  const entries = ledgerOf(catalogue.causes).filter((entry) => entry.cause === cause);
  for (const entry of entries.filter(({ points }) => points < 0)) aim(entry.when, false, plan, choice, 1);
  for (const entry of entries.filter(({ points, lookBack }) => points > 0 && lookBack)) aim(entry.when, true, plan, choice, 1);
  // The strongest last: where two contradict each other, it wins.
  for (const entry of entries.filter(({ points, lookBack }) => points > 0 && !lookBack).sort((a, b) => a.points - b.points))
    aim(entry.when, true, plan, choice, 1);
  return grow(cause, plan, step, minutes, []);
}

function aim(criterion: Criterion, want: boolean, plan: Plan, choice: number, nudge: number): void {
  switch (criterion.kind) {
    case 'above':
    case 'below': {
      const { aggregate, signal, window } = criterion.value;
      const up = (criterion.kind === 'above') === want;
      if (aggregate === 'increase')
        plan.set(signal, {
          kind: 'growth',
          value: up ? (criterion.threshold + nudge) / (window * 0.8) : criterion.threshold > 0 ? (criterion.threshold / window) * 0.3 : 0,
        });
      else plan.set(signal, { kind: 'level', value: criterion.threshold + (up ? nudge : -nudge) });
      return;
    }
    case 'changedWithin':
      plan.set(criterion.signal, { kind: 'since', value: criterion.window * (want ? 0.4 : 1.7) });
      return;
    case 'coincides':
      aim(criterion.spike, true, plan, choice, nudge);
      aim(criterion.event, want, plan, choice, nudge);
      return;
    case 'tracks':
      plan.set(criterion.a, { kind: 'wave', value: 1 });
      plan.set(criterion.b, { kind: want ? 'wave' : 'counter-wave', value: 2 });
      return;
    case 'regular':
      plan.set('failures-periodic', { kind: 'level', value: want ? 1 : 0 });
      return;
    case 'not':
      aim(criterion.of, !want, plan, choice, nudge);
      return;
    case 'all':
    case 'any':
      if ((criterion.kind === 'all') === want) for (const part of criterion.of) aim(part, want, plan, choice, nudge);
      else aim(criterion.of[choice % criterion.of.length]!, want, plan, choice, nudge);
  }
}

interface Damage {
  readonly signal: number;
  readonly from: number;
  readonly length: number;
  readonly kind: string;
}

function grow(aimedAt: string, plan: Plan, step: number, minutes: number, damage: readonly Damage[]): History {
  const steps = Math.round((minutes * 60) / step);
  const end = (steps - 1) * step;
  const signals = new Map(
    [...plan].map(([name, course]) => [name, Array.from({ length: steps }, (_, index) => valueAt(course, index * step, end))]),
  );
  const names = [...signals.keys()];
  for (const { signal, from, length, kind } of damage) {
    const values = signals.get(names[signal % names.length]!)!;
    const [start, stop] = kind === 'late' ? [0, from % steps] : [from % steps, Math.min(steps, (from % steps) + length)];
    for (let index = start; index < stop; index++) values[index] = kind === 'reset' ? Math.min(values[index]!, 0) : Number.NaN;
  }
  return { aimedAt, step, steps, signals };
}

function valueAt({ kind, value }: Course, time: number, end: number): number {
  const swing = Math.round(Math.sin((time / end) * 12) * 64) / 64;
  switch (kind) {
    case 'level':
      return value;
    case 'growth':
      return 5 + Math.round(value * time * 64) / 64;
    case 'since':
      return end - value <= time ? end - value : Number.NaN;
    case 'wave':
      return value * (2 + swing);
    case 'counter-wave':
      return value * (2 - swing);
  }
}
