import { withLabel } from '../evidence-words.ts';
import { indent } from '../promql.ts';
import type { RecordingRule, Rule, RuleGroup } from '../rule-book.ts';

/**
 * A group with as few rules as it can have: neighbours that read nothing of each other become one rule, each with its sentence as a
 * comment. For rulers that limit the rules of a group, because what is in two groups is evaluated at two times. A group that keeps to the
 * limit stays as it is.
 */
export function joinGroup(group: RuleGroup, limit: number): RuleGroup {
  if (group.rules.length <= limit) return group;
  const rules: Rule[] = [];
  let run: RecordingRule[] = [];
  const close = () => {
    const [first, ...others] = run;
    if (first) rules.push(others.length > 0 ? joined(first, run) : first);
    run = [];
  };
  for (const rule of group.rules) {
    const word = rule.kind === 'record' ? rule.together : undefined;
    if (run[0]?.together !== word || word === undefined) close();
    if (rule.kind === 'record' && word !== undefined) run.push(rule);
    else rules.push(rule);
  }
  close();
  return { ...group, rules };
}

function joined(first: RecordingRule, rules: readonly RecordingRule[]): RecordingRule {
  const terms = rules.map(({ says, expr, labels }) => {
    const labelled = Object.entries(labels).reduce((vector, [label, value]) => withLabel(vector, label, value), `\n${indent(expr)}\n`);
    return `# ${says}\n${labelled}`;
  });
  return { kind: 'record', record: first.record, says: `${rules.length} rules in one.`, expr: terms.join('\nor\n'), labels: {} };
}
