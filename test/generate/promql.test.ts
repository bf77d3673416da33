import { describe, expect, it } from 'vitest';
import { askedAtZero } from '../../src/correlations/zeros.ts';
import { above, all, any, below, type Criterion, coincides, HOUR, MINUTE, not, signalsOf } from '../../src/domain/criterion.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { documentedElsewhere } from '../../src/generate/elsewhere.ts';
import { type PromqlContext, printCriterion, printWhere, windowOf } from '../../src/generate/promql.ts';
import { criteriaOf } from '../../src/generate/recording-rules.ts';
import { avg, changedWithin, increase, last, max, min, regular, tracks } from '../support/invented.ts';
import { SMALL_CATALOGUE } from './small-catalogue.ts';
import { syntaxErrors } from './support/syntax.ts';

const CONTEXT: PromqlContext = {
  catalogue: SMALL_CATALOGUE,
  options: { scrapeInterval: 30, clusterLabels: ['cluster'], with: [] },
  momentOf: (_, part) => part,
};

const by = (range: string) => `max by (cluster, apiservice) (${range})`;
const SWELL = by('last_over_time(aggregated_api_swell_ratio[5m])');

describe('criteria as PromQL', () => {
  it.each<[string, Criterion, string, string]>([
    ['above', above(last('swell'), 0.8), `${SWELL} > 0.8`, `${SWELL} <= 0.8`],
    ['below', below(last('swell'), 0.8), `${SWELL} < 0.8`, `${SWELL} >= 0.8`],
    [
      'static labels',
      above(min('wind', 5 * MINUTE), 1),
      `${by('min_over_time(aggregated_api_wind_ratio{mast="fore"}[5m])')} > 1`,
      `${by('min_over_time(aggregated_api_wind_ratio{mast="fore"}[5m])')} <= 1`,
    ],
    [
      'max',
      above(max('swell', 10 * MINUTE), 1),
      `${by('max_over_time(aggregated_api_swell_ratio[10m])')} > 1`,
      `${by('max_over_time(aggregated_api_swell_ratio[10m])')} <= 1`,
    ],
    [
      'avg',
      above(avg('swell', HOUR), 1),
      `${by('avg_over_time(aggregated_api_swell_ratio[1h])')} > 1`,
      `${by('avg_over_time(aggregated_api_swell_ratio[1h])')} <= 1`,
    ],
    [
      'increase',
      above(increase('groundings', HOUR), 0),
      `${by('increase(aggregated_api_groundings_total[1h])')} > 0`,
      `${by('increase(aggregated_api_groundings_total[1h])')} <= 0`,
    ],
    [
      'a short window is widened',
      above(last('swell', MINUTE), 1),
      `${by('last_over_time(aggregated_api_swell_ratio[2m])')} > 1`,
      `${by('last_over_time(aggregated_api_swell_ratio[2m])')} <= 1`,
    ],
    [
      'changedWithin',
      changedWithin('buoy-moved', HOUR),
      `time() - ${by('last_over_time(aggregated_api_buoy_moved_timestamp_seconds[5m])')} <= 3600`,
      `time() - ${by('last_over_time(aggregated_api_buoy_moved_timestamp_seconds[5m])')} > 3600`,
    ],
    [
      'regular',
      regular('failing', { over: HOUR }),
      `${by('last_over_time(aggregated_api_failures_periodic[5m])')} > 0.5`,
      `${by('last_over_time(aggregated_api_failures_periodic[5m])')} <= 0.5`,
    ],
    ['not swaps', not(above(last('swell'), 0.8)), `${SWELL} <= 0.8`, `${SWELL} > 0.8`],
    [
      'all is true by and, false by or',
      all(above(last('swell'), 1), below(last('swell'), 3)),
      `${SWELL} > 1\nand ${SWELL} < 3`,
      `${SWELL} <= 1\nor ${SWELL} >= 3`,
    ],
    [
      'any is true by or, false by and',
      any(above(last('swell'), 1), below(last('swell'), 0)),
      `${SWELL} > 1\nor ${SWELL} < 0`,
      `${SWELL} <= 1\nand ${SWELL} >= 0`,
    ],
    [
      'parts with the other operator keep their parentheses',
      all(any(above(last('swell'), 1), above(last('swell'), 2)), above(last('swell'), 3)),
      `(\n  ${SWELL} > 1\n  or ${SWELL} > 2\n)\nand ${SWELL} > 3`,
      `(\n  ${SWELL} <= 1\n  and ${SWELL} <= 2\n)\nor ${SWELL} <= 3`,
    ],
    [
      'parts with the same operator need none, also through not',
      all(not(any(above(last('swell'), 1), above(last('swell'), 2))), above(last('swell'), 0)),
      `${SWELL} <= 1\nand ${SWELL} <= 2\nand ${SWELL} > 0`,
      `${SWELL} > 1\nor ${SWELL} > 2\nor ${SWELL} <= 0`,
    ],
  ])('%s', (_, criterion, where, whereNot) => {
    expect(printWhere(criterion, true, CONTEXT)).toBe(where);
    expect(printWhere(criterion, false, CONTEXT)).toBe(whereNot);
  });

  it('prints 0 and 1, and nothing for what was not observed', () => {
    expect(printCriterion(above(last('swell'), 0.8), CONTEXT)).toBe(`${SWELL} > bool 0.8`);
    expect(printCriterion(not(above(last('swell'), 0.8)), CONTEXT)).toBe(`(${SWELL} <= 0.8) ^ 0\nor 0 * (${SWELL} > 0.8)`);
  });

  it.each<Criterion>([
    tracks('swell', 'wind', { over: HOUR, atLeast: 0.7 }),
    coincides(above(last('swell'), 1), above(last('failing'), 0.5), { within: 5 * MINUTE, over: HOUR, atLeast: 0.6 }),
    any(
      tracks('swell', 'wind', { over: HOUR, atLeast: 0.7 }),
      not(coincides(above(last('swell'), 1), above(last('failing'), 0.5), { within: MINUTE, over: HOUR, atLeast: 0.6 })),
    ),
  ])('%j parses, true and false', (criterion) => {
    for (const text of [printWhere(criterion, true, CONTEXT), printWhere(criterion, false, CONTEXT), printCriterion(criterion, CONTEXT)])
      expect(syntaxErrors(text)).toEqual([]);
  });

  it('keeps every cluster label, or none', () => {
    const options = { ...CONTEXT.options, clusterLabels: ['cluster', 'region'] };
    expect(printWhere(above(last('swell'), 1), true, { ...CONTEXT, options })).toContain('max by (cluster, region, apiservice)');
    expect(printWhere(above(last('swell'), 1), true, { ...CONTEXT, options: { ...options, clusterLabels: [] } })).toContain(
      'max by (apiservice)',
    );
  });

  it.each([
    [60, 30, 120],
    [120, 30, 120],
    [300, 30, 300],
    [300, 75, 300],
    [0, 15, 60],
  ])('a window of %d s at an interval of %d s becomes %d s', (window, interval, printed) => {
    expect(windowOf(window, interval)).toBe(printed);
  });

  it('refuses what PromQL cannot say', () => {
    expect(() => printWhere(regular('swell', { over: HOUR }), true, CONTEXT)).toThrow('regular("swell"): PromQL knows no onsets');
    expect(() => printWhere(above(last('tsunami'), 1), true, CONTEXT)).toThrow(
      'signal "tsunami": the catalogue has no signal of this name',
    );
  });
});

