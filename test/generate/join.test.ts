import { describe, expect, it } from 'vitest';
import { joinGroup } from '../../src/generate/formats/join.ts';
import { type RecordingRule, type Rule, record, together } from '../../src/generate/rule-book.ts';
import { syntaxErrors } from './support/syntax.ts';

const tide = (labels: Record<string, string>, expr = 'vector(1)') => record('a:tide:b', `The tide of ${labels.port}.`, expr, labels);
const wind = record('a:wind:b', 'The wind.', 'vector(2)');
const group = (rules: readonly Rule[]) => ({ name: 'sea', says: 'Of the sea.', interval: 30, rules });
const harbours = together('tides', [tide({ port: 'quay' }), tide({ port: 'mole', height: 'spring' }, 'vector(3)\nor\nvector(4)')]);

describe('a group with more rules than the limit', () => {
  it('has neighbours as one rule, each with its sentence and its labels', () => {
    const { rules } = joinGroup(group([...harbours, wind]), 2);
    expect(rules).toEqual([
      {
        kind: 'record',
        record: 'a:tide:b',
        says: '2 rules in one.',
        expr: `# The tide of quay.
label_replace(
  vector(1)
, "port", "quay", "", "")
or
# The tide of mole.
label_replace(label_replace(
  vector(3)
  or
  vector(4)
, "port", "mole", "", ""), "height", "spring", "", "")`,
        labels: {},
      },
      wind,
    ]);
    expect(syntaxErrors((rules[0] as RecordingRule).expr)).toEqual([]);
  });

  it.each<[string, readonly Rule[]]>([
    ['no word', [tide({ port: 'quay' }), tide({ port: 'mole' }), wind]],
    ['different words', [...together('a', [tide({ port: 'quay' })]), ...together('b', [tide({ port: 'mole' })]), wind]],
    ['another rule between them', [harbours[0]!, wind, harbours[1]!]],
  ])('keeps apart what has %s', (_, rules) => {
    expect(joinGroup(group(rules), 2).rules).toEqual(rules);
  });
});

it('leaves a group that keeps to the limit as it is', () => {
  expect(joinGroup(group([...harbours, wind]), 3).rules).toEqual([...harbours, wind]);
});
