import { type Aggregate, type Criterion, FEWEST_SPIKES, filledAfter, type Seconds } from '../domain/criterion.ts';
import { required } from '../domain/required.ts';
import { type Catalogue, type PrintableSignal, signalNamed } from './catalogue.ts';
import { printDuration } from './duration.ts';
import type { GenerateOptions } from './options.ts';
import { SERIES } from './series.ts';

/**
 * Criteria as PromQL. A criterion is three-valued, a PromQL vector has presence and value: so each criterion is printed as two
 * filters, the APIs for which it is true and those for which it is false; an API in neither was not observed. `not` swaps them,
 * `all` is true by `and` and false by `or`, `any` the other way round (De Morgan), so no part is ever printed twice.
 * Every vector has the labels of `levelOf(options)` and no other.
 */
export interface PromqlContext {
  readonly catalogue: Pick<Catalogue, 'signals'>;
  readonly options: Pick<GenerateOptions, 'scrapeInterval' | 'clusterLabels' | 'with'>;
  /** Value of the label `moment` of the recorded 0/1 series that a `coincides` counts. */
  readonly momentOf?: (criterion: CriterionOf<'coincides'>, part: MomentPart) => string;
  /** Signals that other exporters know too. */
  readonly elsewhere?: ReadonlySet<string>;
  /** Name of the recorded fact that says whether the criterion holds; undefined = it is printed where it is asked. */
  readonly factOf?: (criterion: Criterion) => string | undefined;
  /** The series of all causes at once, in place of those of one signal: a selector, and the label that tells the causes apart. */
  readonly family?: { readonly selector: string; readonly label: string };
}

/** Labels of every per-API series, e.g. `cluster, apiservice`. */
export function levelOf(options: Pick<GenerateOptions, 'clusterLabels'>): string {
  return [...options.clusterLabels, 'apiservice'].join(', ');
}

/** Derived by diagnose/ from all remembered failures: 1 while they begin at even intervals. */
export const PATTERN_SIGNAL = 'failures-periodic';

export type CriterionOf<K extends Criterion['kind']> = Extract<Criterion, { kind: K }>;

/** `both` = the spikes that had the event before them. */
export type MomentPart = 'event' | 'spike' | 'both';

export const SCRAPES_PER_WINDOW = 4;

/** The window as printed: never under four scrapes, of which one may be lost. */
export function windowOf(window: Seconds, scrapeInterval: Seconds): Seconds {
  return Math.max(window, SCRAPES_PER_WINDOW * scrapeInterval);
}

/** The criterion as a 0/1 vector, without a sample where it was not observed. */
export function printCriterion(criterion: Criterion, context: PromqlContext): string {
  if (criterion.kind === 'above') return `${printAggregate(criterion.value, context, 'with its 0')} > bool ${criterion.threshold}`;
  if (criterion.kind === 'below') return `${printAggregate(criterion.value, context, 'with its 0')} < bool ${criterion.threshold}`;
  return `(${printWhere(criterion, true, context)}) ^ 0\nor 0 * (${printWhere(criterion, false, context)})`;
}

/** A vector with a sample for each API for which the criterion is `verdict`; the value means nothing. */
export function printWhere(criterion: Criterion, verdict: boolean, context: PromqlContext): string {
  // A fact is recorded where it holds: where it does not, or is not observed, its series does not tell.
  const fact = verdict ? context.factOf?.(criterion) : undefined;
  return fact === undefined ? printPlainly(criterion, verdict, context) : `max by (${levelIn(context)}) (${SERIES.fact}{fact="${fact}"})`;
}

/** The same of the criterion itself, whatever was recorded of it. */
export function printPlainly(criterion: Criterion, verdict: boolean, context: PromqlContext): string {
  switch (criterion.kind) {
    case 'above':
    case 'below':
      return printComparison(criterion, verdict, context);
    case 'changedWithin':
      return `time() - ${printSelection('last_over_time', { signal: criterion.signal, window: 300 }, context)} ${comparison('<=', verdict)} ${criterion.window}`;
    case 'coincides':
      return whereCoincides(criterion, verdict, context);
    case 'tracks':
      return whereTracks(criterion, verdict, context);
    case 'regular':
      return whereRegular(criterion, verdict, context);
    case 'not':
      return printWhere(criterion.of, !verdict, context);
    case 'all':
    case 'any':
      return joined(criterion.of, (criterion.kind === 'all') === verdict ? 'and' : 'or', verdict, context);
  }
}

