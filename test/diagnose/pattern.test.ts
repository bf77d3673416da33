import { describe, expect, it } from 'vitest';
import { EpisodeLog, type EpisodeState } from '../../src/diagnose/episodes.ts';
import { patternOf } from '../../src/diagnose/pattern.ts';
import type { FailurePattern, PatternName } from '../../src/domain/pattern.ts';
import { createRandom } from '../../src/simulator/random.ts';

const START = Date.UTC(2026, 0, 5, 9) / 1000;

interface Sampling {
  readonly seconds: number;
  readonly step?: number;
  /** Times at which nobody looks: the exporter restarts, a tick is missed. */
  readonly blind?: (second: number) => boolean;
}

/** Samples the outages [start, end), seconds after START, and asks for the pattern at the end. */
function seen(outages: readonly (readonly [number, number])[], { seconds, step = 10, blind = () => false }: Sampling): FailurePattern {
  let log = new EpisodeLog();
  for (let second = 0; second <= seconds; second += step) {
    if (blind(second)) {
      // Restart included: what is remembered survives as JSON.
      log = new EpisodeLog(JSON.parse(JSON.stringify(log)) as EpisodeState);
      continue;
    }
    log.append(
      START + second,
      outages.some(([from, to]) => second >= from && second < to),
    );
  }
  return patternOf(log.list, START + seconds);
}

const every = (period: number, count: number, length = 30, first = 100, jitter: (n: number) => number = () => 0) =>
  Array.from({ length: count }, (_, n): [number, number] => {
    const start = first + n * period + jitter(n);
    return [start, start + length];
  });

