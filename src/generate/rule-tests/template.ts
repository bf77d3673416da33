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
  const { found, rest } = parse(tokens);
  if (rest.length > 0) throw new Error(`template: ${rest[0]} without a beginning`);
  return render(found, { $labels: data.labels, $value: data.value }, data);
}

interface Parsed<T> {
  readonly found: T;
  /** What comes after it. */
  readonly rest: readonly string[];
}

/** Up to the end of the text, or to an `end` or `else` that somebody else began. */
function parse(tokens: readonly string[]): Parsed<readonly Node[]> {
  const found: Node[] = [];
  let rest = tokens;
  for (let [token] = rest; token !== undefined; [token] = rest) {
    const action = /^\{\{\s*(.*?)\s*\}\}$/s.exec(token)?.[1];
    if (action === 'end' || action === 'else') break;
    const node = action === undefined ? { found: { text: token }, rest: rest.slice(1) } : parseAction(action, rest.slice(1));
    found.push(node.found);
    rest = node.rest;
  }
  return { found, rest };
}

function parseAction(action: string, rest: readonly string[]): Parsed<Node> {
  const [, keyword, subject] = /^(with|range|if)\s+(.*)$/s.exec(action) ?? [];
  if (keyword === undefined || subject === undefined) return { found: { action }, rest };
  const body = parse(rest);
  const other = /else/.test(body.rest[0] ?? '') ? parse(body.rest.slice(1)) : { found: [], rest: body.rest };
  if (other.rest.length === 0) throw new Error(`template: {{ ${action} }} without an end`);
  const block: Block = { keyword: keyword as Block['keyword'], subject, body: body.found, otherwise: other.found };
  return { found: block, rest: other.rest.slice(1) };
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
  const [, index = '', element = '', list = subject] = /^\$(\w+), \$(\w+) := (.*)$/s.exec(subject) ?? [];
  const value = evaluate(list, scope, data);
  if (!truthy(value)) return render(otherwise, scope, data);
  if (keyword !== 'range') return render(body, keyword === 'with' ? { ...scope, '.': value } : scope, data);
  return (value as unknown[])
    .map((item, i) => render(body, { ...scope, '.': item, [`$${index}`]: i, [`$${element}`]: item }, data))
    .join('');
}

function truthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function evaluate(expression: string, scope: Scope, data: TemplateData): unknown {
  const [first = '', ...filters] = splitOutside(expression, '|');
  return filters.reduce<unknown>((value, filter) => call(words(filter), [value], scope, data), call(words(first), [], scope, data));
}

type TemplateFunction = (args: readonly unknown[], data: TemplateData) => unknown;

const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['query', ([promql], data) => data.query(String(promql))],
  ['printf', ([format, ...values]) => printf(String(format), values)],
  ['first', ([list]) => (list as unknown[])[0]],
  ['value', ([sample]) => (sample as Sample).value],
  ['label', ([name, sample]) => (sample as Sample).labels[String(name)] ?? ''],
  ['reReplaceAll', ([pattern, by, text]) => String(text).replaceAll(new RegExp(String(pattern), 'g'), String(by))],
  ['humanizePercentage', ([value]) => humanizePercentage(Number(value))],
  ['humanizeDuration', ([value]) => humanizeDuration(Number(value))],
  ['eq', ([a, b]) => a === b],
  ['gt', ([a, b]) => Number(a) > Number(b)],
]);

function call([name = '', ...rest]: readonly string[], piped: readonly unknown[], scope: Scope, data: TemplateData): unknown {
  const run = FUNCTIONS.get(name);
  if (!run) return operand(name, scope, data);
  return run([...rest.map((part) => operand(part, scope, data)), ...piped], data);
}

function operand(text: string, scope: Scope, data: TemplateData): unknown {
  if (text.startsWith('(')) return evaluate(text.slice(1, -1), scope, data);
  if (/^[`"]/.test(text)) return text.slice(1, -1);
  if (/^-?[\d.]+$/.test(text) && text !== '.') return Number(text);
  return text in scope ? scope[text] : fieldOf(text, scope);
}

/** `$labels.name`, `$sample.Value`, `$sample.Labels.name`. */
function fieldOf(text: string, scope: Scope): unknown {
  const [, variable = '', field = '', label = ''] = /^(\$\w+)\.(\w+)(?:\.(\w+))?$/.exec(text) ?? [];
  if (!(variable in scope)) throw new Error(`template: ${text} is not understood`);
  const base = scope[variable];
  if (field === 'Value') return (base as Sample).value;
  // A missing label is the empty string, as in Prometheus.
  if (field === 'Labels') return (base as Sample).labels[label] ?? '';
  return (base as Record<string, string>)[field] ?? '';
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
