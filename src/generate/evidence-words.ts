import { type Cause, clausesOf, type EvidenceDeclaration, sentenceOf } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { implies } from '../domain/implies.ts';
import { ledgerOf } from '../domain/ledger.ts';
import { withBounds } from './bounds.ts';
import type { Catalogue } from './catalogue.ts';
import { type RecordingRule, type RuleGroup, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/** Seconds between two evaluations; Prometheus looks back five minutes for the last sample. */
export const WORDS_INTERVAL = 60;

/**
 * The sentences of the catalogue as labels of recorded series, once for all APIs, so that an alert can say its evidence in words:
 * a template that held them all would be larger than everything else. One rule for each cause; nothing in them comes from a cluster.
 */
export function wordsGroup(catalogue: Catalogue): RuleGroup {
  return {
    name: 'aggregated-api-words',
    says: 'The sentences of the catalogue as labels, once for all APIs: alerts say their evidence in them.',
    interval: WORDS_INTERVAL,
    rules: catalogue.causes.map((cause) => wordsRule(cause, catalogue)),
  };
}

function wordsRule(cause: Cause, catalogue: Catalogue): RecordingRule {
  const evidence = saidInAlerts(cause, catalogue).map((declaration) => said(declaration.id, generalSentence(declaration, catalogue)));
  const says = `The title of ${cause.id}, and what speaks for it.`;
  return record(SERIES.words, says, [said('', cause.title.replace(/\.$/, '')), ...evidence].join('\nor\n'), { cause: cause.id });
}

/** What speaks for a cause: that of the shallower ones that it deepens too. Alerts say nothing that speaks against theirs. */
export function saidInAlerts(cause: Cause, catalogue: Pick<Catalogue, 'causes'>): EvidenceDeclaration[] {
  return ledgerOf(catalogue.causes).flatMap((entry) =>
    entry.cause === cause.id && entry.declaration && entry.points > 0 ? [entry.declaration] : [],
  );
}

function said(evidence: string, sentence: string): string {
  return withLabel(evidence === '' ? 'vector(1)' : withLabel('vector(1)', 'evidence', evidence), 'says', sentence);
}

/** A vector with one more label. */
export function withLabel(vector: string, label: string, value: string): string {
  return `label_replace(${vector}, "${label}", ${JSON.stringify(value.replaceAll('$', '$$$$'))}, "", "")`;
}

/**
 * The sentence of any API for which the evidence is met: its clauses that follow from the criterion, without the names that only
 * the exporter knows; in place of a number stands what the criterion tells of it.
 */
export function generalSentence(declaration: EvidenceDeclaration, catalogue: Pick<Catalogue, 'signals'>): string {
  return sentenceOf(
    carriedTexts(declaration, catalogue).map((text) =>
      text
        .replaceAll('{service}.{namespace}.svc', 'the name of its Service')
        .replaceAll('Service {service}', 'the Service')
        .replaceAll('namespace {namespace}', 'its namespace'),
    ),
  );
}

/** Where no clause follows alone, one of them all does: by which way it was met the rules do not tell. */
function carriedTexts(declaration: EvidenceDeclaration, catalogue: Pick<Catalogue, 'signals'>): string[] {
  const clauses = clausesOf(declaration);
  const carried = clauses.filter(({ when }) => implies(declaration.when, when));
  if (carried.length > 0) return carried.map((clause) => withBounds(clause, catalogue));
  if (!implies(declaration.when, any(...clauses.map(({ when }) => when))))
    throw new Error(`evidence ${declaration.id}: its criterion carries no clause of its sentence, so an alert has no words for it`);
  return [clauses.map((clause) => withBounds(clause, catalogue)).join(', or ')];
}
