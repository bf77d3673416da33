import { parser } from '@prometheus-io/lezer-promql';

/** Where an expression does not parse; the parser goes on after an error, so every node is asked. */
export function syntaxErrors(expr: string): string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) found.push(`${node.from}: ${expr.slice(Math.max(0, node.from - 30), node.to + 30)}`);
    },
  });
  return found;
}

/** Names of the metrics that an expression reads, and of the labels that it names. */
export function namesIn(expr: string): { readonly metrics: string[]; readonly labels: string[] } {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(expr).iterate({
    enter(node) {
      const text = expr.slice(node.from, node.to);
      if (node.name === 'Identifier') metrics.add(text);
      if (node.name === 'LabelName') labels.add(text);
    },
  });
  return { metrics: [...metrics], labels: [...labels] };
}
