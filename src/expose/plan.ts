import { required } from '../domain/required.ts';
import type { SignalDeclaration } from '../domain/signal.ts';
import type { Family } from './family.ts';
import { labelText } from './render.ts';

/** A family together with the signals that are published in it. */
export interface FamilyPlan {
  readonly family: Family;
  readonly signals: readonly PlannedSignal[];
}

export interface PlannedSignal {
  readonly name: string;
  /** What follows `apiservice="…"` between the braces: `,reason="…"`, or nothing. */
  readonly suffix: string;
}

/** Joins the declared families with the signals; a signal whose metric is not declared gets a family made from it. */
export function planFamilies(declared: readonly Family[], signals: readonly SignalDeclaration[]): FamilyPlan[] {
  const byMetric = new Map<string, SignalDeclaration[]>();
  for (const signal of signals) byMetric.set(signal.metric, [...(byMetric.get(signal.metric) ?? []), signal]);
  const plans = declared.map((family) => planOf(family, byMetric.get(family.name) ?? []));
  const names = new Set(declared.map((family) => family.name));
  for (const [metric, published] of byMetric) if (!names.has(metric)) plans.push(planOf(familyOfSignals(metric, published), published));
  return plans;
}

function planOf(family: Family, signals: readonly SignalDeclaration[]): FamilyPlan {
  return {
    family,
    signals: signals.map((signal) => {
      const labels = signal.labels ?? {};
      // In the family's order, so that a declared series and the signal's are seen to be the same one.
      const names = [
        ...family.labels.filter((name) => name in labels),
        ...Object.keys(labels).filter((name) => !family.labels.includes(name)),
      ];
      const text = labelText(
        names,
        names.map((name) => labels[name] ?? ''),
      );
      return { name: signal.name, suffix: text === '' ? '' : `,${text}` };
    }),
  };
}

function familyOfSignals(metric: string, signals: readonly SignalDeclaration[]): Family {
  const first = required(signals[0], `a signal of ${metric}`);
  const labels = [...new Set(signals.flatMap((signal) => Object.keys(signal.labels ?? {})))];
  return {
    name: metric,
    type: first.kind === 'counter' ? 'counter' : 'gauge',
    ...(first.stability !== undefined && { stability: first.stability }),
    help: first.familyHelp ?? first.help,
    labels: ['apiservice', ...labels],
    cost: signals.length === 1 ? 'APIs' : `APIs × ${signals.length}`,
    collect() {},
  };
}
