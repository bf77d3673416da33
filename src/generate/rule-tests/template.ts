import { humanizeDuration, humanizePercentage, printf } from './go-format.ts';

/**
 * The part of Prometheus's templates that our annotations use, so that the tests that we hand out can state what an alert says.
 * An unknown construct throws: an annotation that we cannot predict is one that we have not tested.
 */
export interface TemplateData {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What `query` finds, sorted as Prometheus does. */
  readonly query: (promql: string) => readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

type Node = { readonly text: string } | { readonly action: string } | Block;

interface Block {
  readonly keyword: 'with' | 'range' | 'if';
  readonly subject: string;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

type Scope = Readonly<Record<string, unknown>>;

export function expandTemplate(template: string, data: TemplateData): string {
  const tokens = template.split(/(\{\{.*?\}\})/s).filter((token) => token !== '');
  const { nodes, rest } = parse(tokens);
  if (rest.length > 0) throw new Error(`template: ${rest[0]} without a beginning`);
  return render(nodes, { $labels: data.labels, $value: data.value }, data);
}

function parse(tokens: readonly string[]): { nodes: Node[]; rest: readonly string[] } {
  const nodes: Node[] = [];
  let rest = tokens;
  while (rest.length > 0) {
    const token = rest[0]!;
    const action = /^\{\{\s*(.*?)\s*\}\}$/s.exec(token)?.[1];
    if (action === 'end' || action === 'else') break;
    rest = rest.slice(1);
    const block = action === undefined ? undefined : /^(with|range|if)\s+(.*)$/s.exec(action);
    if (action === undefined) nodes.push({ text: token });
    else if (!block) nodes.push({ action });
    else {
      const body = parse(rest);
      const other = /else/.test(body.rest[0] ?? '') ? parse(body.rest.slice(1)) : { nodes: [], rest: body.rest };
      if (other.rest.length === 0) throw new Error(`template: {{ ${action} }} without an end`);
      nodes.push({ keyword: block[1] as Block['keyword'], subject: block[2]!, body: body.nodes, otherwise: other.nodes });
      rest = other.rest.slice(1);
    }
  }
  return { nodes, rest };
}

function render(nodes: readonly Node[], scope: Scope, data: TemplateData): string {
  return nodes
    .map((node) => {
      if ('text' in node) return node.text;
      if ('action' in node) return String(evaluate(node.action, scope, data));
      return renderBlock(node, scope, data);
    })
    .join('');
}

function renderBlock({ keyword, subject, body, otherwise }: Block, scope: Scope, data: TemplateData): string {
  const loop = /^\$(\w+), \$(\w+) := (.*)$/s.exec(subject);
  const value = evaluate(loop ? loop[3]! : subject, scope, data);
  if (!truthy(value)) return render(otherwise, scope, data);
  if (keyword !== 'range') return render(body, keyword === 'with' ? { ...scope, '.': value } : scope, data);
  const [, index, element] = loop ?? ['', '', ''];
  return (value as unknown[])
    .map((item, i) => render(body, { ...scope, '.': item, [`$${index}`]: i, [`$${element}`]: item }, data))
    .join('');
}

function truthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function evaluate(expression: string, scope: Scope, data: TemplateData): unknown {
  const [first, ...filters] = splitOutside(expression, '|');
  return filters.reduce<unknown>((value, filter) => call(words(filter), [value], scope, data), call(words(first!), [], scope, data));
}

function call(parts: readonly string[], piped: readonly unknown[], scope: Scope, data: TemplateData): unknown {
  const [name, ...rest] = parts;
  const args = [...rest.map((part) => operand(part, scope, data)), ...piped];
  switch (name) {
    case 'query':
      return data.query(String(args[0]));
    case 'printf':
      return printf(String(args[0]), args.slice(1));
    case 'first':
      return (args[0] as unknown[])[0];
    case 'value':
      return (args[0] as Sample).value;
    case 'label':
      return (args[1] as Sample).labels[String(args[0])] ?? '';
    case 'reReplaceAll':
      return String(args[2]).replaceAll(new RegExp(String(args[0]), 'g'), String(args[1]));
    case 'humanizePercentage':
      return humanizePercentage(Number(args[0]));
    case 'humanizeDuration':
      return humanizeDuration(Number(args[0]));
    case 'eq':
      return args[0] === args[1];
    case 'gt':
      return Number(args[0]) > Number(args[1]);
    default:
      return operand(name!, scope, data);
  }
}

function operand(text: string, scope: Scope, data: TemplateData): unknown {
  if (text.startsWith('(')) return evaluate(text.slice(1, -1), scope, data);
  if (/^[`"]/.test(text)) return text.slice(1, -1);
  if (/^-?[\d.]+$/.test(text) && text !== '.') return Number(text);
  if (text in scope) return scope[text];
  const path = /^(\$\w+)\.(\w+)(?:\.(\w+))?$/.exec(text);
  if (!path || !(path[1]! in scope)) throw new Error(`template: ${text} is not understood`);
  const base = scope[path[1]!];
  if (path[2] === 'Value') return (base as Sample).value;
  // A missing label is the empty string, as in Prometheus.
  if (path[2] === 'Labels') return (base as Sample).labels[path[3]!] ?? '';
  return (base as Record<string, string>)[path[2]!] ?? '';
}

function words(text: string): string[] {
  return splitOutside(text.trim(), ' ').filter((word) => word !== '');
}

/** Splits where the separator is outside of quotes and parentheses. */
function splitOutside(text: string, separator: string): string[] {
  const parts = [''];
  let quote = '';
  let depth = 0;
  for (const character of text) {
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '`' || character === '"') quote = character;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    if (character === separator && !quote && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