describe('a signal that has no series at 0, beside another one that tells that it is observed', () => {
  const companions = {
    signals: SMALL_CATALOGUE.signals.map((signal) => (signal.name === 'swell' ? { ...signal, observedWith: 'wind' as never } : signal)),
  };
  const context: PromqlContext = { ...CONTEXT, catalogue: companions };
  const observed = by('last_over_time(aggregated_api_wind_ratio{mast="fore"}[5m])');
  const swell = above(last('swell'), 0.8);

  it('is asked as it is whether it is above something', () => expect(printWhere(swell, true, context)).toBe(`${SWELL} > 0.8`));
  it.each([
    ['whether it is not above', printWhere(swell, false, context), `(${SWELL} or 0 * ${observed}) <= 0.8`],
    ['whether it is below', printWhere(below(last('swell'), 0.8), true, context), `(${SWELL} or 0 * ${observed}) < 0.8`],
    ['for 1 or 0', printCriterion(swell, context), `(${SWELL} or 0 * ${observed}) > bool 0.8`],
    [
      'before what another exporter says',
      printWhere(swell, true, { ...context, elsewhere: new Set(['swell']) }),
      `(${SWELL} or 0 * ${observed} or ${by('last_over_time(apiservice_signal:aggregated_api_elsewhere:value{signal="swell"}[5m])')}) > 0.8`,
    ],
  ])('is asked with its 0 %s', (_, printed, expected) => expect(printed).toBe(expected));
});

describe('what another exporter tells too', () => {
  it('has a series at 0, or a companion that has one: our own 0 counts before its word', () => {
    const asked = askedAtZero(BUILT_IN, BUILT_IN.signals);
    const read = new Set<string>(criteriaOf(BUILT_IN).flatMap(signalsOf));
    const told = documentedElsewhere().flatMap(({ signals }) => signals);
    const silent = told.filter((name) => {
      const { kind, observedWith } = BUILT_IN.signals.find((signal) => signal.name === name)!;
      return read.has(name) && kind !== 'timestamp' && !asked.has(name) && !asked.has(observedWith ?? '');
    });
    expect(silent).toEqual([]);
  });
});
