import { describe, expect, it } from 'vitest';
import { countInWords, type Hurt, type HurtFacts, hurtCount, impactOf } from '../../src/domain/impact.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';

const NOBODY_LOOKED: HurtFacts = {
  autoscaler: UNOBSERVED,
  namespace: UNOBSERVED,
  webhook: UNOBSERVED,
  controller: UNOBSERVED,
  client: UNOBSERVED,
};
const hpa = (name: string): Hurt => ({ kind: 'autoscaler', name, says: `HPA ${name} cannot scale` });

describe('whom an API hurts', () => {
  it('is counted beyond what is listed', () => {
    const api = { hurt: { ...NOBODY_LOOKED, autoscaler: observed([hpa('a'), hpa('b')]) }, hurtUnlisted: { autoscaler: 3 } };
    expect(hurtCount(api, 'autoscaler')).toBe(5);
    expect(impactOf(api)).toMatchObject({ counts: { autoscaler: 5 }, says: '5 HPAs cannot scale' });
  });

  it('has no number where it is not observed, and 0 where nobody was found', () => {
    const api = { hurt: { ...NOBODY_LOOKED, namespace: observed([]) } };
    expect(impactOf(api)?.counts).toEqual({ namespace: 0 });
    expect(impactOf(api)).not.toHaveProperty('says');
  });

  it('is told of five of a kind', () => {
    const api = { hurt: { ...NOBODY_LOOKED, autoscaler: observed(['a', 'b', 'c', 'd', 'e', 'f'].map(hpa)) } };
    expect(impactOf(api)?.told.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('says of whom nothing is known, and why', () => {
    const api = {
      hurt: {
        ...NOBODY_LOOKED,
        autoscaler: { state: 'forbidden', rule: 'hpas: list' },
        namespace: { state: 'unobserved', why: 'GET: 500' },
      },
    } as const;
    expect(impactOf(api)?.notKnown.slice(0, 3)).toEqual([
      { kind: 'autoscaler', why: 'we may not see them', rule: 'hpas: list' },
      { kind: 'namespace', why: 'GET: 500' },
      { kind: 'webhook', why: 'nobody looks for them' },
    ]);
  });

  it('is nothing of a text, where nobody could look', () => {
    expect(impactOf({})).toBeUndefined();
    expect(hurtCount({}, 'autoscaler')).toBeUndefined();
  });

  it.each([
    [0, undefined],
    [1, '1 namespace hangs in its deletion'],
    [2, '2 namespaces hang in their deletion'],
  ])('%s namespaces', (count, words) => {
    expect(countInWords('namespace', count)).toBe(words);
  });
});
