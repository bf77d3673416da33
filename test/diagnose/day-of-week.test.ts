import { describe, expect, it } from 'vitest';
import { dayOfWeek } from '../../src/diagnose/day-of-week.ts';
import { EpisodeLog } from '../../src/diagnose/episodes.ts';
import { parseState } from '../../src/diagnose/parse-state.ts';
import { patternOf } from '../../src/diagnose/pattern.ts';
import { patternInWords } from '../../src/diagnose/report/pattern-words.ts';
import { matchSchedule } from '../../src/diagnose/schedules.ts';
import { isOfDayOfWeek } from '../../src/domain/pattern.ts';
import { createRandom } from '../../src/simulator/random.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** A Monday, 00:00 UTC. */
const START = Date.UTC(2026, 0, 5) / 1000;
const three = 3 * HOUR;

/** Mondays of these weeks. */
const mondays = (weeks: readonly number[], second = three, jitter: (week: number) => number = () => 0) =>
  weeks.map((week) => START + week * WEEK + second + jitter(week));
const hoursOf = (days: number, watched: (hour: number) => boolean = () => true) =>
  new Set(Array.from({ length: days * 24 }, (_, hour) => START / HOUR + hour).filter((hour) => watched(hour - START / HOUR)));
const ask = (onsets: readonly number[], days: number, watched?: (hour: number) => boolean) =>
  dayOfWeek(
    [...onsets].sort((a, b) => a - b),
    hoursOf(days, watched),
    START + days * DAY,
  );

describe('a day of the week', () => {
  it.each<[string, readonly number[], number, { readonly met: number; readonly of: number } | undefined]>([
    ['four Mondays', mondays([0, 1, 2, 3]), 28, { met: 4, of: 4 }],
    ['three Mondays: too few', mondays([0, 1, 2]), 28, undefined],
    ['four of five Mondays', mondays([0, 1, 3, 4]), 35, { met: 4, of: 5 }],
    ['three of five Mondays', mondays([0, 1, 4]), 35, undefined],
    ['within a quarter of an hour', mondays([0, 1, 2, 3], three, (week) => week * 280), 28, { met: 4, of: 4 }],
    ['half an hour apart', mondays([0, 1, 2, 3], three, (week) => (week % 2) * 2000), 28, undefined],
    ['around midnight', mondays([1, 2, 3, 4], 0, (week) => (week % 2 === 0 ? -400 : 400)), 35, { met: 4, of: 4 }],
    ['beside a few at other times', [...mondays([0, 1, 2, 3]), START + 2 * DAY, START + 10.3 * DAY], 28, { met: 4, of: 4 }],
    ['each night, Mondays too', Array.from({ length: 28 }, (_, day) => START + day * DAY + three), 28, undefined],
    [
      'each night of a working day',
      Array.from({ length: 28 }, (_, day) => day)
        .filter((day) => day % 7 < 5)
        .map((day) => START + day * DAY + three),
      28,
      undefined,
    ],
  ])('%s', (_, onsets, days, expected) => {
    const found = ask(onsets, days);
    if (expected) expect(found).toMatchObject(expected);
    else expect(found).toBeUndefined();
  });

  it('is named with its time', () => {
    expect(ask(mondays([0, 1, 2, 3]), 28)).toMatchObject({ weekday: 1, secondOfDay: three });
    expect(ask(mondays([0, 1, 2, 3], 6 * DAY + 23 * HOUR), 35)).toMatchObject({ weekday: 0, secondOfDay: 23 * HOUR });
  });

  it('counts no week in which nobody looked at that time', () => {
    const blind = (hour: number) => Math.floor(hour / (7 * 24)) !== 2;
    expect(ask(mondays([0, 1, 3, 4]), 35, blind)).toMatchObject({ met: 4, of: 4 });
  });

  it('is not told where the other days were hardly looked at', () => {
    expect(ask(mondays([0, 1, 2, 3]), 28, (hour) => hour % (7 * 24) < 24)).toBeUndefined();
  });

  it('is not the Monday that has not been yet', () => {
    const at = (second: number) => dayOfWeek(mondays([0, 1, 2, 3]), hoursOf(29), START + 28 * DAY + second);
    expect(at(three)).toMatchObject({ met: 4, of: 4 });
    expect(at(three + 900)).toMatchObject({ met: 4, of: 5 });
  });

  it('is found with jitter and other failures, and never where failures come at random, in working hours or by night', () => {
    const random = createRandom(11);
    const draw = () => random.integer(0, 1e6) / 1e6;
    const RUNS = 300;
    let found = 0;
    for (let run = 0; run < RUNS; run++) {
      const second = draw() * WEEK;
      const others = Array.from({ length: random.integer(0, 4) }, () => START + draw() * 5 * WEEK);
      const told = ask([...mondays([0, 1, 2, 3], second, () => (draw() - 0.5) * 900), ...others], 35);
      if (told) found++;
    }
    const anyTime = () => START + draw() * 5 * WEEK;
    const atWork = () => START + Math.floor(draw() * 5) * WEEK + Math.floor(draw() * 5) * DAY + (9 + draw() * 8) * HOUR;
    const byNight = () => START + Math.floor(draw() * 35) * DAY + (2 + draw()) * HOUR;
    const wrong: string[] = [];
    for (const [name, moment] of Object.entries({ anyTime, atWork, byNight }))
      for (const count of [4, 6, 10, 20, 40, 100])
        for (let run = 0; run < RUNS; run++) if (ask(Array.from({ length: count }, moment), 35)) wrong.push(`${count} ${name}`);
    process.stdout.write(
      `day of week: found ${((100 * found) / RUNS).toFixed(1)} % of weekly failures; ${wrong.length} of 5400 random ones\n`,
    );
    expect(found / RUNS).toBeGreaterThan(0.8);
    // The bound is one in a thousand of each kind.
    expect(wrong.length, wrong.join()).toBeLessThanOrEqual(5);
  });
});

