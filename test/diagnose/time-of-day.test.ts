import { describe, expect, it } from 'vitest';
import { EpisodeLog } from '../../src/diagnose/episodes.ts';
import { parseState } from '../../src/diagnose/parse-state.ts';
import { patternOf } from '../../src/diagnose/pattern.ts';
import { patternInWords } from '../../src/diagnose/report/pattern-words.ts';
import { timeOfDay } from '../../src/diagnose/time-of-day.ts';
import { createRandom } from '../../src/simulator/random.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Midnight before the first day. */
const START = Date.UTC(2026, 0, 5) / 1000;

const hoursOf = (days: number, watched: (hour: number) => boolean = () => true) =>
  new Set(
    Array.from({ length: days * 24 }, (_, hour) => hour)
      .filter(watched)
      .map((hour) => START / HOUR + hour),
  );
/** At so many seconds after each of these midnights. */
const nights = (days: readonly number[], second: number, jitter: (day: number) => number = () => 0) =>
  days.map((day) => START + day * DAY + second + jitter(day));
const ask = (onsets: readonly number[], days: number, watched?: (hour: number) => boolean) =>
  timeOfDay(
    [...onsets].sort((a, b) => a - b),
    hoursOf(days, watched),
    START + days * DAY,
  );

const two = 2 * HOUR;

describe('a time of day', () => {
  it.each<[string, readonly number[], number, { readonly met: number; readonly of: number } | undefined]>([
    ['each of six nights', nights([0, 1, 2, 3, 4, 5], two), 6, { met: 6, of: 6 }],
    ['five of six nights', nights([0, 1, 2, 4, 5], two), 6, { met: 5, of: 6 }],
    ['four of five nights', nights([0, 1, 2, 4], two), 5, { met: 4, of: 5 }],
    ['four of six nights: too few of them', nights([0, 1, 3, 5], two), 6, undefined],
    ['each of four nights: too few were seen', nights([0, 1, 2, 3], two), 4, undefined],
    ['within a quarter of an hour', nights([0, 1, 2, 3, 4, 5], two, (day) => (day % 2 === 0 ? 0 : 850)), 6, { met: 6, of: 6 }],
    ['half an hour apart', nights([0, 1, 2, 3, 4, 5], two, (day) => (day % 2 === 0 ? 0 : 2000)), 6, undefined],
    ['beside a few at other times', [...nights([0, 1, 2, 3, 4, 5], two), ...nights([0, 3], 9 * HOUR)], 6, { met: 6, of: 6 }],
    [
      'beside one each half hour',
      nights([0, 1, 2, 3, 4, 5], 0).flatMap((at) => Array.from({ length: 48 }, (_, n) => at + n * 1800)),
      6,
      undefined,
    ],
    ['around midnight', nights([1, 2, 3, 4, 5], 0, (day) => (day % 2 === 0 ? -400 : 400)), 6, { met: 5, of: 5 }],
  ])('%s', (_, onsets, days, expected) => {
    const found = ask(onsets, days);
    if (expected) expect(found).toMatchObject(expected);
    else expect(found).toBeUndefined();
  });

  it('counts no night on which nobody looked at that time', () => {
    const away = (hour: number) => Math.floor(hour / 24) !== 3;
    expect(ask(nights([0, 1, 2, 4, 5], two), 6, away)).toMatchObject({ met: 5, of: 5 });
    // Blind for one hour of the two that the time touches.
    expect(ask(nights([0, 1, 2, 4, 5], two), 6, (hour) => hour !== 3 * 24 + 1)).toMatchObject({ met: 5, of: 5 });
    expect(ask(nights([0, 1, 2, 4], two), 6, (hour) => hour !== 3 * 24 + 1)).toMatchObject({ met: 4, of: 5 });
  });

  it('is not the night that has not been yet', () => {
    const onsets = nights([0, 1, 2, 3, 4], two);
    const at = (second: number) => timeOfDay(onsets, hoursOf(6), START + 5 * DAY + second);
    expect(at(HOUR)).toMatchObject({ met: 5, of: 5 });
    expect(at(two + 900)).toMatchObject({ met: 5, of: 6 });
  });

  it('of a zone is found on both sides of its change of clocks, and not while too few days are on one', () => {
    const local = (change: number) => nights([0, 1, 2, 3, 4, 5, 6, 7], two, (day) => (day < change ? 0 : -HOUR));
    expect(ask(local(8), 8)).toMatchObject({ secondOfDay: two, met: 8, of: 8 });
    expect(ask(local(0), 8)).toMatchObject({ secondOfDay: HOUR, met: 8, of: 8 });
    expect(ask(local(4), 8)).toBeUndefined();
  });

  it('is found with jitter, missed nights and other failures, and hardly ever where failures come at random', () => {
    const random = createRandom(7);
    const draw = () => random.integer(0, 1e6) / 1e6;
    const RUNS = 400;
    let found = 0;
    let exact = 0;
    for (let run = 0; run < RUNS; run++) {
      const second = draw() * DAY;
      const hits = [0, 1, 2, 3, 4, 5, 6, 7].filter(() => draw() < 0.93);
      const others = Array.from({ length: random.integer(0, 4) }, () => START + draw() * 8 * DAY);
      const told = ask([...nights(hits, second, () => (draw() - 0.5) * 900), ...others], 8);
      if (!told) continue;
      found++;
      const apart = Math.abs(told.secondOfDay - second);
      if (Math.min(apart, DAY - apart) <= 900) exact++;
    }
    const rates = [2, 5, 10, 20, 40, 64].map((count) => {
      let wrong = 0;
      for (let run = 0; run < RUNS; run++)
        if (
          ask(
            Array.from({ length: count }, () => START + draw() * 8 * DAY),
            8,
          )
        )
          wrong++;
      return [count, wrong / RUNS] as const;
    });
    process.stdout.write(
      `time of day: found ${((100 * found) / RUNS).toFixed(1)} % of nightly failures, ${((100 * exact) / found).toFixed(1)} % of them within a quarter of an hour; ` +
        `at random, by failures in 8 days: ${rates.map(([count, rate]) => `${count}: ${(100 * rate).toFixed(2)} %`).join(', ')}\n`,
    );
    expect(found / RUNS).toBeGreaterThan(0.8);
    expect(exact / found).toBeGreaterThan(0.99);
    for (const [, rate] of rates) expect(rate).toBeLessThanOrEqual(0.01);
  });
});