function printComparison({ kind, value, threshold }: Comparison, verdict: boolean, context: PromqlContext): string {
  const isAbove = kind === 'above';
  const zeros = isAbove === verdict ? 'as it is' : 'with its 0';
  return `${printAggregate(value, context, zeros)} ${comparison(isAbove ? '>' : '<', verdict)} ${threshold}`;
}

const OPPOSITE = { '>': '<=', '<': '>=', '<=': '>' } as const;

/** The operator of a criterion that is true, and its opposite for one that is false. */
function comparison(operator: keyof typeof OPPOSITE, verdict: boolean): string {
  return verdict ? operator : OPPOSITE[operator];
}

function joined(parts: readonly Criterion[], operator: 'and' | 'or', verdict: boolean, context: PromqlContext): string {
  const flat = parts.flatMap((part) => flattened(part, operator, verdict, context));
  const alike = operator === (verdict ? 'or' : 'and') ? alikeIn(flat, context) : [];
  const members = new Map<Criterion, Alike>(alike.flatMap((one) => one.of.map((part) => [part, one])));
  const printed = flat.flatMap((part) => {
    const together = members.get(part);
    if (!together)
      return operatorOf(part, verdict) === operator ? printWhere(part, verdict, context) : parenthesised(part, verdict, context);
    if (together.of[0] !== part) return [];
    return verdict ? printAnyOf(together, context) : `(${printNoneOf(together, context)})`;
  });
  return printed.join(`\n${operator} `);
}

/** The parts of a part that is joined by the same operator: what stands in line needs no parentheses. */
function flattened(part: Criterion, operator: 'and' | 'or', verdict: boolean, context: PromqlContext): Criterion[] {
  const recorded = verdict && context.factOf?.(part) !== undefined;
  if (recorded || (part.kind !== 'all' && part.kind !== 'any') || (part.of.length > 1 && operatorOf(part, verdict) !== operator))
    return [part];
  return part.of.flatMap((inner) => flattened(inner, operator, verdict, context));
}

function parenthesised(part: Criterion, verdict: boolean, context: PromqlContext): string {
  const text = printWhere(part, verdict, context);
  const recorded = verdict && context.factOf?.(part) !== undefined;
  return recorded || isLeaf(part) ? text : parenthesise(text);
}

type Comparison = Extract<Criterion, { readonly value: Aggregate }>;

