import { describe, expect, it } from 'vitest';
import { weigh } from '../../src/diagnose/scoring.ts';
import type { Cause, WeightName } from '../../src/domain/cause.ts';
import { above, type Criterion } from '../../src/domain/criterion.ts';
import { ledgerOf } from '../../src/domain/ledger.ts';
import { inventCause, last } from '../support/invented.ts';

const when = above(last('a'), 0);
const cause = (id: string, differs: Partial<Parameters<typeof inventCause>[0]> = {}): Cause =>
  inventCause({
    id,
    category: 'pod-instability',
    part: 'backend',
    title: id,
    summary: '',
    severity: 'warning',
    prior: -1,
    evidence: [{ id: 'seen', when, weight: 'strong', says: 'It was seen.' }],
    remedy: [],
    verify: { command: '', expect: '' },
    references: [],
    ...differs,
  });

/** Truths by `<cause>/<evidence>`; what is not named is false. */
function weighed(causes: readonly Cause[], met: readonly string[], unseen: readonly string[] = [], unknownScore = 0) {
  const entries = ledgerOf(causes);
  const truths = entries.map((entry) => {
    const key = `${entry.cause}/${entry.evidence}`;
    return unseen.includes(key) ? undefined : met.includes(key);
  });
  return weigh(causes, entries, truths, { unknownScore, temperature: 2 });
}

const leak = cause('leak', { supersedes: ['drought'] });
const drought = cause('drought', {
  evidence: [
    { id: 'dry', when, weight: 'suggestive', says: 'It is dry.' },
    { id: 'hint', when, weight: 'circumstantial', says: 'A hint.' },
    { id: 'wet', when, weight: 'stronglyAgainst', says: 'It is wet.' },
  ],
});
const tide = cause('tide', { evidence: [], lookBack: [{ id: 'earlier', when, weight: 'suggestive', says: 'An hour ago.' }] });
const all = [leak, drought, tide];

describe('scoring', () => {
  it.each<[string, readonly string[], readonly [string, number][]]>([
    ['nothing met: unknown alone', [], [['unknown', 0]]],
    [
      'direct evidence',
      ['leak/seen'],
      [
        ['leak', 3],
        ['unknown', 0],
      ],
    ],
    ['circumstantial evidence names nothing', ['drought/hint'], [['unknown', 0]]],
    [
      'it adds to direct evidence',
      ['drought/dry', 'drought/hint'],
      [
        ['drought', 2],
        ['unknown', 0],
      ],
    ],
    [
      'evidence against takes away',
      ['drought/dry', 'drought/wet'],
      [
        ['unknown', 0],
        ['drought', -3],
      ],
    ],
    [
      'a cause explains its consequences away',
      ['leak/seen', 'drought/dry', 'drought/superseded-by-leak'],
      [
        ['leak', 3],
        ['unknown', 0],
        ['drought', -15],
      ],
    ],
    [
      'look-back evidence counts when nothing else does',
      ['tide/earlier'],
      [
        ['tide', 1],
        ['unknown', 0],
      ],
    ],
    [
      'look-back evidence is silent beside direct evidence',
      ['tide/earlier', 'drought/dry'],
      [
        ['drought', 1],
        ['unknown', 0],
      ],
    ],
    [
      'look-back evidence beside circumstantial evidence',
      ['tide/earlier', 'drought/hint'],
      [
        ['tide', 1],
        ['unknown', 0],
      ],
    ],
  ])('%s', (_, met, expected) => {
    expect(weighed(all, met).map(({ cause: id, score }) => [id, score])).toEqual(expected);
  });

  it('keeps what is met in the order of the catalogue', () => {
    expect(weighed(all, ['drought/wet', 'drought/hint', 'drought/dry'])[1]!.met.map(({ evidence }) => evidence)).toEqual([
      'dry',
      'hint',
      'wet',
    ]);
  });

  it('adds nothing for what was not observed', () => {
    expect(weighed(all, ['drought/dry'], ['drought/wet', 'leak/seen'])[0]).toMatchObject({ cause: 'drought', score: 1 });
  });

  it('gives confidences that add up to 1, by the temperature', () => {
    const [first, second] = weighed(all, ['leak/seen']);
    expect(first!.confidence).toBeCloseTo(Math.exp(3 / 2) / (Math.exp(3 / 2) + 1), 12);
    expect(first!.confidence + second!.confidence).toBeCloseTo(1, 12);
  });

  it('leaves a share to the causes that show no evidence, as if they were one more candidate', () => {
    const entries = ledgerOf([leak]);
    const share = (otherScore?: number) =>
      weigh(
        [leak],
        entries,
        entries.map(() => true),
        { unknownScore: 0, temperature: 2, ...(otherScore !== undefined && { otherScore }) },
      );
    const [top, unknown] = share(2);
    const whole = Math.exp(3 / 2) + 1 + Math.exp(2 / 2);
    expect([top!.confidence, unknown!.confidence]).toEqual([expect.closeTo(Math.exp(3 / 2) / whole, 12), expect.closeTo(1 / whole, 12)]);
    expect(share().reduce((sum, one) => sum + one.confidence, 0)).toBeCloseTo(1, 12);
  });

  it('prefers unknown to a guess that is no better, and orders other ties as the rules do', () => {
    const permutations = [
      'flood spring ebb',
      'flood ebb spring',
      'spring flood ebb',
      'spring ebb flood',
      'ebb flood spring',
      'ebb spring flood',
    ];
    for (const ids of permutations.map((order) => order.split(' ')))
      expect(
        weighed(
          ids.map((id) => cause(id)),
          ['flood/seen', 'spring/seen', 'ebb/seen'],
          [],
          3,
        ).map((one) => one.cause),
      ).toEqual(['unknown', 'ebb', 'spring', 'flood']);
  });

  it('stays finite with extreme scores', () => {
    const [first] = weighed([cause('a', { prior: 5000 })], ['a/seen']);
    expect(first!.confidence).toBe(1);
  });
});

