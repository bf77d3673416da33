import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { plainGroup } from '../../src/generate/formats/plain-rule.ts';
import { printRuleFile } from '../../src/generate/formats/rule-file.ts';
import type { Rule, RuleGroup } from '../../src/generate/rule-book.ts';

/** Texts that a printer stumbles over: empty and blank lines, what looks like a comment or an item, ends without a line. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('', ' ', '\n', '# no comment', '- record: x', 'rules:', '|', ': ', "'", '"', '\t', '\r', '\u2028', '~', '1'), {
      maxLength: 9,
    })
    .map((parts) => parts.join('')),
);
const labels = fc.dictionary(text, text, { maxKeys: 3 }).map((given) => ({ ...given }));
/** Long texts that stand in several alerts, under keys that can be an anchor's name and under others. */
const annotations = fc
  .dictionary(
    fc.constantFrom('description', 'status_url', 'a key'),
    fc.oneof(text, fc.constantFrom('x'.repeat(50), `${'y: '.repeat(20)}\n`)),
    { maxKeys: 3 },
  )
  .map((given) => ({ ...given }));
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({ kind: fc.constant('record' as const), record: text, says: text, expr: text, labels }),
  fc.record({
    kind: fc.constant('alert' as const),
    alert: text,
    says: text,
    expr: text,
    for: fc.nat(10_000),
    labels,
    annotations,
  }),
);
const group: fc.Arbitrary<RuleGroup> = fc.record({
  name: text,
  says: text,
  interval: fc.integer({ min: 1, max: 10_000 }),
  rules: fc.array(rule, { minLength: 1, maxLength: 4 }),
});

it('prints what parses to the same rules, whatever they and their sentences hold', () => {
  fc.assert(
    fc.property(fc.array(group, { minLength: 1, maxLength: 3 }), labels, (groups, head) => {
      const plain = groups.map(plainGroup);
      expect(load(printRuleFile(groups))).toEqual({ groups: plain });
      expect(load(printRuleFile(groups, { shared: true }))).toEqual({ groups: plain });
      expect(load(printRuleFile(groups, { head: { metadata: head }, under: 'spec' }))).toEqual({ metadata: head, spec: { groups: plain } });
    }),
    { numRuns: 400 },
  );
});

it('prints a text that ends in empty lines, after which js-yaml ends its document', () => {
  const rules = ['x', 'y'].map((expr): Rule => ({ kind: 'record', record: 'a:b:c', says: 'High.', expr: `${expr}\n\n`, labels: {} }));
  const groups = [{ name: 'tides', says: 'Of the sea.', interval: 30, rules }];
  expect(load(printRuleFile(groups))).toEqual({ groups: groups.map(plainGroup) });
});

it('prints a text that ends in empty lines, after which js-yaml ends its document', () => {
  const rules = ['x', 'y'].map((expr): Rule => ({ kind: 'record', record: 'a:b:c', says: 'High.', expr: `${expr}\n\n`, labels: {} }));
  const groups = [{ name: 'tides', says: 'Of the sea.', interval: 30, rules }];
  expect(load(printRuleFile(groups))).toEqual({ groups: groups.map(plainGroup) });
});

it('prints each sentence above its rule, on one line', () => {
  const rules: Rule[] = [{ kind: 'record', record: 'a:b:c', says: 'It is\nhigh  tide.', expr: 'x\n+ y', labels: { tide: 'high' } }];
  expect(printRuleFile([{ name: 'tides', says: 'Of the sea.', interval: 30, rules }], { head: { namespace: 'harbour' } })).toBe(
    `namespace: harbour
groups:
# Of the sea.
- name: tides
  interval: 30s
  rules:
  # It is high tide.
  - record: a:b:c
    expr: |-
      x
      + y
    labels:
      tide: high
`,
  );
});

it('prints a long annotation of several alerts once, and names it in the others', () => {
  const alert = (name: string, description: string): Rule => ({
    ...{ kind: 'alert', alert: name, says: 'High.', expr: 'x', labels: {} },
    annotations: { summary: 'Short, and in each.', description },
  });
  const [sea, river, alone] = [
    'The sea is as high as it has been in a hundred years.',
    'The river is as high as it has been in ten years.',
    'Nobody else says what this one alert says of it.',
  ];
  const alerts = [
    ['Sea', sea],
    ['Bay', sea],
    ['River', river],
    ['Brook', river],
    ['Pond', alone],
  ].map(([name, text]) => alert(name!, text!));
  const printed = printRuleFile([{ name: 'tides', says: 'Of the sea.', interval: 30, rules: alerts }], { shared: true });
  expect(printed.split('\n').filter((line) => line.includes('description: '))).toEqual([
    `      description: &description ${sea}`,
    '      description: *description',
    `      description: &description_2 ${river}`,
    '      description: *description_2',
    `      description: ${alone}`,
  ]);
  expect(printed.match(/summary: Short, and in each\./g)).toHaveLength(5);
});
