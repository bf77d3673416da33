import type { Criterion } from '../domain/criterion.ts';
import type { Fact } from '../domain/fact.ts';
import { type PromqlContext, parenthesise, printPlainly } from './promql.ts';
import { type RecordingRule, record, together } from './rule-book.ts';
import { SERIES } from './series.ts';

/** What several causes ask is recorded once, where it holds: for a healthy API next to nothing. */
export function factRules(facts: readonly Fact[], context: PromqlContext): RecordingRule[] {
  return together(
    'facts',
    facts.map(({ name, says, when }) =>
      record(SERIES.fact, `${says}.`, `${parenthesise(printPlainly(when, true, context))} ^ 0`, { fact: name }),
    ),
  );
}

/** Name of the fact that a criterion is. @throws Error when two facts are the same, or have one name. */
export function factNames(facts: readonly Fact[]): (criterion: Criterion) => string | undefined {
  const names = new Map(facts.map(({ name, when }) => [JSON.stringify(when), name]));
  const different = new Set(names.values());
  if (different.size < facts.length)
    throw new Error(
      `facts ${facts.map(({ name }) => name).join(', ')}: two are the same, or have one name; names and criteria that differ are allowed`,
    );
  return (criterion) => names.get(JSON.stringify(criterion));
}
