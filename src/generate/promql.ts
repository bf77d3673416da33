import { type Aggregate, type Criterion, FEWEST_SPIKES, filledAfter, type Seconds } from '../domain/criterion.ts';
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
  if (criterion.kind === 'above') return `${printAggregate(criterion.value, context)} > bool ${criterion.threshold}`;
  if (criterion.kind === 'below') return `${printAggregate(criterion.value, context)} < bool ${criterion.threshold}`;
  return `(${printWhere(criterion, true, context)}) ^ 0\nor\n0 * (${printWhere(criterion, false, context)})`;
}

/** A vector with a sample for each API for which the criterion is `verdict`; the value means nothing. */
export function printWhere(criterion: Criterion, verdict: boolean, context: PromqlContext): string {
  switch (criterion.kind) {
    case 'above':
      return `${printAggregate(criterion.value, context)} ${comparison('>', verdict)} ${criterion.threshold}`;
    case 'below':
      return `${printAggregate(criterion.value, context)} ${comparison('<', verdict)} ${criterion.threshold}`;
    case 'changedWithin':
      return `time() - ${printSelection('last_over_time', criterion.signal, 300, context)} ${comparison('<=', verdict)} ${criterion.window}`;
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

const OPPOSITE = { '>': '<=', '<': '>=', '<=': '>' } as const;

/** The operator of a criterion that is true, and its opposite for one that is false. */
function comparison(operator: keyof typeof OPPOSITE, verdict: boolean): string {
  return verdict ? operator : OPPOSITE[operator];
}

function joined(parts: readonly Criterion[], operator: 'and' | 'or', verdict: boolean, context: PromqlContext): string {
  const printed = parts.map((part) => {
    const text = printWhere(part, verdict, context);
    return isLeaf(part) || operatorOf(part, verdict) === operator ? text : `(\n${indent(text)}\n)`;
  });
  return printed.join(`\n${operator}\n`);
}

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

function printAggregate({ aggregate, signal, window }: Aggregate, context: PromqlContext): string {
  return printSelection(aggregate === 'increase' ? 'increase' : `${aggregate}_over_time`, signal, window, context);
}

/** `max by (cluster, apiservice) (fn(metric{labels}[window]))`: one exporter or a pair of them, the labels of the scrape go. */
function printSelection(fn: string, name: string, window: Seconds, context: PromqlContext): string {
  const level = levelOf(context.options);
  const range = `[${printDuration(windowOf(window, context.options.scrapeInterval))}]`;
  const own = `max by (${level}) (${fn}(${selectorOf(signalNamed(context.catalogue, name))}${range}))`;
  if (!context.elsewhere?.has(name)) return own;
  return `(${own} or max by (${level}) (${fn}(${SERIES.elsewhere}{signal="${name}"}${range})))`;
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
  return `${printSelection('last_over_time', PATTERN_SIGNAL, 300, context)} ${comparison('>', verdict)} 0.5`;
}

function whereCoincides(criterion: CriterionOf<'coincides'>, verdict: boolean, context: PromqlContext): string {
  const { momentOf } = context;
  if (!momentOf) throw new Error('coincides: needs the recorded moments of its parts, see recording-rules.ts');
  const level = levelOf(context.options);
  const sum = (part: 'spike' | 'both') =>
    `max by (${level}) (sum_over_time(${SERIES.moment}{moment="${momentOf(criterion, part)}"}[${printDuration(criterion.over)}]))`;
  const share = `${sum('both')} / ${sum('spike')}`;
  // The window without its newest minutes: a sample in it is at least that old.
  const both = `${SERIES.moment}{moment="${momentOf(criterion, 'both')}"}`;
  const older = `[${printDuration(criterion.over - filledAfter('coincides', criterion.over))}] offset ${printDuration(filledAfter('coincides', criterion.over))}`;
  const filled = `max by (${level}) (present_over_time(${both}${older}))`;
  const enough = (holds: boolean) => `${sum('spike')} ${holds ? '>=' : '<'} ${FEWEST_SPIKES}`;
  if (verdict) return `${share} >= ${criterion.atLeast}\nand\n${enough(true)}\nand\n${filled}`;
  return `(\n  ${share} < ${criterion.atLeast}\n  or\n  (${enough(false)} and ${sum('both')})\n)\nand\n${filled}`;
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

export function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
