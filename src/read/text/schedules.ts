import type { SignatureCount } from '../../domain/snapshot.ts';
import { beginEvenly } from './even-onsets.ts';
import { ageOf } from './times.ts';

const HEAD = /^(?:NAMESPACE\s+)?NAME\s+SCHEDULE\s+(?:TIMEZONE\s+)?SUSPEND\s+ACTIVE\s+LAST SCHEDULE\s+AGE/;
const MOST_ROWS = 200;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** What of a server's failures and of schedules the text tells, in seconds before it. */
export interface Ages {
  /** Of events that say that its pods fail, or are ended. */
  readonly onsets: readonly number[];
  /** Of Jobs that a CronJob made. */
  readonly runs: readonly number[];
  /** The text points to a cause of its own. */
  readonly explained: boolean;
}

interface CronJobRow {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly period: number;
  /** Seconds before the text. */
  readonly last: number;
  /** A Job of it runs. */
  readonly active: boolean;
}

/** Rows of `kubectl get cronjobs` (1.21 to 1.37; TIMEZONE since 1.31) of what runs on a schedule and is not suspended. */
export class CronJobTable {
  readonly #rows: CronJobRow[] = [];
  #open = false;
  #namespaced = false;

  /** @param namespace that the command asks for. */
  read(line: string, namespace: string | undefined): boolean {
    if (line.startsWith('NAME')) {
      this.#open = HEAD.test(line);
      this.#namespaced = line.startsWith('NAMESPACE');
      return this.#open;
    }
    if (!this.#open) return false;
    const cells = line
      .slice(0, 1000)
      .trim()
      .split(/\s{2,}|\t/);
    const space = this.#namespaced ? cells.shift() : namespace;
    if (cells.length < 6 || this.#rows.length >= MOST_ROWS) this.#open = false;
    else this.#row(cells, space);
    return this.#open;
  }

  #row(cells: readonly string[], namespace: string | undefined): void {
    const [name = '', schedule = ''] = cells;
    // TIMEZONE is not in all versions: from the end.
    const [suspended, active, last = ''] = cells.slice(-4);
    const period = periodOf(schedule);
    const ago = ageOf(last);
    if (period === undefined || ago === undefined || suspended === 'True') return;
    this.#rows.push({ namespace, name: name.replace(/^.{0,100}\//, ''), period, last: ago, active: active !== '0' });
  }

  end(): void {
    this.#open = false;
  }

  /** Of this namespace, where the text tells both. */
  of(namespace: string | undefined): readonly CronJobRow[] {
    return this.#rows.filter((row) => namespace === undefined || row.namespace === undefined || row.namespace === namespace);
  }
}

const NUMBER = String.raw`\d{1,2}`;
/** Schedules that have one distance from a run to the next. */
const PERIODS: readonly (readonly [schedule: RegExp, unit: number])[] = [
  [new RegExp(String.raw`^\*/(${NUMBER}) \* \* \* \*$`), MINUTE_S],
  [new RegExp(String.raw`^(?:@hourly|${NUMBER} \* \* \* \*)$`), HOUR_S],
  [new RegExp(String.raw`^${NUMBER} \*/(${NUMBER}) \* \* \*$`), HOUR_S],
  [new RegExp(String.raw`^(?:@daily|@midnight|${NUMBER} ${NUMBER} \* \* \*)$`), DAY_S],
];

/** Seconds from one run to the next, of the schedules that have one (robfig/cron 3, which the CronJob controller reads them with). */
function periodOf(schedule: string): number | undefined {
  for (const [pattern, unit] of PERIODS) {
    const found = pattern.exec(schedule.trim());
    if (found) return Number(found[1] ?? 1) * unit || undefined;
  }
  return undefined;
}

const FEWEST = 3;
/** Errors that are nearer to each other are of one failure. */
const ONE_FAILURE_S = 5 * MINUTE_S;
/** What a Job breaks, it breaks soon after it began; from ten minutes on kubectl prints ages in whole minutes. */
const SOON_S = 3 * MINUTE_S;
/** Where something runs oftener, each failure has a run before it. */
const SELDOM_S = 10 * MINUTE_S;
const JUST_S = 2 * MINUTE_S;
/** Of a long list one has always just run. */
const MOST_AT_ONCE = 3;

const starts = (ages: readonly number[]): readonly number[] =>
  [...ages].sort((a, b) => b - a).filter((age, index, all) => index === 0 || (all[index - 1] ?? 0) - age > ONE_FAILURE_S);

/** Each of three failures or more began right after a run, and hardly a run passed without one. */
export function followRuns(failures: readonly number[], all: readonly number[]): boolean {
  const onsets = starts(failures);
  const [oldest = 0] = onsets;
  const runs = [...new Set(all)].filter((run) => run <= oldest + SOON_S).sort((a, b) => b - a);
  const isNear = (run: number, onset: number) => run - onset >= -MINUTE_S && run - onset <= SOON_S;
  return (
    onsets.length >= FEWEST &&
    runs.every((run, index) => index === 0 || (runs[index - 1] ?? 0) - run >= SELDOM_S) &&
    onsets.every((onset) => runs.some((run) => isNear(run, onset))) &&
    runs.filter((run) => !onsets.some((onset) => isNear(run, onset))).length <= 1
  );
}

/** Runs of a CronJob as far back as anybody tells of failures. */
function runsOf({ last, period }: CronJobRow, oldest: number): readonly number[] {
  const count = Math.min(Math.max(Math.floor((oldest + SOON_S - last) / period) + 1, 1), 100);
  return Array.from({ length: count }, (_, index) => last + index * period);
}

/**
 * What the ages of events and the table of CronJobs say together: three failures that began at the runs of a CronJob, or at even distances
 * (`beginEvenly`), are no chance. Where the text points to no other cause, a Job of a CronJob that runs seldom and has just begun is a suspicion.
 */
export function onSchedule({ onsets, runs, explained }: Ages, jobs: readonly CronJobRow[], time: number): readonly SignatureCount[] {
  const oldest = Math.max(0, ...onsets);
  const all = [runs, ...jobs.map((job) => runsOf(job, oldest))];
  if (beginEvenly(onsets.map((age) => -age * 1000)) || all.some((one) => followRuns(onsets, one)))
    return [
      { ...FOUND, sample: 'the failures begin at even distances, or when a CronJob runs', pointsTo: ['scheduled-operation'], lastAt: time },
    ];
  const [just] =
    !explained && jobs.length <= MOST_AT_ONCE
      ? jobs.filter(({ last, period, active }) => active && last <= JUST_S && period >= SELDOM_S)
      : [];
  if (just === undefined) return [];
  return [
    { ...FOUND, sample: `CronJob ${just.name} began a Job just now`, pointsTo: ['scheduled-operation', 'pod-restarting'], lastAt: time },
  ];
}

const FOUND = { signature: 'failures-on-a-schedule', speaker: 'controller', count: 1 } as const;
