import type { ScheduleFacts } from '../domain/snapshot.ts';
import type { CacheChange, ResourceSpec } from '../kube/api.ts';
import { flagOf, identityOf, objectOf, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';

export interface CronJobRecord {
  readonly namespace: string;
  readonly name: string;
  readonly schedule: string;
  readonly suspended: boolean;
  readonly lastSchedule: number | undefined;
}

export const CRON_JOBS: ResourceSpec<CronJobRecord> = {
  source: 'cron-jobs',
  path: '/apis/batch/v1/cronjobs',
  fields: { spec: { schedule: true, suspend: true, timeZone: true }, status: { lastScheduleTime: true } },
  project(raw, refuse = unheard) {
    const { name, namespace } = identityOf(raw);
    const { spec, status } = objectOf(raw, 'the object', unreadable);
    const { schedule, suspend, timeZone } = objectOf(spec, 'spec', unreadable);
    const zone = textOf(timeZone, 'spec.timeZone', unreadable);
    return {
      namespace,
      name,
      schedule: `${zone === undefined ? '' : `TZ=${zone} `}${textOf(schedule, 'spec.schedule', unreadable, 200) ?? ''}`,
      suspended: flagOf(suspend, 'spec.suspend', unreadable) === true,
      lastSchedule: timeOf(objectOf(status, 'status', refuse).lastScheduleTime, 'status.lastScheduleTime', refuse),
    };
  },
};

const MAX_RUNS = 64;
const MAX_CRON_JOBS = 2_000;

/** The object keeps its last start only; the earlier ones are remembered here as they pass. */
export interface RunHistory {
  observe(change: CacheChange<CronJobRecord>): void;
  facts(): ScheduleFacts[];
}

/** @param kind as it is told. */
export function createRunHistory(kind = 'CronJob'): RunHistory {
  const known = new Map<string, { job: CronJobRecord; runs: number[] }>();
  return {
    observe({ type, key, object }) {
      if (type === 'deleted') {
        known.delete(key);
        return;
      }
      const runs = known.get(key)?.runs ?? [];
      if (!known.has(key) && known.size >= MAX_CRON_JOBS) return;
      if (object.lastSchedule !== undefined && runs.at(-1) !== object.lastSchedule) runs.push(object.lastSchedule);
      known.set(key, { job: object, runs: runs.slice(-MAX_RUNS) });
    },
    facts() {
      return [...known.values()]
        .filter(({ job }) => !job.suspended)
        .map(({ job, runs }) => ({ object: `${kind} ${job.namespace}/${job.name}`, schedule: job.schedule, runs }))
        .sort((a, b) => (a.object < b.object ? -1 : 1));
    },
  };
}
