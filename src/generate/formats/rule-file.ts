import type { RuleGroup } from '../rule-book.ts';
import { groupHead, plainRule, printYaml } from './plain-rule.ts';

/**
 * A file of rules, each with its sentence above it. js-yaml prints no comments, so groups and rules are printed one by one: indented
 * as a whole, a block stays the same text.
 * @param head what stands before the groups.
 * @param under the field that holds the groups; without it they are at the top.
 */
export function printRuleFile(
  groups: readonly RuleGroup[],
  { head, under }: { readonly head?: Readonly<Record<string, unknown>>; readonly under?: string } = {},
): string {
  const list = groups.map(printGroup).join('');
  return [
    head === undefined ? '' : printMapping(head),
    under === undefined ? `groups:\n${list}` : `${under}:\n  groups:\n${indented(list, '  ')}`,
  ].join('');
}

function printGroup(group: RuleGroup): string {
  const list = group.rules.map((rule) => `${comment(rule.says)}${item(printMapping(plainRule(rule)))}`).join('');
  return `${comment(group.says)}${item(`${printMapping(groupHead(group))}rules:\n${list}`)}`;
}

function item(mapping: string): string {
  return `- ${indented(mapping, '  ').slice(2)}`;
}

/** Without the mark of a document's end, which js-yaml prints after a text that ends in empty lines. */
function printMapping(value: Readonly<Record<string, unknown>>): string {
  return printYaml(value).replace(/\n\.\.\.\n$/, '\n');
}

function indented(text: string, by: string): string {
  return text.replace(/(^|\n)(?=[^\n])/g, `$1${by}`);
}

/** One line. Control characters and what else may not stand in YAML become spaces. */
function comment(text: string): string {
  return `${`# ${text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')}`.trimEnd()}\n`;
}
