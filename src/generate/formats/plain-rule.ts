import { dump } from 'js-yaml';
import { printDuration } from '../duration.ts';
import type { Rule, RuleGroup } from '../rule-book.ts';

/** A rule as Prometheus, its operator, Mimir, vmalert and the Loki ruler all write it; empty fields left out. */
export function plainRule(rule: Rule): Record<string, unknown> {
  if (rule.kind === 'record') return { record: rule.record, expr: rule.expr, ...unlessEmpty('labels', rule.labels) };
  return {
    alert: rule.alert,
    expr: rule.expr,
    ...(rule.for ? { for: printDuration(rule.for) } : {}),
    ...(rule.keepFiringFor ? { keep_firing_for: printDuration(rule.keepFiringFor) } : {}),
    ...unlessEmpty('labels', rule.labels),
    ...unlessEmpty('annotations', rule.annotations),
  };
}

export function plainGroup(group: RuleGroup): Record<string, unknown> {
  return { ...groupHead(group), rules: group.rules.map(plainRule) };
}

/** A group without its rules. */
export function groupHead({ name, interval }: RuleGroup): Record<string, unknown> {
  return { name, interval: printDuration(interval) };
}

function unlessEmpty(key: string, labels: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.keys(labels).length > 0 ? { [key]: labels } : {};
}

/** YAML that YAML 1.1 readers (kubectl, Helm, Prometheus) also read as meant; PromQL of several lines becomes a block. */
export function printYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}

/** Comment lines above a document. */
export function printNotes(notes: readonly string[]): string {
  return notes.map((note) => `# ${note.replaceAll('\n', ' ')}\n`).join('');
}
