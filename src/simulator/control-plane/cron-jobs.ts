import { type CronJobObject, ownedBy, referenceTo, timestamp } from '../objects.ts';
import { keyOf, type Store } from '../store.ts';
import type { Cancel, Timers } from '../timers.ts';
import type { EventRecorder } from './events.ts';

export interface CronJobPlan {
  readonly namespace: string;
  readonly name: string;
  /** Cron's syntax: every minute, or a step of minutes. */
  readonly schedule: string;
  /** How long a run takes, wall-clock milliseconds. */
  readonly runsForMs: number;
  readonly onStart?: () => void;
  readonly onEnd?: () => void;
}

/** successfulJobsHistoryLimit */
const KEPT_JOBS = 3;
const AUTHOR = { manager: 'kube-controller-manager' };

/** Creates the CronJob and runs it, at multiples of its compressed period since the Unix epoch. Returns the stop function; the object goes too. */
export function runCronJob(store: Store, events: EventRecorder, timers: Timers, plan: CronJobPlan): Cancel {
  const period = timers.scaled(periodOf(plan.schedule));
  const cronJob = store.cronjobs.create({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { namespace: plan.namespace, name: plan.name, generation: 1 },
    spec: { schedule: plan.schedule, suspend: false, concurrencyPolicy: 'Forbid', jobTemplate: { spec: {} } },
    status: {},
  });
  const jobs: string[] = [];
  const cancels = new Set<Cancel>();
  let ending: (() => void) | undefined;

  function schedule(at: number): void {
    cancels.add(
      timers.after(at - Date.now(), () => {
        cancels.clear();
        run();
        schedule(at + period);
      }),
    );
  }

  function run(): void {
    const key = startJob(store, events, cronJob, plan);
    jobs.push(key);
    for (const old of jobs.splice(0, jobs.length - KEPT_JOBS)) store.jobs.delete(old);
    plan.onStart?.();
    ending = () => {
      ending = undefined;
      plan.onEnd?.();
      endJob(store, events, cronJob, key);
    };
    cancels.add(timers.after(plan.runsForMs, () => ending?.()));
  }

  schedule((Math.floor(Date.now() / period) + 1) * period);
  return () => {
    for (const cancel of cancels) cancel();
    ending?.();
    for (const key of jobs) store.jobs.delete(key);
    store.cronjobs.delete(keyOf(cronJob.metadata));
  };
}

function startJob(store: Store, events: EventRecorder, cronJob: CronJobObject, plan: CronJobPlan): string {
  const now = Date.now();
  const job = store.jobs.create(
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { namespace: plan.namespace, name: `${plan.name}-${Math.floor(now / 1000)}`, ownerReferences: ownedBy(cronJob) },
      spec: { parallelism: 1, completions: 1 },
      status: { startTime: timestamp(now), active: 1 },
    },
    AUTHOR,
  );
  store.cronjobs.update(
    keyOf(cronJob.metadata),
    (copy) => {
      copy.status = { ...copy.status, lastScheduleTime: timestamp(now), active: [referenceTo(job)] };
    },
    { ...AUTHOR, subresource: 'status' },
  );
  events.report(referenceTo(cronJob), {
    reason: 'SuccessfulCreate',
    message: `Created job ${job.metadata.name}`,
    component: 'cronjob-controller',
  });
  return keyOf(job.metadata);
}

function endJob(store: Store, events: EventRecorder, cronJob: CronJobObject, key: string): void {
  const author = { ...AUTHOR, subresource: 'status' as const };
  store.jobs.update(
    key,
    (copy) => {
      copy.status = {
        ...(copy.status.startTime ? { startTime: copy.status.startTime } : {}),
        completionTime: timestamp(),
        succeeded: 1,
        conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: timestamp() }],
      };
    },
    author,
  );
  store.cronjobs.update(
    keyOf(cronJob.metadata),
    (copy) => {
      copy.status = { ...copy.status, lastSuccessfulTime: timestamp(), active: [] };
    },
    author,
  );
  events.report(referenceTo(cronJob), {
    reason: 'SawCompletedJob',
    message: `Saw completed job: ${key.split('/')[1]}, condition: Complete`,
    component: 'cronjob-controller',
  });
}

/** Milliseconds between two runs. Throws on schedules that the simulator can't run. */
export function periodOf(schedule: string): number {
  const match = /^(?:\*|\*\/([1-9]\d?)) \* \* \* \*$/.exec(schedule);
  if (!match) throw new Error(`schedule ${JSON.stringify(schedule)}: "* * * * *" or a step of minutes as in "*/5 * * * *" is allowed`);
  return Number(match[1] ?? 1) * 60_000;
}
