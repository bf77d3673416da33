import { describe, expect, it } from 'vitest';
import type { Course } from '../../src/domain/incident.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { type Measured, MOST_SLOTS, measuredBetween, NOTHING_REACHED, reached, withMeasured } from '../../src/incidents/course.ts';
import { pack } from '../../src/incidents/packed.ts';
import { parseIncident } from '../../src/incidents/parse-incident.ts';
import { healthyApi, healthySnapshot, healthyTally } from '../support/healthy.ts';
import { incident } from './incident.ts';
import { Played, START } from './ticks.ts';

const asked = (count: number, failed: number) => [{ vantage: 'aggregator' as const, asked: count, failed }];
const courseOf = (...measured: readonly (readonly [after: number, Measured])[]): Course =>
  measured.reduce<Course | undefined>((course, [after, of]) => withMeasured(course, START + after, of), undefined)!;

describe('slots', () => {
  it('begin at a multiple of their length, and take in what is measured in them', () => {
    expect(courseOf([3, { asked: asked(1, 0) }], [7, { asked: asked(2, 2) }], [10, { asked: asked(1, 1) }])).toEqual({
      step: 10,
      slots: [
        { at: START, asked: asked(3, 2) },
        { at: START + 10, asked: asked(1, 1) },
      ],
    });
  });

  it.each<[string, Measured, Measured, Partial<Measured>]>([
    ['of latencies the mean of what passed', { asked: asked(4, 1), seconds: 0.1 }, { asked: asked(1, 0), seconds: 0.5 }, { seconds: 0.2 }],
    ['of ready endpoints the fewest', { asked: [], ready: 2 }, { asked: [], ready: 0 }, { ready: 0 }],
    ['of lines the sum', { asked: [], lines: 2 }, { asked: [], lines: 3 }, { lines: 5 }],
    ['of load the most', { asked: [], inflight: 0.25 }, { asked: [], inflight: 0.125 }, { inflight: 0.25 }],
    ['what only one has', { asked: [], ready: 1 }, { asked: [], lines: 0 }, { ready: 1, lines: 0 }],
  ])('hold %s', (_, a, b, expected) => {
    const { at: _at, asked: _asked, ...rest } = courseOf([0, a], [5, b]).slots[0]!;
    expect(rest).toEqual(expected);
  });

  it('become twice as long when they would be too many, and nothing is lost', () => {
    const ticks = (count: number) => courseOf(...Array.from({ length: count }, (_, n) => [10 * n, { asked: asked(1, 1) }] as const));
    expect([ticks(MOST_SLOTS).step, ticks(MOST_SLOTS).slots.length]).toEqual([10, MOST_SLOTS]);
    expect([ticks(MOST_SLOTS + 1).step, ticks(MOST_SLOTS + 1).slots.length]).toEqual([20, 31]);
    const day = ticks(8640);
    expect(day.slots.length).toBeLessThanOrEqual(MOST_SLOTS);
    expect(day.slots.reduce((sum, { asked: of }) => sum + of[0]!.asked, 0)).toBe(8640);
    expect(day.slots.every(({ at }) => at % day.step === 0)).toBe(true);
  });
});

describe('slots are never too many', () => {
  const since = (times: readonly number[]) => times.map((after) => [after, { asked: asked(1, 1) }] as const);

  it.each<[string, readonly number[]]>([
    ['when it fails for a moment each half an hour', Array.from({ length: 90 }, (_, n) => 1800 * n)],
    ['when the clock is set an hour forward and back again and again', Array.from({ length: 130 }, (_, n) => 10 * n + 3600 * (n % 2))],
  ])('%s', (_, times) => {
    for (let count = MOST_SLOTS; count <= times.length; count++) {
      const course = courseOf(...since(times.slice(0, count)));
      expect(course.slots.length).toBeLessThanOrEqual(MOST_SLOTS);
      expect(course.slots.reduce((sum, { asked: of }) => sum + of[0]!.asked, 0)).toBe(count);
      expect(parseIncident(JSON.parse(JSON.stringify(pack(incident({ course })))))).toEqual(incident({ course }));
    }
  });

  it('nor too long, where the clock was set back', () => {
    expect(courseOf(...since(Array.from({ length: 300 }, (_, n) => 10 * n + 3600 * (n % 2)))).step).toBe(160);
  });
});

describe('what is measured between two ticks', () => {
  const { cluster } = healthySnapshot();
  const tally = (attempts: number, failed: number) =>
    healthyTally('aggregator', 'discovery', {
      attempts,
      failures: { connection_refused: failed },
      durationBuckets: [0, attempts - failed],
      durationSum: (attempts - failed) * 0.02,
    });
  const lines = (count: number): Partial<ApiFacts> => ({
    logs: observed({
      lines: { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0 },
      matches: [{ signature: 'torn', speaker: 'aggregated-server', count, lastAt: 0, sample: '' }],
      dropped: { budget: 0, truncated: 0, gap: 0 },
      unknownTemplates: [],
      lastWords: [],
    }),
  });
  const between = (before: Partial<ApiFacts>, now: Partial<ApiFacts>) =>
    measuredBetween(reached(healthyApi(before)), healthyApi(now), cluster);

  it('is what counters grew by, and the mean of what passed', () => {
    expect(between({ probes: [tally(4, 1)] }, { probes: [tally(10, 4)] })).toMatchObject({ asked: asked(6, 3), seconds: 0.02 });
  });

  it.each<[string, Partial<ApiFacts>, Partial<ApiFacts>, keyof Measured]>([
    ['no latency where nothing passed', { probes: [tally(1, 0)] }, { probes: [tally(3, 2)] }, 'seconds'],
    ['no endpoints where nobody sees them', {}, { endpoints: UNOBSERVED }, 'ready'],
    ['no lines where no log is read', lines(1), {}, 'lines'],
    ['no lines that were counted before anybody looked', { logs: UNOBSERVED }, lines(900), 'lines'],
    ['no lines of counters that began anew', lines(9), lines(2), 'lines'],
  ])('is %s', (_, before, now, key) => {
    expect(between(before, now)).not.toHaveProperty(key);
  });

  it('is no line where none came, and all that came', () => {
    expect(between(lines(9), lines(9)).lines).toBe(0);
    expect(between(lines(9), lines(11)).lines).toBe(2);
  });

  it('is nothing of an API that is not there', () => {
    expect(measuredBetween(NOTHING_REACHED, undefined, cluster)).toMatchObject({ asked: [] });
  });
});

it('an incident has the course of its failing and of its recovery, not of the calm between', () => {
  const [one] = new Played().play('well', 'a', 'a', '~a', 'well', 'well', 'a').incidents;
  expect(one?.course?.slots.map(({ at }) => at - START)).toEqual([10, 20, 30, 60]);
});

it('is read back from a file as it was; one without it, of an earlier version, too', () => {
  expect(parseIncident(JSON.parse(JSON.stringify(incident())))).toEqual(incident());
  const { course: _, during: __, ...older } = incident();
  expect(parseIncident(older)).toEqual(older);
});
