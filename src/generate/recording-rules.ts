import { catalogueId } from '../domain/catalogue-id.ts';
import type { Criterion } from '../domain/criterion.ts';
import { type LedgerEntry, ledgerOf } from '../domain/ledger.ts';
import { type Catalogue, signalNamed } from './catalogue.ts';
import { consequenceRules } from './consequence-rules.ts';
import { printDuration } from './duration.ts';
import { elsewhereRules, signalsElsewhere } from './elsewhere.ts';
import { evidenceRules, lookBackRules } from './evidence-rules.ts';
import { factNames, factRules } from './facts.ts';
import { momentRules, momentsOf } from './moments.ts';
import type { GenerateOptions } from './options.ts';
import { indent, levelOf, type PromqlContext, printCriterion, printWhere, selectorOf, windowOf } from './promql.ts';
import { type RecordingRule, type RuleGroup, record } from './rule-book.ts';
import { priorRule, scoreRules } from './score-rules.ts';
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
  refuseStrangers(entries, catalogue);
  const moments = momentsOf([...entries.map((entry) => entry.when), catalogue.symptom, catalogue.symptomNow]);
  const context = { catalogue, options, momentOf: moments.labelOf, elsewhere: signalsElsewhere(catalogue, options.with) };
  const asking = { ...context, factOf: factNames(catalogue.facts) };
  return {
    name: 'aggregated-api-diagnosis',
    says: 'The diagnosis. Follow an alert down: its cause in …verdict:held, the evidence of that cause in …evidence:points (label says is its sentence), and its rule below, which names what the exporter saw. One group: rules read what those above them have just written.',
    interval: options.scrapeInterval,
    rules: [
      catalogueRule(catalogue),
      knownRule(options),
      priorRule(catalogue),
      ...elsewhereRules(catalogue, options),
      ...momentRules(moments, context),
      record(
        SERIES.symptom,
        '1 while the API errs, 0 while it does not; absent while neither is known.',
        printCriterion(catalogue.symptom, context),
      ),
      ...errsRules(catalogue, context),
      ...factRules(catalogue.facts, context),
      ...evidenceRules(entries, asking),
      ...consequenceRules(entries, asking),
      ...lookBackRules(entries, asking),
      ...scoreRules(catalogue, options),
    ],
  };
}

function refuseStrangers(entries: readonly LedgerEntry[], { causes }: Pick<Catalogue, 'causes'>): void {
  const known = new Set<string>(causes.map(({ id }) => id));
  for (const { cause, evidence } of entries)
    if (!known.has(cause)) throw new Error(`cause ${cause}: ${evidence} names it, but the catalogue has no cause of this id`);
}

function catalogueRule(catalogue: Catalogue): RecordingRule {
  const says =
    'Which catalogue these rules are printed from: the exporter says the same of itself in aggregated_api_exporter_catalogue_info.';
  return record(SERIES.catalogue, says, 'vector(1)', { catalogue: catalogueId(catalogue) });
}

function knownRule(options: GenerateOptions): RecordingRule {
  return record(SERIES.known, '1 for each API that the exporter knows.', `max by (${levelOf(options)}) (aggregated_api_info)`);
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

/** Criteria of the catalogue, for those who ask what windows it has. */
export function criteriaOf(catalogue: Catalogue): Criterion[] {
  return [...ledgerOf(catalogue.causes).map((entry) => entry.when), catalogue.symptom, catalogue.symptomNow];
}
