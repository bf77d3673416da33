import { describe, expect, it } from 'vitest';
import { clause, type EvidenceDeclaration } from '../../src/domain/cause.ts';
import { above, all, any, last } from '../../src/domain/criterion.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { generalSentence, wordsGroup } from '../../src/generate/evidence-words.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';

const swell = above(last('swell'), 2);
const wind = above(last('wind'), 9);
const evidence = (says: EvidenceDeclaration['says'], when = swell): EvidenceDeclaration => ({ id: 'rough', when, weight: 'strong', says });

describe('an alert says of any API', () => {
  it.each<[string, EvidenceDeclaration, string]>([
    ['a sentence without names and numbers as it is', evidence('The sea is rough.'), 'The sea is rough.'],
    ['N for a number that the exporter alone knows', evidence('Waves of {value} m.'), 'Waves of N m.'],
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
    expect(generalSentence(declaration)).toBe(sentence);
  });

  it('nothing that does not follow', () => {
    expect(() => generalSentence(evidence([clause('the wind is strong', wind)]))).toThrow(
      'evidence rough: its criterion carries no clause',
    );
  });

  const declarations = BUILT_IN.causes.flatMap((cause) =>
    [...cause.evidence, ...(cause.lookBack ?? [])].map((one) => [`${cause.id}/${one.id}`, one] as const),
  );
  it.each(declarations)('a whole sentence of %s', (_, declaration) => {
    expect(generalSentence(declaration)).toMatch(/^[^a-z{}][^{}]{8,300}\.$/);
  });
});

describe('the series of the sentences', () => {
  it('are one rule for each cause, with its title and each piece of evidence', () => {
    const { rules } = wordsGroup(SMALL_CATALOGUE);
    expect(rules.map(({ labels }) => labels.cause)).toEqual(SMALL_CATALOGUE.causes.map(({ id }) => id));
    const [tides] = rules.slice(-1);
    expect(tides!.expr).toBe(`label_replace(vector(1), "says", "It fails with the tide", "", "")
or
label_replace(label_replace(vector(1), "evidence", "periodic", "", ""), "says", "Even.", "", "")
or
label_replace(label_replace(vector(1), "evidence", "after-groundings", "", ""), "says", "After groundings.", "", "")`);
  });

  it('print what label_replace would take for a group of its pattern as text', () => {
    const [first] = SMALL_CATALOGUE.causes;
    const { rules } = wordsGroup({ ...SMALL_CATALOGUE, causes: [{ ...first!, title: 'It costs $1', evidence: [] }] });
    expect(rules[0]!.expr).toContain('"It costs $$1"');
  });

  it('are far smaller than the rules themselves', () => {
    expect(JSON.stringify(wordsGroup(BUILT_IN)).length).toBeLessThan(200_000);
  });
});
