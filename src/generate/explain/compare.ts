import { sureness } from '../../domain/sureness.ts';
import type { Catalogue } from '../catalogue.ts';
import { printDuration } from '../duration.ts';
import type { GenerateOptions } from '../options.ts';
import { widened } from '../rules.ts';
import type { ExporterLedger } from './exporter-ledger.ts';
import type { RulesCandidate, RulesLedger } from './rules-ledger.ts';

export interface Comparison {
  /** Where the two differ, one sentence each; empty = they agree. */
  readonly differences: readonly string[];
  /** Why that may be; empty where they agree. */
  readonly reasons: readonly string[];
}

/** Confidences that differ by less are the same. */
export const SAME_CONFIDENCE = 0.02;
const SAME_POINTS = 1e-3;
const MOST_DIFFERENCES = 12;

/** Where the rules and the exporter differ about an API, and what makes them differ. */
export function compare(
  rules: RulesLedger,
  exporter: ExporterLedger,
  catalogue: Catalogue,
  options: Pick<GenerateOptions, 'scrapeInterval'> & GenerateOptions,
): Comparison {
  const found = [
    ...verdictDifferences(rules, exporter),
    ...(rules.errs && exporter.state === 'failing' ? candidateDifferences(rules, exporter) : []),
  ];
  const more = found.length - MOST_DIFFERENCES;
  const differences = more > 0 ? [...found.slice(0, MOST_DIFFERENCES), `and ${more} more`] : found;
  return { differences, reasons: found.length > 0 ? reasonsFor(rules, exporter, catalogue, options) : [] };
}

function verdictDifferences(rules: RulesLedger, exporter: ExporterLedger): string[] {
  const errs = exporter.state === 'failing';
  if (rules.errs === undefined)
    return [`The rules have not observed whether it errs; the exporter ${errs ? 'says that it does' : 'has no failure of it'}.`];
  if (rules.errs && exporter.state === 'no-failure') return ['It errs by the rules, and the exporter has no failure of it.'];
  if (!rules.errs && errs) return ['It errs by the exporter, and not by the rules.'];
  const [here, there] = [rules.verdict, exporter.verdict];
  if (!here || !there || !errs) return [];
  if (here.cause !== there.cause) return [`The verdict of the rules is ${here.cause}, that of the exporter ${there.cause}.`];
  return [];
}

function candidateDifferences(rules: RulesLedger, exporter: ExporterLedger): string[] {
  const there = new Map(exporter.candidates.map((one) => [one.cause, one]));
  const here = new Map(rules.candidates.map((one) => [one.cause, one]));
  // The exporter answers with the surest only: what it does not list may be less sure than those.
  const least = exporter.from === 'exporter' ? Math.min(...exporter.candidates.map(({ confidence }) => confidence)) : 0;
  const shared = rules.candidates.flatMap((one) => {
    const other = there.get(one.cause);
    if (!other)
      return one.confidence > Math.max(SAME_CONFIDENCE, least)
        ? [`${one.cause} is a candidate of the rules alone (${sureness(one.confidence)}).`]
        : [];
    return [...confidenceDifference(one, other.confidence), ...evidenceDifferences(one, other.evidence)];
  });
  const theirs = exporter.candidates
    .filter(({ cause, confidence }) => !here.has(cause) && confidence > SAME_CONFIDENCE)
    .map(({ cause, confidence }) => `${cause} is a candidate of the exporter alone (${sureness(confidence)}).`);
  return [...shared, ...theirs];
}

function confidenceDifference({ cause, confidence }: RulesCandidate, there: number): string[] {
  return Math.abs(confidence - there) > SAME_CONFIDENCE
    ? [`${cause} is ${sureness(confidence)} sure by the rules, ${sureness(there)} by the exporter.`]
    : [];
}

function evidenceDifferences({ cause, evidence }: RulesCandidate, there: ExporterLedger['candidates'][number]['evidence']): string[] {
  if (!there) return [];
  const theirs = new Map(there.map((one) => [one.id, one]));
  const ours = new Set(evidence.map(({ id }) => id));
  return [
    ...evidence.flatMap(({ id, points, says }) => {
      const other = theirs.get(id);
      if (!other) return [`For ${cause} the rules alone have ${id} (${signed(points)}): ${says}`];
      return Math.abs(other.points - points) > SAME_POINTS
        ? [`${id} is ${signed(points)} for ${cause} by the rules, ${signed(other.points)} by the exporter.`]
        : [];
    }),
    ...there
      .filter(({ id }) => !ours.has(id))
      .map(({ id, points, says }) => `For ${cause} the exporter alone has ${id} (${signed(points)}): ${says}`),
  ];
}

/** `+6`, `-2` */
export function signed(points: number): string {
  return `${points > 0 ? '+' : ''}${Number(points.toFixed(2))}`;
}

function reasonsFor(rules: RulesLedger, exporter: ExporterLedger, catalogue: Catalogue, options: GenerateOptions): string[] {
  const seconds = (from: number, to: number) => printDuration(Math.max(0, Math.round(to - from)));
  const interval = printDuration(options.scrapeInterval);
  return [
    ...catalogueReasons(rules.catalogue, exporter.catalogue),
    ...(rules.now - rules.evaluatedAt > 2 * options.scrapeInterval
      ? [
          `The rules were last evaluated ${seconds(rules.evaluatedAt, rules.now)} ago, and are for ${interval}: verify says whether their group keeps its interval.`,
        ]
      : []),
    ...(exporter.at - rules.evaluatedAt >= 1
      ? [
          `The exporter's verdict is ${seconds(rules.evaluatedAt, exporter.at)} newer than the evaluation of the rules: an evaluation later they may agree.`,
        ]
      : []),
    ...(rules.scrapedAt !== undefined && rules.evaluatedAt - rules.scrapedAt >= 1
      ? [`What the rules saw was scraped ${seconds(rules.scrapedAt, rules.evaluatedAt)} before they were evaluated.`]
      : []),
    ...widened(catalogue, options),
    `The exporter looks at each of its ticks, the rules at one scrape every ${interval}: what came and went between two scrapes only counters tell them.`,
  ];
}

function catalogueReasons(rules: string | undefined, exporter: string | undefined): string[] {
  if (rules === undefined)
    return [
      'The rules do not say which catalogue they are printed from: they are older than that mark, or it is dropped. Print them anew with the version of the exporter.',
    ];
  if (exporter === undefined) return ['The exporter does not say which catalogue it weighs: it is older than that mark.'];
  if (rules === exporter) return [];
  return [
    `The rules are printed from the catalogue ${rules}, and the exporter weighs ${exporter}: print them anew with the version of the exporter.`,
  ];
}
