import { describe, expect, it } from 'vitest';
import { above, all, any, below, type Criterion, coincides, HOUR, MINUTE, not } from '../../src/domain/criterion.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { momentName, productName } from '../../src/generate/moment-names.ts';
import { momentsOf } from '../../src/generate/moments.ts';
import type { CriterionOf } from '../../src/generate/promql.ts';
import { criteriaOf } from '../../src/generate/recording-rules.ts';
import { avg, changedWithin, last, max, regular, tracks } from '../support/invented.ts';

const high = above(last('swell'), 2);
const moved = changedWithin('buoy-moved', 5 * MINUTE);
const together = (event: Criterion, spike: Criterion) =>
  coincides(event, spike, { within: MINUTE, over: HOUR, atLeast: 0.5 }) as CriterionOf<'coincides'>;

describe('a moment is called by what it is', () => {
  it.each<[string, Criterion]>([
    ['swell-above-2', high],
    ['swell-below-0.5', below(last('swell'), 0.5)],
    ['swell-in-2m-above-2', above(last('swell', 2 * MINUTE), 2)],
    ['max-swell-in-5m-above-2', above(max('swell', 5 * MINUTE), 2)],
    ['avg-swell-in-1h-above-2', above(avg('swell', HOUR), 2)],
    ['buoy-moved-within-5m', moved],
    ['not-swell-above-2', not(high)],
    ['not-(swell-above-2-or-buoy-moved-within-5m)', not(any(high, moved))],
    ['swell-above-2-and-(swell-above-2-or-buoy-moved-within-5m)', all(high, any(high, moved))],
    ['swell-tracks-wind-by-0.7-over-1h', tracks('swell', 'wind', { over: HOUR, atLeast: 0.7 })],
    ['failing-regular-over-1h', regular('failing', { over: HOUR })],
    ['0.5-of-(swell-above-2-at-most-1m-after-buoy-moved-within-5m)-over-1h', together(moved, high)],
  ])('%s', (name, criterion) => {
    expect(momentName(criterion)).toBe(name);
  });

  it('and the spikes after an event by both', () => {
    expect(productName(together(moved, any(high, moved)))).toBe(
      '(swell-above-2-or-buoy-moved-within-5m)-at-most-1m-after-buoy-moved-within-5m',
    );
  });
});

describe('names of moments', () => {
  const labels = (criteria: readonly Criterion[]) => {
    const { coincidences, labelOf } = momentsOf(criteria);
    return coincidences.flatMap((one) => (['spike', 'event', 'both'] as const).map((part) => labelOf(one, part)));
  };

  it('of the catalogue hold no hash', () => {
    const names = labels(criteriaOf(BUILT_IN));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => /[0-9a-f]{8}/.test(name) || !/^[a-z0-9.-]+$/.test(name))).toEqual([]);
  });

  it('stay when the catalogue grows around them', () => {
    const grown = [together(high, moved), ...criteriaOf(BUILT_IN)];
    expect(labels(grown)).toEqual(expect.arrayContaining(labels(criteriaOf(BUILT_IN))));
  });

  it('are refused when two that differ would share one', () => {
    const named = above(last('swell-above-2-and-wind'), 3);
    expect(() => momentsOf([together(moved, named), together(moved, all(high, above(last('wind'), 3)))])).toThrow(
      'moment "swell-above-2-and-wind-above-3": it would name both ',
    );
  });
});
