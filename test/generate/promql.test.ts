import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { diagnosisRules } from '../../src/generate/rules.ts';
import { DEFAULT_OPTIONS } from '../../src/generate/options.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';

function syntaxErrors(expr: string): string[] {
  const found: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) found.push(`${node.from}: ${expr.slice(Math.max(0, node.from - 30), node.to + 30)}`);
    },
  });
  return found;
}

describe('rules of a small catalogue', () => {
  const rules = diagnosisRules(SMALL_CATALOGUE, DEFAULT_OPTIONS).groups.flatMap((group) => group.rules);
  it.each(rules.map((rule) => [rule.kind === 'record' ? `${rule.record} ${Object.values(rule.labels).join(' ')}` : rule.alert, rule.expr] as const))('%s parses', (_, expr) => {
    expect(syntaxErrors(expr)).toEqual([]);
  });
});