describe('what is remembered of days', () => {
  function nightly(days: number): EpisodeLog {
    let log = new EpisodeLog();
    for (let second = 0; second < days * DAY; second += 60) {
      // A restart each noon.
      if (second % DAY === 12 * HOUR) log = new EpisodeLog(JSON.parse(JSON.stringify(log)) as ReturnType<EpisodeLog['toJSON']>);
      log.append(START + second, second % DAY >= 2 * HOUR && second % DAY < 2 * HOUR + 300);
    }
    return log;
  }

  it('is a time, said in words, over restarts', () => {
    const log = nightly(6);
    const pattern = patternOf(log.list, START + 6 * DAY, undefined, log.memory);
    expect(pattern.timeOfDay).toMatchObject({ met: 6, of: 6 });
    expect(patternInWords(pattern, START + 6 * DAY)).toBe(
      'periodic: every 24 h; it began at about 02:00 UTC on 6 of the 6 days on which that time was observed',
    );
  });

  it('forgets a time that was given up, eight days later', () => {
    const onsets = nights([0, 1, 2, 3, 4, 5, 6, 7], two);
    expect(ask(onsets, 10)).toMatchObject({ met: 6, of: 8 });
    expect(ask(onsets, 11)).toBeUndefined();
  });

  it('holds five weeks of hours and a day, and no more', () => {
    const { hours } = nightly(50).memory;
    expect(hours.size).toBe(36 * 24 + 1);
    expect(Math.min(...hours)).toBe((START + 14 * DAY) / HOUR - 1);
  });

  it('of a state that was written before is nothing', () => {
    const episodes = { 'v1.tides.example.com': { episodes: [], lastGood: null, last: null } };
    const state = parseState(JSON.stringify({ version: 1, history: { names: [], apis: {} }, episodes, ledger: {}, held: {} }));
    expect(new EpisodeLog(state.episodes['v1.tides.example.com']).memory.hours.size).toBe(0);
  });
});
