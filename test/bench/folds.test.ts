import { describe, expect, it } from 'vitest';
import { confidenceOf, fittedOn, possibleOf } from '../../bench/fit.ts';
import { foldsOf, intervalByProgram, unseenConfidences } from '../../bench/folds.ts';
import { isRight } from '../../bench/measures.ts';
import { programOf } from '../../bench/programs.ts';
import type { TextRow } from '../../bench/text-rows.ts';
import type { Category } from '../../src/domain/category.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';

describe('the program of a row', () => {
  it.each([
    ['keda', 'harbour/tides', 'keda'],
    ['KEDA (metrics apiserver)', 'harbour/tides', 'keda'],
    ['metrics-server (AKS)', 'harbour/tides', 'metrics-server'],
    ['kubevirt virt-api', 'harbour/tides', 'kubevirt'],
    ['cdi-apiserver', 'harbour/tides', 'kubevirt'],
    ['OLM package-server', 'harbour/tides', 'olm'],
    ['Tide Gauge', 'harbour/tides', 'tide-gauge'],
    ['custom aggregated apiserver', 'Harbour/tides', 'harbour'],
    ['kube-apiserver (k3s)', 'harbour/tides', 'harbour'],
    ['', 'harbour/tides', 'harbour'],
    ['', '', 'unnamed'],
  ])('%s of %s', (software, repository, expected) => {
    expect(programOf(software, repository)).toBe(expected);
  });
});

let rows = 0;
const row = (program: string, category: Category, differs: Partial<TextRow> = {}): TextRow => ({
  id: `row-${rows++}`,
  text: '',
  truth: 'tls-certificate',
  also: [],
  pattern: 'unknown',
  label: 'likely',
  decidable: true,
  program,
  top: { cause: category === 'unknown' ? 'unknown' : 'rust', category, confidence: 0.9 } as Diagnosis,
  scores: category === 'unknown' ? [0] : [4, 0],
  kinds: 1,
  victim: category === 'unknown' ? 'condition' : undefined,
  ...differs,
});
const many = (count: number, ...of: Parameters<typeof row>) => Array.from({ length: count }, () => row(...of));

describe('what is fitted', () => {
  const honest = [...many(30, 'gauge', 'tls-certificate'), ...many(10, 'gauge', 'authn-authz')];

  it('says what came true', () => {
    const fitted = fittedOn(honest, '');
    expect(confidenceOf(honest[0]!, fitted)).toBeCloseTo(0.75, 1);
  });

  it('is surer of two kinds of evidence', () => {
    const fitted = fittedOn(honest, '');
    expect(confidenceOf(row('gauge', 'tls-certificate', { kinds: 2 }), fitted)).toBeGreaterThan(0.8);
  });

  it('counts what only victims speak of, and says nothing of what has no verdict', () => {
    const fitted = fittedOn([...honest, ...many(5, 'gauge', 'unknown', { truth: 'network-policy' })], 'a drawer');
    expect(fitted.rates).toMatchObject({ source: 'a drawer', byVictim: { condition: { 'network-policy': 5 } } });
    expect(possibleOf(row('x', 'unknown'), fitted, 3).map(([category]) => category)).toEqual([
      'tls-certificate',
      'network-policy',
      expect.any(String),
    ]);
    expect(confidenceOf(row('x', 'unknown'), fitted)).toBeLessThan(0.05);
    expect(confidenceOf(row('x', 'unknown', { top: undefined }), fitted)).toBeUndefined();
  });
});

describe('folds', () => {
  // Of `buoy` all is wrong: whoever has not seen it expects what came true of the others.
  const all = [...many(20, 'gauge', 'tls-certificate'), ...many(12, 'buoy', 'authn-authz'), ...many(6, 'pier', 'tls-certificate')];

  it('leave each program out as a whole', () => {
    const folds = foldsOf(all);
    expect(folds.map(({ program, rows: own }) => [program, own.length])).toEqual([
      ['gauge', 20],
      ['buoy', 12],
      ['pier', 6],
    ]);
    const unseen = unseenConfidences(folds);
    expect(unseen.size).toBe(all.length);
    expect(unseen.get(all[20]!.id)).toBeGreaterThan(0.9);
    expect(unseen.get(all[0]!.id)).toBeLessThan(unseen.get(all[20]!.id)!);
  });

  it('give an interval that is wider than so many rows alone would', () => {
    const right = (own: readonly TextRow[]) =>
      own.filter(({ id, truth, also, top }) => isRight({ id, truth, also, named: [top!.category], confidence: 1 })).length / own.length;
    const [low, high] = intervalByProgram(foldsOf(all), right);
    expect(low).toBeLessThan(0.4);
    expect(high).toBe(1);
    expect(intervalByProgram(foldsOf(all), right)).toEqual([low, high]);
  });
});