describe('what is remembered of weeks', () => {
  /** Five minutes each Monday from three on, looked at each ten minutes, and each minute while it fails; over a restart each noon. */
  function weekly(until: number): EpisodeLog {
    let log = new EpisodeLog();
    for (let second = 0; second < until; second += 60) {
      const inWeek = second % WEEK;
      if (second % DAY === 12 * HOUR) log = new EpisodeLog(JSON.parse(JSON.stringify(log)) as ReturnType<EpisodeLog['toJSON']>);
      if (second % 600 === 0 || (inWeek >= three - 120 && inWeek < three + 600))
        log.append(START + second, inWeek >= three && inWeek < three + 300);
    }
    return log;
  }
  const patternAt = (until: number) => patternOf(weekly(until).list, START + until, undefined, weekly(until).memory);

  it('is a day and a time, said in words, over restarts', () => {
    const later = 3 * WEEK + three + HOUR;
    const pattern = patternAt(later);
    expect(pattern.onsets).toHaveLength(2);
    expect(patternInWords(pattern, START + later)).toContain(
      '; every Monday about 03:00 UTC: it began then in each of the 4 weeks in which that time was observed',
    );
    expect(patternInWords(patternAt(2 * WEEK + three + HOUR), START + 2 * WEEK + three + HOUR)).not.toContain('Monday');
  });

  it('knows the failure that comes again, and the schedule that runs then', () => {
    const pattern = patternAt(4 * WEEK + three + 60);
    expect(isOfDayOfWeek(pattern)).toBe(true);
    const job = (schedule: string) => ({ jobs: [{ object: 'Schedule keep/weekly', schedule, runs: [] }], changes: [] });
    expect(matchSchedule(pattern, job('0 3 * * 1'))).toBe('Schedule keep/weekly (0 3 * * 1)');
    expect(matchSchedule(pattern, job('0 4 * * 1'))).toBeUndefined();
  });

  it('takes a failure of another time for another', () => {
    const log = weekly(4 * WEEK + 2 * DAY);
    for (const [at, failing] of [
      [60, false],
      [120, true],
    ] as const)
      log.append(START + 4 * WEEK + 2 * DAY + at, failing);
    const pattern = patternOf(log.list, START + 4 * WEEK + 2 * DAY + 120, undefined, log.memory);
    expect(pattern.dayOfWeek).toMatchObject({ weekday: 1 });
    expect(isOfDayOfWeek(pattern)).toBe(false);
  });

  it('is one trouble however it flaps', () => {
    const log = new EpisodeLog();
    for (let second = 0; second < DAY; second += 60) log.append(START + second, second > 600 && second % 1800 < 120);
    expect(log.memory.toJSON().onsets).toEqual([START + 1800]);
  });

  it('holds no more onsets than it is bounded to, and is read again from a state', () => {
    const log = new EpisodeLog();
    for (let second = 0; second < 36 * DAY; second += 60) log.append(START + second, second % (2 * HOUR) === HOUR);
    const { onsets, hours } = log.memory.toJSON();
    expect(onsets).toHaveLength(128);
    const state = {
      version: 2,
      history: { names: [], apis: {} },
      episodes: { 'v1.tides.example.com': log.toJSON() },
      ledger: {},
      held: {},
    };
    const restored = new EpisodeLog(parseState(JSON.stringify(state)).episodes['v1.tides.example.com']);
    expect(restored.memory.toJSON()).toEqual({ onsets, hours });
  });
});
