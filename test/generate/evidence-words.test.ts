import { describe, expect, it } from 'vitest';
import { clause, type EvidenceDeclaration } from '../../src/domain/cause.ts';
import { above, all, any, below, coincides } from '../../src/domain/criterion.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import type { PrintableSignal } from '../../src/generate/catalogue.ts';
import { generalSentence, withLabel } from '../../src/generate/evidence-words.ts';
import { changedWithin, last, tracks } from '../support/invented.ts';

const swell = above(last('swell'), 2);
const wind = above(last('wind'), 9);
const evidence = (says: EvidenceDeclaration['says'], when = swell): EvidenceDeclaration => ({ id: 'rough', when, weight: 'strong', says });

const CATALOGUE = { signals: [gauge('swell', 'metres'), gauge('wind', 'seconds'), gauge('draught', 'ratio'), gauge('tide', 'metres')] };

function gauge(name: string, unit: string): PrintableSignal {
  return { name, help: '', kind: 'gauge', metric: `aggregated_api_${name}_${unit}`, source: 'pods' };
}

describe('an alert says of any API', () => {
  it.each<[string, EvidenceDeclaration, string]>([
    ['a sentence without names and numbers as it is', evidence('The sea is rough.'), 'The sea is rough.'],
    ['more than what was asked for a number above it', evidence('Waves of {value} m.'), 'Waves of more than 2 m.'],
    ['less than it for one below', evidence('Waves of {value} m.', below(last('swell'), 1)), 'Waves of less than 1 m.'],
    ['the number with the unit of its signal', evidence('It blows for {value}.', wind), 'It blows for more than 9 s.'],
    ['a share in percent', evidence('It uses {value} of it.', above(last('draught'), 0.9)), 'It uses more than 90 % of it.'],
    [
      'the weakest of several',
      evidence('It is {value}.', any(wind, above(last('swell'), 4), above(last('tide'), 3))),
      'It is more than 3.',
    ],
    ['the value of the first of all', evidence('Waves of {value} m.', all(swell, wind)), 'Waves of more than 2 m.'],
    ['at least one', evidence('{value|ship is|ships are} late.', above(last('tide'), 0)), 'At least one ship is late.'],
    ['the least whole number', evidence('{value|ship is|ships are} late.', above(last('tide'), 2.5)), 'At least 3 ships are late.'],
    ['fewer than', evidence('{value|ship is|ships are} late.', below(last('tide'), 2.5)), 'Fewer than 3 ships are late.'],
    [
      'the share of a window without its beginning',
      evidence(
        '{met} of {of} failed checks since {from} came in a gale.',
        coincides(wind, swell, { within: 60, over: 3600, atLeast: 0.8 }),
      ),
      'At least 80 % of the failed checks came in a gale.',
    ],
    [
      'the correlation',
      evidence('Since {from}, ships are late with the tide (correlation {r}).', tracks('tide', 'swell', { over: 3600, atLeast: 0.7 })),
      'Ships are late with the tide (correlation at least 0.7).',
    ],
    [
      'no name of a Service or namespace',
      evidence('Service {service} does not exist in namespace {namespace}.'),
      'The Service does not exist in its namespace.',
    ],
    [
      'only the clauses that follow from what was met',
      evidence([clause('waves are high', swell), clause('the wind is strong', wind)]),
      'Waves are high.',
    ],
    [
      'which of several it may be, where one of them follows',
      evidence([clause('waves are high', swell), clause('the wind is strong', wind)], any(swell, wind)),
      'Waves are high, or the wind is strong.',
    ],
    [
      'all clauses where all follow',
      evidence([clause('waves are high', swell), clause('the wind is strong', wind)], all(swell, wind)),
      'Waves are high; the wind is strong.',
    ],
  ])('%s', (_, declaration, sentence) => {
    expect(generalSentence(declaration, CATALOGUE)).toBe(sentence);
  });

  it('nothing that does not follow', () => {
    expect(() => generalSentence(evidence([clause('the wind is strong', wind)]), CATALOGUE)).toThrow(
      'evidence rough: its criterion carries no clause',
    );
  });

  it.each([
    ['{value}', changedWithin('tide', 60)],
    ['{value|ship|ships}', any(swell, below(last('tide'), 1))],
    ['{met} of {of}', wind],
    ['{r}', wind],
  ])('no number that its criterion does not tell: %s', (text, when) => {
    expect(() => generalSentence(evidence(text, when), CATALOGUE)).toThrow(`clause "${text}": its criterion is ${when.kind}`);
  });

  const declarations = BUILT_IN.causes.flatMap((cause) =>
    [...cause.evidence, ...(cause.lookBack ?? [])].map((one) => [`${cause.id}/${one.id}`, one] as const),
  );
  it.each(declarations)('a whole sentence of %s', (_, declaration) => {
    expect(generalSentence(declaration, BUILT_IN)).toMatch(/^[^a-z{}][^{}]{8,300}\.$/);
  });
});

it('prints what label_replace would take for a group of its pattern as text', () => {
  expect(withLabel('vector(1)', 'says', 'It costs $1')).toBe('label_replace(vector(1), "says", "It costs $$1", "", "")');
});
