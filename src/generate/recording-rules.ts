import { type Cause, WEIGHTS } from '../domain/cause.ts';
import type { Criterion } from '../domain/criterion.ts';
import { type LedgerEntry, ledgerOf } from '../domain/ledger.ts';
import { refuseEqualTieBreaks, TIE_BREAK_DECIMALS, tieBreak } from '../domain/tie-break.ts';
import { type Catalogue, signalNamed } from './catalogue.ts';
import { printDuration } from './duration.ts';
import { elsewhereRules, signalsElsewhere } from './elsewhere.ts';
import { momentRules, momentsOf } from './moments.ts';
import type { GenerateOptions } from './options.ts';
import { indent, levelOf, type PromqlContext, printCriterion, printWhere, selectorOf, windowOf } from './promql.ts';
import { type RecordingRule, type RuleGroup, record } from './rule-book.ts';
import { evidenceInWords, priorInWords } from './rule-words.ts';
import { SERIES } from './series.ts';

/** The signal that is 1 while the newest observation of an API errs, and the counter of its failures. */
export const FAILING = 'failing';
const FAILURES = 'aggregator-failures';

/**
 * The formula of domain/ledger.ts as recording rules. One group, in the order of evaluation: each rule reads what the ones before
 * it have just written, so that one evaluation carries an observation through to the top cause. Groups by subject would be easier to
 * read, but Prometheus evaluates each group at a moment of its own: a score would add evidence of different moments.
 */
export function diagnosisGroup(catalogue: Catalogue, options: GenerateOptions): RuleGroup {
  const entries = ledgerOf(catalogue.causes);
  const moments = momentsOf([...entries.map((entry) => entry.when), catalogue.symptom, catalogue.symptomNow]);
  const context: PromqlContext = {
    catalogue,
    options,
    momentOf: moments.labelOf,
    elsewhere: signalsElsewhere(catalogue, options.with),
  };
  const superseding = (entry: LedgerEntry) => entry.explainedBy !== undefined;
  const evidence = (entry: LedgerEntry) => evidenceRule(entry, catalogue, context);
  return {
    name: 'aggregated-api-diagnosis',
    says: 'The diagnosis. Rules read what those above them have just written, so they are not in groups by subject: those are evaluated at different moments.',
    interval: options.scrapeInterval,
    rules: [
      knownRule(options),
      ...elsewhereRules(catalogue, options),
      ...momentRules(moments, context),
      record(
        SERIES.symptom,
        '1 while the API errs, 0 while it does not; absent while neither is known.',
        printCriterion(catalogue.symptom, context),
      ),
      ...errsRules(catalogue, context),
      ...priorRules(catalogue),
      ...entries.filter((entry) => !entry.lookBack && !superseding(entry)).map(evidence),
      ...entries.filter(superseding).map(evidence),
      lookBackRule(options),
      ...entries.filter((entry) => entry.lookBack).map(evidence),
      ...scoreRules(catalogue, options),
    ],
  };
}

function causeOf(entry: LedgerEntry, { causes }: Pick<Catalogue, 'causes'>): Cause {
  const cause = causes.find(({ id }) => id === entry.cause);
  if (!cause) throw new Error(`cause ${entry.cause}: ${entry.evidence} names it, but the catalogue has no cause of this id`);
  return cause;
}

function knownRule(options: GenerateOptions): RecordingRule {
  return record(
    SERIES.known,
    '1 for each API that the exporter knows: what everything else is joined to.',
    `max by (${levelOf(options)}) (aggregated_api_info)`,
  );
}

/**
 * What diagnose/held-verdict.ts asks of each tick. A failure that was over before anybody looked shows in the count alone, so the
 * count of the last evaluation is kept: it is recorded after it was read.
 */
function errsRules(catalogue: Catalogue, context: PromqlContext): RecordingRule[] {
  const level = levelOf(context.options);
  const newest = (signal: string) =>
    `max by (${level}) (last_over_time(${selectorOf(signalNamed(catalogue, signal))}[${printDuration(windowOf(0, context.options.scrapeInterval))}]))`;
  const counted = catalogue.signals.some(({ name }) => name === FAILURES) ? newest(FAILURES) : undefined;
  const now = printWhere(catalogue.symptomNow, true, context);
  return [
    record(
      SERIES.errs,
      '1 while the newest observation errs, or a failure was counted since the last evaluation; 0 while every vantage passes.',
      [
        `(\n${indent(now)}\n) ^ 0`,
        ...(counted === undefined ? [] : [`(${counted} > ${SERIES.failures}) ^ 0`]),
        `(${newest(FAILING)} > bool 0.5)`,
      ].join('\nor\n'),
    ),
    ...(counted === undefined
      ? []
      : [record(SERIES.failures, 'Failed probes through the kube-apiserver, kept for the next evaluation.', counted)]),
  ];
}

