import type { Clock } from '../source/clock.ts';

/** `skipped` = nothing was measured; it neither starts nor ends a burst. */
export type JobOutcome = 'ok' | 'failed' | 'skipped';

export interface Job {
  /** Stable: decides when within the interval the job runs. */
  readonly key: string;
  /** Milliseconds until the next usual run; asked after each run. */
  interval(): number;
  /** Milliseconds until the next run where that does not come at its usual moment; it ends a burst. Undefined: it does. */
  rest?(): number | undefined;
  /** Must not reject. */
  run(): Promise<JobOutcome>;
}

export interface ScheduleOptions {
  readonly clock: Clock;
  /** Runs at burst pace after a first failure, whatever their outcome. */
  readonly burstSteps: number;
  readonly burstStepMs: number;
  /** The first run of a new job comes within this time. */
  readonly firstWithinMs: number;
  /** 0 to 1; for jitter. */
  readonly random?: () => number;
}

export interface Schedule {
  add(job: Job): void;
  /** Runs the job soon, when it is not about to run or running; its moments afterwards are the usual ones. */
  hurry(key: string): void;
  remove(key: string): void;
  stop(): void;
  readonly size: number;
}

/** Share of the interval by which a run may be early or late, so that exporters of many clusters do not fall into step. */
const JITTER = 0.05;
/** Jobs that are hurried come within this time, each at a moment of its own. */
const SOON_MS = 300;

/** Runs each job at its own moment of the interval, by the hash of its key: never all at once, and never twice at a time. */
export function createSchedule({ clock, burstSteps, burstStepMs, firstWithinMs, random = Math.random }: ScheduleOptions): Schedule {
  const planned = new Map<string, Planned>();
  let stopped = false;

  const plan = (job: Job, delay: number, state: BurstState): void => {
    if (stopped) return;
    const run: Planned = { job, state, until: clock() + delay, started: false, timer: setTimeout(() => void step(run), delay) };
    planned.set(job.key, run);
  };

  const step = async (run: Planned): Promise<void> => {
    const { job } = run;
    run.started = true;
    const outcome = await job.run();
    // Removed, or removed and added anew, while it ran.
    if (planned.get(job.key) !== run) return;
    const rest = job.rest?.();
    if (rest !== undefined) {
      // Never longer: that is what was promised.
      plan(job, rest * (1 - JITTER * random()), { failing: true, burstLeft: 0 });
      return;
    }
    const state = nextState(run.state, outcome, burstSteps);
    plan(job, state.burstLeft > 0 ? burstStepMs : untilPhase(job, clock(), random()), state);
  };

  return {
    add(job) {
      clearTimeout(planned.get(job.key)?.timer);
      const delay = fractionOf(job.key) * Math.min(firstWithinMs, job.interval());
      plan(job, delay, { failing: false, burstLeft: 0 });
    },
    hurry(key) {
      const next = planned.get(key);
      if (!next || next.started || next.until - clock() <= SOON_MS) return;
      clearTimeout(next.timer);
      plan(next.job, random() * SOON_MS, next.state);
    },
    remove(key) {
      clearTimeout(planned.get(key)?.timer);
      planned.delete(key);
    },
    stop() {
      stopped = true;
      for (const { timer } of planned.values()) clearTimeout(timer);
      planned.clear();
    },
    get size() {
      return planned.size;
    },
  };
}

/** The next run of a job, or the one that goes on. */
interface Planned {
  readonly job: Job;
  readonly state: BurstState;
  /** Unix milliseconds. */
  readonly until: number;
  readonly timer: NodeJS.Timeout;
  started: boolean;
}

interface BurstState {
  readonly failing: boolean;
  readonly burstLeft: number;
}

/** A burst starts at the first failure after a success at the usual pace, and runs to its end. */
function nextState({ failing, burstLeft }: BurstState, outcome: JobOutcome, burstSteps: number): BurstState {
  if (burstLeft > 0) return { failing: outcome === 'skipped' ? failing : outcome === 'failed', burstLeft: burstLeft - 1 };
  if (outcome === 'skipped') return { failing, burstLeft: 0 };
  if (outcome === 'ok') return { failing: false, burstLeft: 0 };
  return { failing: true, burstLeft: failing ? 0 : burstSteps };
}

/** Time until the job's moment comes again, at least half an interval away. */
function untilPhase(job: Job, now: number, random: number): number {
  const interval = job.interval();
  const earliest = now + interval / 2;
  const phase = fractionOf(job.key) * interval;
  const next = earliest + ((((phase - earliest) % interval) + interval) % interval);
  return Math.max(1, next - now + (random * 2 - 1) * JITTER * interval);
}

/** FNV-1a, as a fraction of 1. */
export function fractionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  // FNV leaves neighbouring keys near to each other in the high bits: mix once more.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
