import type { Rule, RuleGroup } from '../rule-book.ts';
import { groupHead, plainRule, printYaml } from './plain-rule.ts';

/** What is printed of an annotation that stands in several rules is named where it stands first (`&name`), and named again from then on (`*name`). */
const LEAST_SHARED = 40;

/**
 * A file of rules, each with its sentence above it. js-yaml prints no comments, so groups and rules are printed one by one: indented
 * as a whole, a block stays the same text.
 * @param head what stands before the groups.
 * @param under the field that holds the groups; without it they are at the top.
 * @param shared long annotations that are alike are printed once, as anchor and aliases of YAML; for files that Prometheus reads itself.
 */
export function printRuleFile(
  groups: readonly RuleGroup[],
  {
    head,
    under,
    shared = false,
  }: { readonly head?: Readonly<Record<string, unknown>>; readonly under?: string; readonly shared?: boolean } = {},
): string {
  const names = shared ? createNames(groups) : undefined;
  const list = groups.map((group) => printGroup(group, names)).join('');
  return [
    head === undefined ? '' : printMapping(head),
    under === undefined ? `groups:\n${list}` : `${under}:\n  groups:\n${indented(list, '  ')}`,
  ].join('');
}

function printGroup(group: RuleGroup, names: Names | undefined): string {
  const list = group.rules.map((rule) => `${comment(rule.says)}${item(printRule(rule, names))}`).join('');
  return `${comment(group.says)}${item(`${printMapping(groupHead(group))}rules:\n${list}`)}`;
}

function printRule(rule: Rule, names: Names | undefined): string {
  if (!names || rule.kind === 'record' || Object.keys(rule.annotations).length === 0) return printMapping(plainRule(rule));
  const lines = Object.entries(rule.annotations).map(([key, value]) => names(key, value) ?? printMapping({ [key]: value }));
  return `${printMapping(plainRule({ ...rule, annotations: {} }))}annotations:\n${indented(lines.join(''), '  ')}`;
}

/** The line of an annotation that stands in several rules; undefined for others. */
type Names = (key: string, value: string) => string | undefined;

function createNames(groups: readonly RuleGroup[]): Names {
  const all = groups.flatMap(({ rules }) => rules.flatMap((rule) => (rule.kind === 'alert' ? Object.entries(rule.annotations) : [])));
  const counts = new Map<string, number>();
  for (const pair of all) counts.set(JSON.stringify(pair), (counts.get(JSON.stringify(pair)) ?? 0) + 1);
  const named = new Map<string, string>();
  const taken = new Map<string, number>();
  return (key, value) => {
    const pair = JSON.stringify([key, value]);
    if (!/^[a-z_]+$/.test(key) || value.length < LEAST_SHARED || (counts.get(pair) ?? 0) < 2) return undefined;
    const known = named.get(pair);
    if (known !== undefined) return `${key}: *${known}\n`;
    const number = (taken.get(key) ?? 0) + 1;
    taken.set(key, number);
    const name = number === 1 ? key : `${key}_${number}`;
    named.set(pair, name);
    return `${key}: &${name} ${printMapping({ [key]: value }).slice(key.length + 2)}`;
  };
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

/** One line, none of nothing. Control characters and what else may not stand in YAML become spaces. */
function comment(text: string): string {
  if (text === '') return '';
  return `${`# ${text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')}`.trimEnd()}\n`;
}
