import { type Cause, WEIGHTS } from '../domain/cause.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Catalogue } from './catalogue.ts';
import { generalSentence, withLabel } from './evidence-words.ts';
import { type LineShape, lineRule, lineShapesOf } from './line-rules.ts';
import { levelOf, type PromqlContext, parenthesise, printWhere } from './promql.ts';
import { type RecordingRule, record, together } from './rule-book.ts';
import { titleInSentence } from './rule-words.ts';
import { SERIES } from './series.ts';

/** Evidence of causes of its own: what explains it away, and what a deeper one takes over, is read from it (consequence-rules.ts). */
export function evidenceRules(
  entries: readonly LedgerEntry[],
  context: PromqlContext & { readonly catalogue: Catalogue },
): RecordingRule[] {
  const { causes } = context.catalogue;
  const own = entries.filter((entry) => entry.declaration && !entry.inherited && !entry.lookBack);
  const shapes = lineShapesOf(own, context.catalogue);
  const shaped = new Set(shapes.flatMap((shape) => shape.entries));
  return together('evidence', [
    ...shapes.map((shape: LineShape) => lineRule(shape, context)),
    ...causes.flatMap((cause) => {
      const of = own.filter((entry) => entry.cause === cause.id && !shaped.has(entry));
      return of.length > 0 ? [causeRule(cause, of, context)] : [];
    }),
  ]);
}

function causeRule(
  cause: Cause,
  entries: readonly LedgerEntry[],
  context: PromqlContext & { readonly catalogue: Catalogue },
): RecordingRule {
  const terms = entries.map((entry) => evidenceTerm(entry, context)).join('\nor ');
  const says = `What speaks for it, or against, that ${titleInSentence(cause.title)}.`;
  return record(SERIES.evidence, says, whileErring(terms, context), { cause: cause.id });
}

/** Asked of the APIs that err only: of the others nothing is to be explained. */
export function whileErring(terms: string, { options }: PromqlContext): string {
  return `(\n${terms}\n)\nand on (${levelOf(options)}) (${SERIES.symptom} == 1)`;
}

/** Points, where it is met, with its id and its sentence. Anything to the power of 0 is 1. */
function evidenceTerm(entry: LedgerEntry, context: PromqlContext & { readonly catalogue: Catalogue }): string {
  const points = `${entry.points} * ${parenthesise(printWhere(entry.when, true, context))} ^ 0`;
  const sentence = entry.declaration ? generalSentence(entry.declaration, context.catalogue) : '';
  return withLabel(withLabel(points, 'says', sentence), 'evidence', entry.evidence);
}

/** The last hour, where nothing else explains the failure. */
export function lookBackRules(
  entries: readonly LedgerEntry[],
  context: PromqlContext & { readonly catalogue: Catalogue },
): RecordingRule[] {
  const asked = entries.filter((entry) => entry.lookBack);
  if (asked.length === 0) return [];
  const terms = asked.map((entry) => withLabel(evidenceTerm(entry, context), 'cause', entry.cause)).join('\nor ');
  const explained = `${SERIES.evidence}{look_back=""} >= ${WEIGHTS.suggestive}`;
  return [
    record(
      SERIES.evidence,
      'What the last hour shows, where no cause has direct evidence.',
      `${whileErring(terms, context)}\nunless on (${levelOf(context.options)}) (${explained})`,
      { look_back: 'true' },
    ),
  ];
}