/** Comparisons of one metric that differ in these labels only, in all combinations: one selector asks them all. */
interface Alike {
  readonly of: readonly Comparison[];
  readonly metric: string;
  /** Signals that tell that these are observed, each once; undefined where each of them has its 0. */
  readonly observedWith: readonly string[] | undefined;
  /** Values by label. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

const DIFFERING = ['reason', 'vantage'] as const;

function alikeIn(parts: readonly Criterion[], context: PromqlContext): Alike[] {
  const single = parts.flatMap((part): Alike[] => {
    if (part.kind !== 'above' || context.factOf?.(part) !== undefined || context.elsewhere?.has(part.value.signal)) return [];
    const { metric, labels = {}, observedWith } = signalNamed(context.catalogue, part.value.signal);
    const companions = observedWith && (part.value.aggregate === 'last' || part.value.aggregate === 'max') ? [observedWith] : undefined;
    return [
      {
        of: [part],
        metric,
        observedWith: companions,
        labels: Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, [value]])),
      },
    ];
  });
  return DIFFERING.reduce(mergedBy, single).filter(({ of }) => of.length > 1);
}

/** Those that differ in the values of one label are one. */
function mergedBy(all: readonly Alike[], label: string): Alike[] {
  const found = new Map<string, Alike>();
  for (const { of, metric, labels, observedWith } of all) {
    const { [label]: values = [], ...same } = labels;
    const { aggregate, window } = firstOf(of).value;
    const key = JSON.stringify([metric, same, aggregate, window, thresholdOf({ of }), values.length > 0, observedWith !== undefined]);
    const before = found.get(key);
    const more = [...(before?.labels[label] ?? []), ...values];
    found.set(key, {
      of: [...(before?.of ?? []), ...of],
      metric,
      observedWith: observedWith && [...new Set([...(before?.observedWith ?? []), ...observedWith])],
      labels: values.length > 0 ? { ...labels, [label]: more } : labels,
    });
  }
  return [...found.values()];
}

function printAnyOf(alike: Alike, context: PromqlContext): string {
  return `max by (${levelIn(context)}) (${rangeOf(alike, context)}) > ${thresholdOf(alike)}`;
}

/** One that is not observed leaves it open whether none holds. */
function printNoneOf(alike: Alike, context: PromqlContext): string {
  const level = levelIn(context);
  const range = rangeOf(alike, context);
  if (alike.observedWith) {
    const observed = alike.observedWith.map((name) => printObserved(name, firstOf(alike.of).value.window, context));
    return `${observed.join(' and ')} unless max by (${level}) (${range}) > ${thresholdOf(alike)}`;
  }
  const differing = DIFFERING.filter((label) => alike.labels[label]);
  const seen = `count by (${level}) (count by (${[level, ...differing].join(', ')}) (${range})) == ${alike.of.length}`;
  return `max by (${level}) (${range}) <= ${thresholdOf(alike)} and ${seen}`;
}

function rangeOf({ of, metric, labels }: Alike, context: PromqlContext): string {
  const { aggregate, window } = firstOf(of).value;
  const matchers = Object.entries(labels).map(([label, values]) => oneOf(label, values));
  const range = printDuration(windowOf(window, context.options.scrapeInterval));
  return `${functionOf(aggregate)}(${metric}{${matchers.join(', ')}}[${range}])`;
}

const thresholdOf = ({ of }: Pick<Alike, 'of'>): number => firstOf(of).threshold;
const firstOf = (of: readonly Comparison[]): Comparison => required(of[0], 'comparisons that are alike');

/** A matcher of one of these values. */
export function oneOf(label: string, values: readonly string[]): string {
  return values.length === 1 ? `${label}="${values[0]}"` : `${label}=~"${values.join('|')}"`;
}

const functionOf = (aggregate: Aggregate['aggregate']): string => (aggregate === 'increase' ? 'increase' : `${aggregate}_over_time`);

/** What joins the parts of a criterion as it is printed; undefined when it has none. */
function operatorOf(criterion: Criterion, verdict: boolean): 'and' | 'or' | undefined {
  if (criterion.kind === 'not') return operatorOf(criterion.of, !verdict);
  if (criterion.kind !== 'all' && criterion.kind !== 'any') return undefined;
  return (criterion.kind === 'all') === verdict ? 'and' : 'or';
}

function isLeaf(criterion: Criterion): boolean {
  if (criterion.kind === 'not') return isLeaf(criterion.of);
  if (criterion.kind === 'all' || criterion.kind === 'any') return criterion.of.length === 1 && criterion.of.every(isLeaf);
  return criterion.kind !== 'coincides' && criterion.kind !== 'tracks';
}

/** Whether what is asked is also met by a 0, for which some signals have no series. */
type Zeros = 'as it is' | 'with its 0';

function printAggregate({ aggregate, signal, window }: Aggregate, context: PromqlContext, zeros: Zeros): string {
  const bySample = aggregate === 'last' || aggregate === 'max';
  return printSelection(functionOf(aggregate), { signal, window }, context, bySample ? zeros : 'as it is');
}

interface Selected {
  readonly signal: string;
  readonly window: Seconds;
}

/** `max by (cluster, apiservice) (fn(metric{labels}[window]))`: one exporter or a pair of them, the labels of the scrape go. */
function printSelection(fn: string, { signal: name, window }: Selected, context: PromqlContext, zeros: Zeros = 'as it is'): string {
  const level = levelIn(context);
  const range = `[${printDuration(windowOf(window, context.options.scrapeInterval))}]`;
  const signal = signalNamed(context.catalogue, name);
  const isElsewhere = context.elsewhere?.has(name) ?? false;
  const parts = [`max by (${level}) (${fn}(${context.family?.selector ?? selectorOf(signal)}${range}))`];
  if (signal.observedWith && (isElsewhere || zeros === 'with its 0'))
    parts.push(`0 * ${printObserved(signal.observedWith, window, context)}`);
  if (isElsewhere) parts.push(`max by (${level}) (${fn}(${SERIES.elsewhere}{signal="${name}"}${range}))`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' or ')})`;
}

/** A sample for each API of which the signal was observed within the window. */
function printObserved(name: string, window: Seconds, context: PromqlContext): string {
  const range = printDuration(windowOf(window, context.options.scrapeInterval));
  return `max by (${levelIn(context)}) (last_over_time(${selectorOf(signalNamed(context.catalogue, name))}[${range}]))`;
}

function levelIn({ options, family }: PromqlContext): string {
  return family ? `${levelOf(options)}, ${family.label}` : levelOf(options);
}

/** `metric{label="value", …}` of the signal's one series per API. */
export function selectorOf(signal: Pick<PrintableSignal, 'metric' | 'labels'>): string {
  const matchers = Object.entries(signal.labels ?? {}).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return matchers.length > 0 ? `${signal.metric}{${matchers.join(', ')}}` : signal.metric;
}

function whereRegular({ onsets }: CriterionOf<'regular'>, verdict: boolean, context: PromqlContext): string {
  if (onsets !== 'failing')
    throw new Error(
      `regular(${JSON.stringify(onsets)}): PromQL knows no onsets; only the signal failing is allowed, whose pattern the exporter publishes`,
    );
  return `${printSelection('last_over_time', { signal: PATTERN_SIGNAL, window: 300 }, context)} ${comparison('>', verdict)} 0.5`;
}

function whereCoincides(criterion: CriterionOf<'coincides'>, verdict: boolean, context: PromqlContext): string {
  const { momentOf } = context;
  if (!momentOf) throw new Error('coincides: needs the recorded moments of its parts, see recording-rules.ts');
  const level = levelOf(context.options);
  const spikes = `${SERIES.moment}{moment="${momentOf(criterion, 'spike')}"}`;
  const both = `${SERIES.coincidence}{moment="${momentOf(criterion, 'both')}"}`;
  const sum = (series: string) => `max by (${level}) (sum_over_time(${series}[${printDuration(criterion.over)}]))`;
  const share = `${sum(both)} / ${sum(spikes)}`;
  // The window without its newest minutes: a sample in it is at least that old.
  const older = `[${printDuration(criterion.over - filledAfter('coincides', criterion.over))}] offset ${printDuration(filledAfter('coincides', criterion.over))}`;
  const filled = `max by (${level}) (present_over_time(${both}${older}))`;
  const enough = (holds: boolean) => `${sum(spikes)} ${holds ? '>=' : '<'} ${FEWEST_SPIKES}`;
  if (verdict) return `${share} >= ${criterion.atLeast}\nand\n${enough(true)}\nand\n${filled}`;
  return `(\n  ${share} < ${criterion.atLeast}\n  or\n  (${enough(false)} and ${sum(both)})\n)\nand\n${filled}`;
}

/**
 * Pearson's r over subqueries, one step per scrape, of the moments at which both were observed. A constant series has no
 * deviation: then r is not a number, and the series do not track each other.
 */
function whereTracks(criterion: CriterionOf<'tracks'>, verdict: boolean, context: PromqlContext): string {
  const level = levelOf(context.options);
  const over = `[${printDuration(windowOf(criterion.over, context.options.scrapeInterval))}:${printDuration(context.options.scrapeInterval)}]`;
  const [a, b] = [criterion.a, criterion.b].map((name) => `max by (${level}) (${selectorOf(signalNamed(context.catalogue, name))})`);
  const both = { a: `(${a} + 0 * ${b})`, b: `(${b} + 0 * ${a})` };
  const covariance = `(avg_over_time((${a} * ${b})${over}) - avg_over_time(${both.a}${over}) * avg_over_time(${both.b}${over}))`;
  const deviations = `(stddev_over_time(${both.a}${over}) * stddev_over_time(${both.b}${over}))`;
  const defined = `${deviations} > 0`;
  const step = printDuration(context.options.scrapeInterval);
  const window = windowOf(criterion.over, context.options.scrapeInterval);
  const older = `[${printDuration(window - filledAfter('tracks', window))}:${step}] offset ${printDuration(filledAfter('tracks', window))}`;
  const filled = `present_over_time((${a} * ${b})${older})`;
  if (verdict) return `${covariance} / ${deviations} >= ${criterion.atLeast}\nand\n${defined}\nand\n${filled}`;
  return `(\n  (${covariance} / ${deviations} < ${criterion.atLeast} and ${defined})\n  or\n  ${deviations} == 0\n)\nand\n${filled}`;
}

/** In line where it is short. */
export function parenthesise(text: string): string {
  return text.includes('\n') ? `(\n${indent(text)}\n)` : `(${text})`;
}

export function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
