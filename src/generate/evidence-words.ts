import { clausesOf, type EvidenceDeclaration, sentenceOf } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { implies } from '../domain/implies.ts';
import { withBounds } from './bounds.ts';
import type { Catalogue } from './catalogue.ts';

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