describe('pattern', () => {
  it.each<[string, PatternName, [number, number][], Sampling]>([
    ['nothing fails', 'none', [], { seconds: 600 }],
    ['a failure more than an hour ago', 'none', [[100, 200]], { seconds: 3810 }],
    ['a failure less than an hour ago', 'transient', [[100, 200]], { seconds: 3790 }],
    ['one that passed', 'transient', [[100, 130]], { seconds: 600 }],
    ['one that began just now', 'transient', [[590, 999]], { seconds: 600 }],
    ['one that stays', 'persistent', [[570, 999]], { seconds: 600 }],
    ['failing since before we looked', 'persistent', [[0, 999]], { seconds: 0 }],
    [
      'two that passed',
      'intermittent',
      [
        [100, 130],
        [400, 440],
      ],
      { seconds: 600 },
    ],
    [
      'uneven ones',
      'intermittent',
      [
        [100, 130],
        [400, 440],
        [480, 500],
        [900, 910],
      ],
      { seconds: 1000 },
    ],
    [
      'short ones, then one that stays',
      'persistent',
      [
        [100, 130],
        [400, 440],
        [500, 9999],
      ],
      { seconds: 800 },
    ],
    [
      'short ones, then one that may stay',
      'intermittent',
      [
        [100, 130],
        [400, 440],
        [500, 9999],
      ],
      { seconds: 790 },
    ],
    [
      'an outage with lucky moments',
      'persistent',
      [
        [100, 400],
        [410, 900],
        [910, 9999],
      ],
      { seconds: 1000 },
    ],
    ['every ten minutes', 'periodic', every(600, 5), { seconds: 2700 }],
    ['every ten minutes, failing now', 'periodic', every(600, 5), { seconds: 2520 }],
    ['every ten minutes, and then for good', 'persistent', [...every(600, 4), [1900, 9999]], { seconds: 2600 }],
    ['every ten minutes, four exact onsets', 'periodic', every(600, 4), { seconds: 2000 }],
    ['every ten minutes, three onsets are too few at this resolution', 'intermittent', every(600, 3), { seconds: 1400, step: 15 }],
    ['every hour, three exact onsets', 'periodic', every(3600, 3), { seconds: 7400 }],
    ['every minute, seven onsets', 'periodic', every(60, 7, 20), { seconds: 500 }],
    ['every ten minutes, then over', 'intermittent', every(600, 5), { seconds: 2500 + 1510 }],
    ['every day, of which an hour of samples knows nothing', 'periodic', every(86_400, 4, 300), { seconds: 3 * 86_400 + 40_000, step: 30 }],
    ['every five minutes with drift', 'periodic', every(300, 10, 30, 100, (n) => n * n * 2), { seconds: 3000 }],
    ['every five minutes, one onset missed', 'periodic', every(300, 9).filter((_, n) => n !== 4), { seconds: 2700 }],
    ['every five minutes, each third tick missed', 'periodic', every(300, 9), { seconds: 2700, blind: (s) => s % 30 === 20 }],
    ['every five minutes, the exporter restarts for two', 'periodic', every(300, 9), { seconds: 2700, blind: (s) => s > 1200 && s < 1330 }],
    ['one outage across a restart is one', 'persistent', [[100, 9999]], { seconds: 1000, blind: (s) => s > 300 && s < 500 }],
  ])('%s: %s', (_, name, outages, sampling) => {
    expect(seen(outages, sampling).name).toBe(name);
  });

  it('gives period and phase', () => {
    const pattern = seen(every(600, 8, 60, 203), { seconds: 5000 });
    expect(pattern).toMatchObject({ name: 'periodic', periodSeconds: 600 });
    // Onset 203 s after the hour, seen at 210 s, known within 10 s.
    expect(pattern.phaseSeconds!).toBeGreaterThanOrEqual(195);
    expect(pattern.phaseSeconds!).toBeLessThanOrEqual(210);
    expect(pattern.onsets[0]).toBe(START + 210);
  });

  it('says since when a failure goes on, also when the cluster knows it better', () => {
    expect(seen([[400, 9999]], { seconds: 600 }).since).toBe(START + 400);
    const log = new EpisodeLog();
    log.append(START, true);
    expect(patternOf(log.list, START, START - 7200)).toEqual({ name: 'persistent', onsets: [], since: START - 7200 });
    log.append(START + 10, false);
    expect(patternOf(log.list, START + 10, START - 7200).since).toBeUndefined();
  });

  it('does not take unobserved moments for health', () => {
    const log = new EpisodeLog();
    log.append(START, true);
    for (let second = 10; second < 300; second += 10) log.append(START + second, undefined);
    expect(patternOf(log.list, START + 300)).toMatchObject({ name: 'persistent', since: START });
    log.append(START + 2000, true);
    expect(patternOf(log.list, START + 2000).name).toBe('intermittent');
  });

  it('remembers a bounded number of episodes', () => {
    const log = new EpisodeLog();
    for (let second = 0; second < 10_000; second += 10) log.append(START + second, second % 20 === 0);
    expect(log.list.length).toBe(64);
  });

  it.each([
    [300, 0.05, 6],
    [300, 0.1, 9],
    [300, 0.15, 12],
    [900, 0.1, 9],
  ])('finds a period of %d s with a jitter of ±%d after %d onsets in 95 of 100', (period, jitter, count) => {
    let found = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const next = createRandom(seed).next;
      const outages = every(period, count, 40, 100 + period, () => (2 * next() - 1) * jitter * period);
      const pattern = seen(outages, { seconds: 100 + period * (count + 0.5) });
      if (pattern.name === 'periodic' && Math.abs(pattern.periodSeconds! - period) < period * 0.05) found++;
    }
    expect(found / 200).toBeGreaterThanOrEqual(0.95);
  });

  it.each<[string, (next: () => number) => readonly [number, number]]>([
    ['Poisson', (next) => [-300 * Math.log(1 - next()), 20]],
    ['Poisson, often', (next) => [-60 * Math.log(1 - next()), 15]],
    ['exponential outages', (next) => [-200 * Math.log(1 - next()), 10 - 100 * Math.log(1 - next())]],
    ['uniform gaps', (next) => [600 * next(), 30]],
    ['each probe fails by chance', (next) => [10 * Math.ceil(Math.log(1 - next()) / Math.log(0.7)), 10]],
  ])('calls random failures periodic in at most 5 of 100 moments: %s', (_, gapAndLength) => {
    let periodic = 0;
    let asked = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const next = createRandom(seed * 7919).next;
      const outages: [number, number][] = [];
      for (let at = 0; at < 7200; ) {
        const [gap, length] = gapAndLength(next);
        outages.push([at + gap, at + gap + length]);
        at += gap + length;
      }
      for (const seconds of [1200, 2400, 3600, 7200]) {
        asked++;
        if (seen(outages, { seconds }).name === 'periodic') periodic++;
      }
    }
    expect(periodic / asked).toBeLessThanOrEqual(0.05);
  });
});
