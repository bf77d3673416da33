import type { Signal } from '../domain/signal.ts';
import { SIGNAL_FAMILY_HELP } from './families/signal-families.ts';
import type { ExposedView, Family, HistogramValue } from './family.ts';
import { type CollectedFamily, escapeLabelValue, labelText } from './render.ts';
import { liveApis } from './view.ts';

/** A family together with the signals that are published in it. */
export interface FamilyPlan {
  readonly family: Family;
  readonly signals: readonly PlannedSignal[];
}

interface PlannedSignal {
  readonly name: string;
  /** What follows `apiservice="…"` between the braces. */
  readonly suffix: string;
}

/** Joins the declared families with the signals; a signal whose metric is not declared gets a family made from it. */
export function planFamilies(declared: readonly Family[], signals: readonly Signal[]): FamilyPlan[] {
  const byMetric = groupByMetric(signals);
  const plans = declared.map((family) => planOf(family, byMetric.get(family.name) ?? []));
  const names = new Set(declared.map((family) => family.name));
  for (const [metric, published] of byMetric) if (!names.has(metric)) plans.push(planOf(familyOfSignals(metric, published), published));
  return plans;
}

function groupByMetric(signals: readonly Signal[]): Map<string, Signal[]> {
  const groups = new Map<string, Signal[]>();
  for (const signal of signals) {
    const group = groups.get(signal.metric);
    if (group) group.push(signal);
    else groups.set(signal.metric, [signal]);
  }
  return groups;
}

function planOf(family: Family, signals: readonly Signal[]): FamilyPlan {
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
        names.map((name) => labels[name]!),
      );
      return { name: signal.name, suffix: text === '' ? '' : `,${text}` };
    }),
  };
}

function familyOfSignals(metric: string, signals: readonly Signal[]): Family {
  const first = signals[0]!;
  const labels = [...new Set(signals.flatMap((signal) => Object.keys(signal.labels ?? {})))];
  return {
    name: metric,
    type: first.kind === 'counter' ? 'counter' : 'gauge',
    help: SIGNAL_FAMILY_HELP[metric] ?? first.help,
    labels: ['apiservice', ...labels],
    cost: signals.length === 1 ? 'APIs' : `APIs × ${signals.length}`,
    collect() {},
  };
}

export interface Collection {
  readonly family: CollectedFamily;
  readonly dropped: number;
}

/**
 * All series of one family. A signal's value comes first and its series is not repeated by the declaration, so what a rule
 * reads is what the criteria read in process. Over the limit, series that are 0 go before those that say something.
 */
export function collectFamily({ family, signals }: FamilyPlan, view: ExposedView, limit: number): Collection {
  const labels: string[] = [];
  const values: (number | HistogramValue)[] = [];
  if (signals.length > 0)
    for (const api of liveApis(view)) {
      const observed = view.signals.get(api.name);
      const derived = view.round.derived?.get(api.name);
      const prefix = `apiservice="${escapeLabelValue(api.name)}"`;
      for (const signal of signals) {
        const value = observed?.get(signal.name) ?? derived?.get(signal.name);
        if (value === undefined) continue;
        labels.push(prefix + signal.suffix);
        values.push(value);
      }
    }
  const taken = new Set(labels);
  family.collect(view, (labelValues, value) => {
    const text = labelText(family.labels, labelValues);
    if (taken.has(text)) return;
    taken.add(text);
    labels.push(text);
    values.push(value);
  });
  const collected = { name: family.name, type: family.type, help: family.help };
  if (labels.length <= limit) return { family: { ...collected, labels, values }, dropped: 0 };
  const kept = keep(values, limit);
  return {
    family: { ...collected, labels: kept.map((i) => labels[i]!), values: kept.map((i) => values[i]!) },
    dropped: labels.length - kept.length,
  };
}

/** Indexes of the series that stay, in their order. */
function keep(values: readonly (number | HistogramValue)[], limit: number): number[] {
  const kept: number[] = [];
  const zeros: number[] = [];
  for (let i = 0; i < values.length; i++) (values[i] === 0 ? zeros : kept).push(i);
  if (kept.length >= limit) return kept.slice(0, limit);
  return [...kept, ...zeros.slice(0, limit - kept.length)].sort((a, b) => a - b);
}
