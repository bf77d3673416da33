import { parser } from '@prometheus-io/lezer-promql';
import { required } from '../../domain/required.ts';

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  /** As written, spaces normalised. */
  readonly text: string;
}

export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** The vector selectors of an expression, each once. */
export function selectorsOf(expr: string): Selector[] {
  const found = new Map<string, Selector>();
  parser.parse(expr).iterate({
    enter(node) {
      if (node.name !== 'VectorSelector') return;
      const selector = parseSelector(expr.slice(node.from, node.to));
      if (selector) found.set(selector.text, selector);
    },
  });
  return [...found.values()];
}

function parseSelector(text: string): Selector | undefined {
  const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(text)?.[0];
  if (!metric) return undefined;
  const matchers = [...text.slice(metric.length).matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
    ([, label, operator, value]): Matcher => ({
      label: required(label, 'the label of a matcher'),
      operator: operator as Matcher['operator'],
      value: JSON.parse(`"${value}"`) as string,
    }),
  );
  return { metric, matchers, text: printSelector(metric, matchers) };
}

export function printSelector(metric: string, matchers: readonly Matcher[]): string {
  const printed = matchers.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`);
  return printed.length > 0 ? `${metric}{${printed.join(', ')}}` : metric;
}
