import { type Cause, clausesOf, type EvidenceDeclaration, sentenceOf } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { implies } from '../domain/implies.ts';
import type { Catalogue } from './catalogue.ts';
import { type RecordingRule, type RuleGroup, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/** Seconds between two evaluations; Prometheus looks back five minutes for the last sample. */
const WORDS_INTERVAL = 60;

/**
 * The sentences of the catalogue as labels of recorded series, once for all APIs, so that an alert can say its evidence in words:
 * a template that held them all would be larger than everything else. One rule for each cause; nothing in them comes from a cluster.
 */
export function wordsGroup(catalogue: Catalogue): RuleGroup {
  return { name: 'aggregated-api-words', interval: WORDS_INTERVAL, rules: catalogue.causes.map(wordsRule) };
}

function wordsRule(cause: Cause): RecordingRule {
  const evidence = [...cause.evidence, ...(cause.lookBack ?? [])].map((declaration) => said(declaration.id, generalSentence(declaration)));
  return record(SERIES.words, [said('', cause.title.replace(/\.$/, '')), ...evidence].join('\nor\n'), { cause: cause.id });
}

function said(evidence: string, sentence: string): string {
  const with_ = (vector: string, label: string, value: string) =>
    `label_replace(${vector}, "${label}", ${JSON.stringify(value.replaceAll('$', '$$$$'))}, "", "")`;
  return with_(evidence === '' ? 'vector(1)' : with_('vector(1)', 'evidence', evidence), 'says', sentence);
}

/**
 * The sentence of any API for which the evidence is met: its clauses that follow from the criterion, without the names and numbers
 * that only the exporter knows.
 */
export function generalSentence(declaration: EvidenceDeclaration): string {
  return sentenceOf(
    carriedTexts(declaration).map((text) =>
      text
        .replaceAll('{service}.{namespace}.svc', 'the name of its Service')
        .replaceAll('Service {service}', 'the Service')
        .replaceAll('namespace {namespace}', 'its namespace')
        .replaceAll('{value}', 'N'),
    ),
  );
}

/** Where no clause follows alone, one of them all does: by which way it was met the rules do not tell. */
function carriedTexts(declaration: EvidenceDeclaration): string[] {
  const clauses = clausesOf(declaration);
  const carried = clauses.filter(({ when }) => implies(declaration.when, when));
  if (carried.length > 0) return carried.map(({ text }) => text);
  if (!implies(declaration.when, any(...clauses.map(({ when }) => when))))
    throw new Error(`evidence ${declaration.id}: its criterion carries no clause of its sentence, so an alert has no words for it`);
  return [clauses.map(({ text }) => text).join(', or ')];
}
