import { type FailurePattern, isOfDayOfWeek } from '../domain/pattern.ts';
import type { Change, ScheduleFacts } from '../domain/snapshot.ts';
import { atLeast } from './chance.ts';
import { type CronSchedule, parseCron, runsAt } from './cron.ts';

/** A run explains an onset that follows it within this time: a job needs a while to do harm. Seconds. */
const AFTER_RUN = 120;
/** Clocks and sampling: an onset may seem to come a little before the run. Seconds. */
const BEFORE_RUN = 15;
/** Share of the onsets that must follow a run, and how unlikely that may be by chance. */
const SHARE = 0.8;
const CHANCE = 0.01;
const FEWEST_ONSETS = 3;
const MOST_ONSETS = 24;
const DAY = 86_400;

/** Controllers with a fixed period that no object shows. A failure with this period is theirs, or is provoked by them. */
export const KNOWN_PERIODS: readonly { readonly seconds: number; readonly what: string }[] = [
  { seconds: 15, what: 'HorizontalPodAutoscaler sync (every 15 s)' },
];

export interface ScheduleSources {
  /** CronJobs, and whatever else has a schedule of its own. */
  readonly jobs: readonly ScheduleFacts[];
  /** Changes that concern the API: its own, the nodes', the control plane's. */
  readonly changes: readonly Change[];
}

/**
 * What runs when the failures begin: a CronJob by its schedule or its runs, a change that recurs (certificate rotation,
 * rollout), or a controller with a known period. Undefined when nothing does, or when chance would explain it as well.
 */
export function matchSchedule(pattern: FailurePattern, { jobs, changes }: ScheduleSources): string | undefined {
  // Of a failure that comes each week the eight days that episodes are remembered hold two at most.
  const onsets = ((isOfDayOfWeek(pattern) ? pattern.dayOfWeek?.onsets : undefined) ?? pattern.onsets).slice(-MOST_ONSETS);
  if (onsets.length < FEWEST_ONSETS) return undefined;
  const candidates = [
    ...jobs.map((job) => ({ name: `${job.object} (${job.schedule})`, match: cronMatch(onsets, job) })),
    ...[...changesByObject(changes)].map(([name, times]) => ({ name, match: timesMatch(onsets, times) })),
  ].flatMap(({ name, match }) => (match ? [{ name, ...match }] : []));
  candidates.sort((a, b) => a.chance - b.chance || b.share - a.share || (a.name < b.name ? -1 : 1));
  if (candidates[0]) return candidates[0].name;
  const { periodSeconds } = pattern;
  return periodSeconds === undefined
    ? undefined
    : KNOWN_PERIODS.find(({ seconds }) => Math.abs(periodSeconds - seconds) <= seconds / 10)?.what;
}

interface Match {
  readonly share: number;
  /** Probability that random onsets would match as well. */
  readonly chance: number;
}

function cronMatch(onsets: readonly number[], job: ScheduleFacts): Match | undefined {
  const schedule = parseCron(job.schedule);
  const runs = job.runs.map((run) => run / 1000);
  if (!schedule) return timesMatch(onsets, runs);
  const offset = clockOffset(schedule, runs);
  const hits = onsets.filter((onset) => runBefore(schedule, onset, offset) || runs.some((run) => explains(run, onset))).length;
  return matchOf(hits, onsets.length, busyShare(schedule));
}

function runBefore(schedule: CronSchedule, onset: number, offset: number): boolean {
  for (let minute = Math.floor((onset + BEFORE_RUN) / 60) * 60; minute >= onset - AFTER_RUN; minute -= 60)
    if (runsAt(schedule, minute, offset)) return true;
  return false;
}

function explains(run: number, onset: number): boolean {
  return onset >= run - BEFORE_RUN && onset <= run + AFTER_RUN;
}

/** Offset in minutes of the schedule's clock from UTC (the snapshot has no time zone): the one by which the past runs fit. */
function clockOffset(schedule: CronSchedule, runs: readonly number[]): number {
  const minutes = runs.slice(-5).map((run) => Math.floor((run + 5) / 60) * 60);
  if (minutes.length === 0) return 0;
  for (let step = 0; step <= 56; step++)
    for (const offset of step === 0 ? [0] : [step * 15, -step * 15])
      if (minutes.every((minute) => runsAt(schedule, minute, offset) || runsAt(schedule, minute - 60, offset))) return offset;
  return 0;
}

/** Share of the minutes of a day (a week for weekly ones) in which an onset would be explained by a run. */
function busyShare(schedule: CronSchedule): number {
  const window = (AFTER_RUN + BEFORE_RUN) / 60;
  const perDay = schedule.minute.size * schedule.hour.size;
  const days = Math.min(schedule.dayOfWeek.size / 7, 1) * Math.min(schedule.dayOfMonth.size / 31, 1);
  return Math.min(1, (perDay * window * 60) / DAY) * Math.max(days, 1 / 31);
}

function timesMatch(onsets: readonly number[], times: readonly number[]): Match | undefined {
  if (times.length < FEWEST_ONSETS) return undefined;
  const from = Math.min(...times);
  const span = Math.max(...times) - from;
  // Older onsets cannot be explained by what is no longer remembered.
  const within = onsets.filter((onset) => onset >= from - BEFORE_RUN);
  const hits = within.filter((onset) => times.some((time) => explains(time, onset))).length;
  return span > 0 ? matchOf(hits, within.length, Math.min(1, (times.length * (AFTER_RUN + BEFORE_RUN)) / span)) : undefined;
}

function matchOf(hits: number, onsets: number, busy: number): Match | undefined {
  if (onsets < FEWEST_ONSETS || hits / onsets < SHARE) return undefined;
  const chance = atLeast(hits, onsets, busy);
  return chance <= CHANCE ? { share: hits / onsets, chance } : undefined;
}

function changesByObject(changes: readonly Change[]): ReadonlyMap<string, number[]> {
  const times = new Map<string, number[]>();
  for (const change of changes) {
    const name = `${change.what} of ${change.object}`;
    const known = times.get(name);
    if (known) known.push(change.at / 1000);
    else times.set(name, [change.at / 1000]);
  }
  return times;
}
