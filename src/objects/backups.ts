import type { Change } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { identityOf, objectOf, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';
import { isOfLastHour } from './last-hour.ts';

/** A Backup of Velero (velero.io/v1, Velero 1.17, pkg/apis/velero/v1/backup_types.go), made by a Schedule or by a person. */
export interface BackupRecord {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  /** Unix milliseconds; undefined before it begins. */
  readonly startedAt: number | undefined;
  /** Undefined while it runs, and of one that never began. */
  readonly endedAt: number | undefined;
}

export const BACKUPS: ResourceSpec<BackupRecord> = {
  source: 'backup-schedules',
  path: '/apis/velero.io/v1/backups',
  fields: { status: { phase: true, startTimestamp: true, completionTimestamp: true } },
  project(raw, refuse = unheard) {
    const { name, namespace } = identityOf(raw);
    const { phase, startTimestamp, completionTimestamp } = objectOf(objectOf(raw, 'the object', unreadable).status, 'status', refuse);
    return {
      namespace,
      name,
      phase: textOf(phase, 'status.phase', refuse, 60) ?? 'New',
      startedAt: timeOf(startTimestamp, 'status.startTimestamp', refuse),
      endedAt: timeOf(completionTimestamp, 'status.completionTimestamp', refuse),
    };
  },
};

/** Of an hour: what a cluster does more often is no event any more. */
const MOST_TOLD = 20;

/** That backups began and ended within the last hour: both are work for the kube-apiserver, its storage and the nodes. @param now Unix milliseconds. */
export function backupChanges(backups: readonly BackupRecord[], now: number): Change[] {
  const changes = backups.flatMap(({ namespace, name, phase, startedAt, endedAt }): Change[] => {
    const of = { what: 'backup', object: `Velero Backup ${namespace}/${name}`, manager: 'velero' } as const;
    return [
      ...(startedAt === undefined ? [] : [{ ...of, at: startedAt, summary: 'began' }]),
      ...(endedAt === undefined ? [] : [{ ...of, at: endedAt, summary: `ended: ${phase}` }]),
    ];
  });
  return changes
    .filter(({ at }) => isOfLastHour(at, now))
    .sort((a, b) => a.at - b.at)
    .slice(-MOST_TOLD);
}
