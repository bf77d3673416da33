import { EpisodeLog, type EpisodeState } from '../src/diagnose/episodes.ts';
import { patternOf } from '../src/diagnose/pattern.ts';
import type { PatternName } from '../src/domain/pattern.ts';
import { createRandom } from '../src/simulator/random.ts';

/** How often the temporal pattern is right on synthetic failures, sampled as an exporter on a busy cluster samples them. */
export interface PatternScore {
  readonly pattern: PatternName;
  readonly right: number;
  readonly all: number;
  /** What the wrong ones were called. */
  readonly wrong: ReadonlyMap<PatternName, number>;
}

type Outage = readonly [start: number, end: number];
const STEP = 10;
const HOUR = 3600;
const START = Date.UTC(2026, 0, 5, 9) / 1000;
const SEEDS = 200;

const between = (next: () => number, low: number, high: number) => low + (high - low) * next();

/** Outages within the hour before the question, in seconds since its beginning. */
const KINDS: Readonly<Record<PatternName, (next: () => number) => readonly Outage[]>> = {
  none: () => [],
  transient(next) {
    const start = between(next, 300, 3000);
    return [[start, start + between(next, 20, 240)]];
  },
  persistent: (next) => [[between(next, 300, 3400), 2 * HOUR]],
  // Waits without memory, as independent faults have.
  intermittent(next) {
    const outages: Outage[] = [];
    for (let at = 60 - 300 * Math.log(1 - next()); at < HOUR - 120; at += 60 - 400 * Math.log(1 - next())) {
      const length = between(next, 20, 60);
      outages.push([at, at + length]);
      at += length;
    }
    return outages.length >= 2
      ? outages
      : [
          [600, 640],
          [1900, 1930],
        ];
  },
  // A job every five to ten minutes, up to 3 % late or early, drifting a little.
  periodic(next) {
    const period = between(next, 300, 600);
    const drift = between(next, -0.002, 0.002) * period;
    const outages: Outage[] = [];
    for (let at = 60 + period * next(); at < HOUR - 90; at += period + drift) {
      const start = at + between(next, -0.03, 0.03) * period;
      outages.push([start, start + between(next, 30, 60)]);
    }
    return outages;
  },
};

function ask(outages: readonly Outage[], next: () => number): PatternName {
  let log = new EpisodeLog();
  const restartAt = STEP * Math.floor(between(next, 30, 330));
  for (let second = 0; second <= HOUR; second += STEP) {
    // One tick in thirty is missed; once the exporter restarts, goes on from what it saved, and is blind for half a minute.
    if (second === restartAt) log = new EpisodeLog(JSON.parse(JSON.stringify(log)) as EpisodeState);
    if (next() < 1 / 30 || (second >= restartAt && second < restartAt + 30)) continue;
    log.append(
      START + second,
      outages.some(([from, to]) => second >= from && second < to),
    );
  }
  return patternOf(log.list, START + HOUR).name;
}

export function patternScores(): PatternScore[] {
  return (Object.keys(KINDS) as PatternName[]).map((pattern, kind) => {
    const wrong = new Map<PatternName, number>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const next = createRandom(seed * 7919 + kind).next;
      const said = ask(KINDS[pattern](next), next);
      if (said !== pattern) wrong.set(said, (wrong.get(said) ?? 0) + 1);
    }
    const errors = [...wrong.values()].reduce((sum, count) => sum + count, 0);
    return { pattern, right: SEEDS - errors, all: SEEDS, wrong };
  });
}
