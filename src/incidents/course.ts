import type { Course, CourseSlot, VantageCount } from '../domain/incident.ts';
import { observedValue } from '../domain/observed.ts';
import type { ProbeTally } from '../domain/probe.ts';
import type { ApiFacts, ClusterFacts } from '../domain/snapshot.ts';
import { addCounts, askedBetween, passedBetween } from './vantage-counts.ts';

/** Seconds of a slot of an incident that is young. */
const FIRST_STEP = 10;
export const MOST_SLOTS = 60;

/** What counters of one API had reached at a tick. */
export interface Reached {
  readonly probes: readonly ProbeTally[];
  /** Known error lines; absent where no log is read. */
  readonly lines?: number;
}

/** What was measured between two ticks. */
export type Measured = Omit<CourseSlot, 'at'>;

export const NOTHING_REACHED: Reached = { probes: [] };

export function reached(api: ApiFacts | undefined): Reached {
  const logs = api && observedValue(api.logs);
  return {
    probes: api?.probes ?? [],
    ...(logs && { lines: logs.matches.reduce((sum, { count }) => sum + count, 0) }),
  };
}

export function measuredBetween(before: Reached, api: ApiFacts | undefined, { apiservers }: ClusterFacts): Measured {
  const now = reached(api);
  const passed = passedBetween(before.probes, now.probes, 'aggregator');
  const ready = api && observedValue(api.endpoints)?.ready;
  const inflight = apiservers.flatMap(({ metrics }) => observedValue(metrics)?.inflightRatio ?? []);
  // What was counted before we looked came at times that nobody knows.
  const lines = before.lines === undefined || now.lines === undefined ? undefined : now.lines - before.lines;
  return {
    asked: askedBetween(before.probes, now.probes),
    ...(passed !== undefined && { seconds: Number(passed.toPrecision(3)) }),
    ...(ready !== undefined && { ready }),
    ...(lines !== undefined && lines >= 0 && { lines }),
    ...(inflight.length > 0 && { inflight: Number(Math.max(...inflight).toFixed(3)) }),
  };
}

/** Where slots become too many, they become twice as long, until they are no more than 60: however long it lasts, and however far apart they are. @param at Unix seconds. */
export function withMeasured(course: Course | undefined, at: number, measured: Measured): Course {
  const all = [...(course?.slots ?? []), { at, ...measured }];
  let step = course?.step ?? FIRST_STEP;
  let slots = merged(all, step);
  while (slots.length > MOST_SLOTS) {
    step *= 2;
    slots = merged(slots, step);
  }
  return { step, slots };
}

/** Those that fall into one slot of this length are one, also where the clock was set back between them. */
function merged(slots: readonly CourseSlot[], step: number): readonly CourseSlot[] {
  const found = new Map<number, CourseSlot>();
  for (const slot of slots) {
    const at = Math.floor(slot.at / step) * step;
    const own = slot.at === at ? slot : { ...slot, at };
    const known = found.get(at);
    found.set(at, known ? both(known, own) : own);
  }
  return [...found.values()];
}

/** Counts are summed; of states the worst one stays. */
export function both(a: CourseSlot, b: CourseSlot): CourseSlot {
  const [seconds, ready, lines, inflight] = [
    meanOf(a, b),
    worst(Math.min, a.ready, b.ready),
    worst((x, y) => x + y, a.lines, b.lines),
    worst(Math.max, a.inflight, b.inflight),
  ];
  return {
    at: Math.min(a.at, b.at),
    asked: addCounts(a.asked, b.asked),
    ...(seconds !== undefined && { seconds }),
    ...(ready !== undefined && { ready }),
    ...(lines !== undefined && { lines }),
    ...(inflight !== undefined && { inflight }),
  };
}

function worst(of: (a: number, b: number) => number, a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : of(a, b);
}

function meanOf(a: CourseSlot, b: CourseSlot): number | undefined {
  const [of, and] = [passedOf(a.asked), passedOf(b.asked)];
  const mean = (x: number, y: number) => (of + and === 0 ? x : Number(((x * of + y * and) / (of + and)).toPrecision(3)));
  return worst(mean, a.seconds, b.seconds);
}

function passedOf(asked: readonly VantageCount[]): number {
  const through = asked.find(({ vantage }) => vantage === 'aggregator');
  return through ? through.asked - through.failed : 0;
}