/** With the tie-break of domain/tie-break.ts in their last decimals. @throws Error when two causes have the same one. */
function priorRules(catalogue: Catalogue): RecordingRule[] {
  refuseEqualTieBreaks(catalogue.causes);
  const unknown = { id: 'unknown', category: 'unknown', prior: catalogue.unknownScore, title: 'the cause is not known' };
  return [unknown, ...catalogue.causes].map((cause) =>
    record(SERIES.prior, priorInWords(cause), `${SERIES.known} * ${printNumber(cause.prior - tieBreak(cause.id))}`, {
      cause: cause.id,
      category: cause.category,
    }),
  );
}

/** Without an exponent. */
function printNumber(value: number): string {
  return value.toFixed(TIE_BREAK_DECIMALS).replace(/\.?0+$/, '');
}

function evidenceRule(entry: LedgerEntry, catalogue: Catalogue, context: PromqlContext): RecordingRule {
  const { category } = causeOf(entry, catalogue);
  const level = levelOf(context.options);
  const met = supersededBy(entry, level) ?? printWhere(entry.when, true, context);
  // Anything to the power of 0 is 1: from "is there" to points. What was not observed adds 0.
  const points = entry.lookBack
    ? `${entry.points} * ${SERIES.lookBack} * ((\n${indent(met)}\n) ^ 0)`
    : `${entry.points} * (\n${indent(met)}\n) ^ 0`;
  return record(SERIES.evidence, evidenceInWords(entry, catalogue), `${points}\nor\n0 * ${SERIES.known}`, {
    cause: entry.cause,
    category,
    evidence: entry.evidence,
    ...(entry.lookBack ? { look_back: 'true' } : {}),
    ...(entry.inherited ? { inherited: 'true' } : {}),
  });
}

/** `superseded-by-<cause>` is met while that cause has evidence that explains it: which is recorded by then, so it is not evaluated twice. */
function supersededBy(entry: LedgerEntry, level: string): string | undefined {
  if (entry.explainedBy === undefined) return undefined;
  const cause = entry.evidence.replace(/^superseded-by-/, '');
  return `max by (${level}) (${SERIES.evidence}{cause="${cause}", look_back="", inherited=""} >= ${entry.explainedBy})`;
}

function lookBackRule(options: GenerateOptions): RecordingRule {
  const explained = `${SERIES.evidence}{look_back=""} >= ${WEIGHTS.suggestive}`;
  return record(
    SERIES.lookBack,
    '1 while no cause has direct evidence, so that the last hour is looked through.',
    `1 - (${SERIES.known} and on (${levelOf(options)}) (${explained}))\nor\n${SERIES.known}`,
  );
}

function scoreRules(catalogue: Catalogue, options: GenerateOptions): RecordingRule[] {
  const level = levelOf(options);
  const perCause = `${level}, cause, category`;
  return [
    record(
      SERIES.direct,
      'Pieces of evidence that may name the cause.',
      `count by (${perCause}) (${SERIES.evidence} >= ${WEIGHTS.suggestive})`,
    ),
    record(
      SERIES.score,
      'What was likely before, and all that speaks for or against it.',
      `sum by (${perCause}) (${SERIES.prior} or ${SERIES.evidence})`,
    ),
    record(
      SERIES.odds,
      'The score of each candidate (a cause with direct evidence, and unknown) as odds, while the API errs.',
      `exp(${SERIES.score} / ${catalogue.temperature})\nand on (${level}, cause)\n(${SERIES.direct} or ${SERIES.prior}{cause="unknown"})\nand on (${level})\n(${SERIES.symptom} == 1)`,
    ),
    record(
      SERIES.confidence,
      'How sure each candidate is, 0 to 1.',
      `${SERIES.odds} / on (${level}) group_left () (sum by (${level}) (${SERIES.odds})${others(catalogue)})`,
    ),
    record(
      SERIES.top,
      'The most likely cause, or unknown, and how sure it is.',
      `${SERIES.confidence} == on (${level}) group_left () max by (${level}) (${SERIES.confidence})`,
    ),
  ];
}

/** The share of the causes that show no evidence. */
function others({ otherScore, temperature }: Catalogue): string {
  return otherScore === undefined ? '' : ` + ${Math.exp(otherScore / temperature)}`;
}

/** Criteria of the catalogue, for those who ask what windows it has. */
export function criteriaOf(catalogue: Catalogue): Criterion[] {
  return [...ledgerOf(catalogue.causes).map((entry) => entry.when), catalogue.symptom, catalogue.symptomNow];
}
