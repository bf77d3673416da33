import { type Observed, observed } from '../../domain/observed.ts';
import type { ScheduleFacts } from '../../domain/snapshot.ts';
import { BACKUP_SCHEDULES } from '../../objects/backup-schedules.ts';
import { type CronJobRecord, createRunHistory } from '../../objects/cron-jobs.ts';
import { ISSUED_CERTIFICATES, type IssuedCertificate, isServedBy, renewal } from '../../objects/issued-certificates.ts';
import type { Right } from '../../source/right.ts';
import { defineSource, type Surroundings } from '../define-source.ts';
import { createOptionalObjects } from './optional-objects.ts';

const LIST_SCHEDULES: Right = { group: 'velero.io', resources: ['schedules'], verbs: ['list'] };
const LIST_CERTIFICATES: Right = { group: 'cert-manager.io', resources: ['certificates'], verbs: ['list'] };

/** What other programs do to a schedule of their own, each a source with a right of its own. */
export const SCHEDULE_SOURCES = {
  'backup-schedules': defineSource({
    name: 'backup-schedules',
    rights: [LIST_SCHEDULES],
    create: createBackupSchedules,
    facts: { ofCluster: (made) => ({ backupSchedules: made.facts() }) },
  }),
  'issued-certificates': defineSource({
    name: 'issued-certificates',
    rights: [LIST_CERTIFICATES],
    afterDiscovery: true,
    create: createIssuedCertificates,
  }),
} as const;

function createBackupSchedules(surroundings: Surroundings) {
  const runs = createRunHistory('Velero Schedule');
  let known = new Map<string, CronJobRecord>();
  const source = createOptionalObjects<CronJobRecord>(
    {
      source: 'backup-schedules',
      what: 'Schedules of Velero',
      right: LIST_SCHEDULES,
      spec: BACKUP_SCHEDULES,
      onRead(schedules) {
        const now = new Map(schedules.map((one) => [`${one.namespace}/${one.name}`, one]));
        for (const [key, object] of known) if (!now.has(key)) runs.observe({ type: 'deleted', key, object, live: true });
        for (const [key, object] of now) runs.observe({ type: 'modified', key, object, live: true });
        known = now;
      },
    },
    surroundings,
  );
  const facts = (): Observed<readonly ScheduleFacts[]> => {
    const read = source.known();
    return read.state === 'observed' ? observed(runs.facts()) : read;
  };
  return { ...source, facts };
}

function createIssuedCertificates(surroundings: Surroundings) {
  const { clock, targets, discovery } = surroundings;
  let known = new Map<string, IssuedCertificate>();
  let lastLook: number | undefined;
  return createOptionalObjects<IssuedCertificate>(
    {
      source: 'issued-certificates',
      what: 'Certificates of cert-manager',
      right: LIST_CERTIFICATES,
      spec: ISSUED_CERTIFICATES,
      onRead(certificates) {
        const now = clock();
        const next = new Map<string, IssuedCertificate>();
        for (const one of certificates) {
          const served = targets.all().filter(({ backend }) => isServedBy(one, backend));
          if (served.length === 0) continue;
          const key = `${one.namespace}/${one.name}`;
          next.set(key, one);
          const change = renewal(one, known.get(key), { now, lastLook });
          if (change) for (const { name } of served) discovery.recordChange(name, change);
        }
        known = next;
        lastLook = now;
      },
    },
    surroundings,
  );
}
