import { WEIGHTS } from '../domain/cause.ts';
import { refuseEqualTieBreaks, TIE_BREAK_DECIMALS, tieBreak } from '../domain/tie-break.ts';
import type { Catalogue } from './catalogue.ts';
import { withLabel } from './evidence-words.ts';
import type { GenerateOptions } from './options.ts';
import { indent, levelOf } from './promql.ts';
import { type RecordingRule, record } from './rule-book.ts';
import { SERIES } from './series.ts';

/**
 * What each cause has before any evidence, once for all APIs, with the tie-break of domain/tie-break.ts in its last decimals.
 * @throws Error when two causes have the same one.
 */
export function priorRule(catalogue: Catalogue): RecordingRule {
  refuseEqualTieBreaks(catalogue.causes);
  const unknown = { id: 'unknown', category: 'unknown', prior: catalogue.unknownScore, title: 'The cause is not known' };
  const all = [unknown, ...catalogue.causes];
  // A category is written once for all of its causes: VictoriaMetrics takes an expression of 16 KiB at most.
  const terms = [...new Set(all.map(({ category }) => category))].map((category) => {
    const own = all.filter((cause) => cause.category === category).map(priorTerm);
    return withLabel(`(\n${indent(own.join('\nor '))}\n)`, 'category', category);
  });
  return record(SERIES.prior, 'The points of each cause before any evidence, and its title: once for all APIs.', terms.join('\nor '));
}

function priorTerm({ id, prior, title }: { readonly id: string; readonly prior: number; readonly title: string }): string {
  const points = `vector(${printNumber(prior - tieBreak(id))})`;
  return withLabel(withLabel(points, 'says', title.replace(/\.$/, '')), 'cause', id);
}

/** Without an exponent. */
function printNumber(value: number): string {
  return value.toFixed(TIE_BREAK_DECIMALS).replace(/\.?0+$/, '');
}

export function scoreRules(catalogue: Catalogue, options: GenerateOptions): RecordingRule[] {
  const level = levelOf(options);
  const candidates = `sum by (${level}, cause) (${SERIES.evidence}) and on (${level}, cause) (${SERIES.evidence} >= ${WEIGHTS.suggestive})`;
  const unknown = withLabel(`0 * (${SERIES.symptom} == 1)`, 'cause', 'unknown');
  const score = `(\n  (${candidates})\n  or\n  ${unknown}\n)\n+ on (cause) group_left (category) ${SERIES.prior}`;
  // Not of the recorded score: an engine that shows a rule the results of the evaluation before it is one evaluation sooner so.
  const odds = `exp((\n${indent(score)}\n) / ${catalogue.temperature})`;
  return [
    record(
      SERIES.score,
      'Of each candidate (a cause with direct evidence, and unknown): what was likely before, and all that speaks for or against it.',
      score,
    ),
    record(
      SERIES.confidence,
      'How sure each candidate is, 0 to 1: its odds among those of all.',
      `${odds}\n/ on (${level}) group_left ()\n(\n  sum by (${level}) (${odds})${others(catalogue)}\n)`,
    ),
    record(
      SERIES.top,
      'The most likely cause, or unknown, and how sure it is: for people and panels.',
      `${SERIES.confidence} == on (${level}) group_left () max by (${level}) (${SERIES.confidence})`,
    ),
  ];
}

/** The share of the causes that show no evidence. */
function others({ otherScore, temperature }: Catalogue): string {
  return otherScore === undefined ? '' : ` + ${Math.exp(otherScore / temperature)}`;
}