describe('causes that differ only in depth', () => {
  const sees = (id: string, weight: WeightName, signal: string) => ({ id, when: above(last(signal), 0), weight, says: '' });
  const late = cause('late', {
    evidence: [sees('slow', 'strong', 'slow'), sees('line', 'circumstantial', 'line'), sees('quick', 'against', 'quick')],
  });
  const starved = cause('starved', {
    evidence: [sees('empty', 'suggestive', 'empty'), sees('line', 'circumstantial', 'line')],
    deepens: ['late'],
  });
  const other = cause('other', { evidence: [sees('slow', 'strong', 'slow')] });

  const holds = (criterion: Criterion, met: ReadonlySet<string>): boolean => {
    if (criterion.kind === 'above') return met.has(criterion.value.signal);
    if (criterion.kind === 'all') return criterion.of.every((part) => holds(part, met));
    return criterion.kind === 'any' && criterion.of.some((part) => holds(part, met));
  };
  const scores = (causes: readonly Cause[], ...met: string[]) => {
    const entries = ledgerOf(causes);
    const truths = entries.map(({ when: criterion }) => holds(criterion, new Set(met)));
    return weigh(causes, entries, truths, { unknownScore: 0, temperature: 2 }).map(({ cause: id, score }) => [id, score]);
  };

  it.each<[string, readonly string[], readonly [string, number][]]>([
    [
      'the shallower one stands without evidence of the deeper one',
      ['slow', 'line'],
      [
        ['late', 4],
        ['unknown', 0],
      ],
    ],
    [
      'the deeper one takes its place and its points, each once',
      ['slow', 'line', 'empty'],
      [
        ['starved', 6],
        ['unknown', 0],
        ['late', -12],
      ],
    ],
    [
      'what speaks against the shallower one is not passed on',
      ['slow', 'quick', 'empty'],
      [
        ['starved', 5],
        ['unknown', 0],
        ['late', -15],
      ],
    ],
    ['what is passed on names nothing alone', ['line'], [['unknown', 0]]],
  ])('%s', (_, met, expected) => expect(scores([late, starved], ...met)).toEqual(expected));

  it('share one verdict: a neighbour of another kind gets no more than before', () => {
    expect(scores([late, other, starved], 'slow', 'empty')).toEqual([
      ['starved', 5],
      ['other', 3],
      ['unknown', 0],
      ['late', -13],
    ]);
  });

  it('explain nothing more away by what was passed on', () => {
    const entries = ledgerOf([late, cause('starved', { ...starved, supersedes: ['other'] }), other]);
    expect(entries.filter(({ evidence }) => evidence === 'superseded-by-starved').map(({ cause: id }) => id)).toEqual(['late']);
  });
});
