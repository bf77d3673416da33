import { describe, expect, it } from 'vitest';
import { above, all, any, below, type Criterion, coincides, HOUR, not } from '../../src/domain/criterion.ts';
import { type Companion, signalsAskedAtZero } from '../../src/domain/zeros.ts';
import { avg, changedWithin, increase, last, max, min, regular, tracks } from '../support/invented.ts';

const asked = (criterion: Criterion, how: 'met' | 'either' = 'met', companionOf?: Companion): string[] =>
  [...signalsAskedAtZero({ met: [], either: [], [how]: [criterion] }, companionOf)].sort();

const swell = last('swell');

describe('a signal is asked at 0', () => {
  it.each<[string, Criterion]>([
    ['below', below(swell, 1)],
    ['not above', not(above(swell, 1))],
    ['above less than nothing', above(swell, -1)],
    ['by its increase', above(increase('swell', HOUR), 0)],
    ['by its mean', above(avg('swell', HOUR), 1)],
    ['by its least', above(min('swell', HOUR), 1)],
    ['as a curve', tracks('swell', 'swell', { over: HOUR, atLeast: 0.5 })],
    ['as an event before spikes', coincides(above(swell, 1), above(swell, 2), { within: 60, over: HOUR, atLeast: 0.5 })],
    ['not changed', not(changedWithin('swell', HOUR))],
    ['not regular', not(regular('swell', { over: HOUR }))],
    ['below, beside an above of another window', all(above(last('swell', 60), 0), below(swell, 1))],
    ['below, beside an above that is not needed', any(above(swell, 0), below(swell, 1))],
  ])('%s', (_, criterion) => expect(asked(criterion)).toEqual(['swell']));

  it('above, where the verdict is recorded as 0 too', () => expect(asked(above(swell, 1), 'either')).toEqual(['swell']));
});

describe('a signal is not asked at 0', () => {
  it.each<[string, Criterion]>([
    ['above', above(swell, 0)],
    ['above by its most', any(above(max('swell', HOUR), 1))],
    ['not below', not(below(swell, 1))],
    ['twice not', not(not(above(swell, 1)))],
    ['changed', changedWithin('swell', HOUR)],
    ['regular', regular('swell', { over: HOUR })],
    ['below, beside an above of the same', all(above(swell, 0.5), below(swell, 1.5))],
  ])('%s', (_, criterion) => expect(asked(criterion)).toEqual([]));
});

describe('a companion is asked in its place', () => {
  const companionOf: Companion = (name) => ({ swell: 'wind' })[name as string] as ReturnType<Companion>;

  it.each<[string, Criterion, string]>([
    ['where samples decide', not(above(swell, 1)), 'wind'],
    ['not where an increase does', above(increase('swell', HOUR), 1), 'swell'],
  ])('%s', (_, criterion, whom) => expect(asked(criterion, 'met', companionOf)).toEqual([whom]));
});
