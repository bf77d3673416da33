import type { ResourceSpec } from '../kube/api.ts';
import { flagOf, identityOf, objectOf, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';
import type { CronJobRecord } from './cron-jobs.ts';

/**
 * A Schedule of Velero (velero.io/v1, Velero 1.17, pkg/apis/velero/v1/schedule_types.go), as a CronJob is one. Its controller looks once a minute
 * whether one is due: a backup begins up to a minute after its time, and is submitted at `status.lastBackup`.
 */
export const BACKUP_SCHEDULES: ResourceSpec<CronJobRecord> = {
  source: 'backup-schedules',
  path: '/apis/velero.io/v1/schedules',
  fields: { spec: { schedule: true, paused: true }, status: { phase: true, lastBackup: true } },
  project(raw, refuse = unheard) {
    const { name, namespace } = identityOf(raw);
    const { spec, status } = objectOf(raw, 'the object', unreadable);
    const { schedule, paused } = objectOf(spec, 'spec', unreadable);
    const { phase, lastBackup } = objectOf(status, 'status', refuse);
    return {
      namespace,
      name,
      schedule: textOf(schedule, 'spec.schedule', unreadable, 200) ?? '',
      // One whose schedule its controller does not understand makes no backups.
      suspended: flagOf(paused, 'spec.paused', unreadable) === true || phase === 'FailedValidation',
      lastSchedule: timeOf(lastBackup, 'status.lastBackup', refuse),
    };
  },
};
