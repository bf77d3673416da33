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
  /** Whether it has a series from the beginning; otherwise from the first time on that it is something else than 0. */
  readonly fromZero: boolean;
}

/**
 * Joins the declared families with the signals; a signal whose metric is not declared gets a family made from it.
 * @param askedAtZero signals that are published while they are 0; undefined = all.
 */
export function planFamilies(
  declared: readonly Family[],
  signals: readonly SignalDeclaration[],
  askedAtZero?: ReadonlySet<string>,
): FamilyPlan[] {
  const asked = (name: string): boolean => askedAtZero?.has(name) ?? true;
  const byMetric = new Map<string, SignalDeclaration[]>();
  for (const signal of signals) byMetric.set(signal.metric, [...(byMetric.get(signal.metric) ?? []), signal]);
  const plans = declared.map((family) =>
    // The family promises the zeros of the series that they share.
    planOf(family, byMetric.get(family.name) ?? [], (name) => family.beginsAbove === undefined || asked(name)),
  );
  const names = new Set(declared.map((family) => family.name));
  for (const [metric, published] of byMetric)
    if (!names.has(metric)) plans.push(planOf(familyOfSignals(metric, published, asked), published, asked));
  return plans;
}

type Asked = (name: string) => boolean;

function planOf(family: Family, signals: readonly SignalDeclaration[], asked: Asked): FamilyPlan {
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
      return { name: signal.name, suffix: text === '' ? '' : `,${text}`, fromZero: asked(signal.name) };
    }),
  };
}

function familyOfSignals(metric: string, signals: readonly SignalDeclaration[], asked: Asked): Family {
  const first = required(signals[0], `a signal of ${metric}`);
  const labels = [...new Set(signals.flatMap((signal) => Object.keys(signal.labels ?? {})))];
  return {
    name: metric,
    type: first.kind === 'counter' ? 'counter' : 'gauge',
    ...(first.stability !== undefined && { stability: first.stability }),
    help: first.familyHelp ?? first.help,
    labels: ['apiservice', ...labels],
    cost: costOf(signals, asked),
    collect() {},
  };
}

function costOf(signals: readonly SignalDeclaration[], asked: Asked): string {
  const always = signals.filter(({ name, kind }) => asked(name) || kind === 'timestamp').length;
  const later = signals.length - always;
  const times = (count: number): string => (count === 1 ? '' : ` × ${count}`);
  if (later === 0) return `APIs${times(always)}`;
  return always === 0 ? `once not 0: APIs${times(later)}` : `APIs${times(always)}; once not 0: ${later} more`;
}
