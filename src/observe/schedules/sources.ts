import { type Observed, observed } from '../../domain/observed.ts';
import type { ScheduleFacts } from '../../domain/snapshot.ts';
import { BACKUP_SCHEDULES } from '../../objects/backup-schedules.ts';
import { BACKUPS, type BackupRecord, backupChanges } from '../../objects/backups.ts';
import { CERTIFICATE_REQUESTS, type CertificateRequestRecord, requestChanges } from '../../objects/certificate-requests.ts';
import { type CronJobRecord, createRunHistory } from '../../objects/cron-jobs.ts';
import { ISSUED_CERTIFICATES, type IssuedCertificate, isServedBy, renewal } from '../../objects/issued-certificates.ts';
import type { Right } from '../../source/right.ts';
import { defineSource, type Surroundings } from '../define-source.ts';
import { createLeases, LIST_LEASES } from './leases.ts';
import { createOptionalObjects, type OptionalKind } from './optional-objects.ts';

const LIST_SCHEDULES: Right = { group: 'velero.io', resources: ['schedules'], verbs: ['list'] };
const LIST_BACKUPS: Right = { group: 'velero.io', resources: ['backups'], verbs: ['list'] };
const LIST_CERTIFICATES: Right = { group: 'cert-manager.io', resources: ['certificates'], verbs: ['list'] };
const LIST_REQUESTS: Right = { group: 'cert-manager.io', resources: ['certificaterequests'], verbs: ['list'] };

/** What other programs do to a schedule of their own, each a source with rights of its own. */
export const SCHEDULE_SOURCES = {
  'backup-schedules': defineSource({
    name: 'backup-schedules',
    rights: [LIST_SCHEDULES, LIST_BACKUPS],
    create: createBackupSchedules,
    facts: { ofCluster: (made) => ({ backupSchedules: made.facts() }) },
  }),
  'issued-certificates': defineSource({
    name: 'issued-certificates',
    rights: [LIST_CERTIFICATES, LIST_REQUESTS],
    afterDiscovery: true,
    create: createIssuedCertificates,
  }),
  leases: defineSource({ name: 'leases', rights: [LIST_LEASES], afterDiscovery: true, create: createLeases }),
} as const;

function createBackupSchedules(surroundings: Surroundings) {
  const { clock, discovery } = surroundings;
  const runs = createRunHistory('Velero Schedule');
  let known = new Map<string, CronJobRecord>();
  const schedules: OptionalKind<CronJobRecord> = {
    what: 'Schedules of Velero',
    right: LIST_SCHEDULES,
    spec: BACKUP_SCHEDULES,
    onRead(all) {
      const now = new Map(all.map((one) => [`${one.namespace}/${one.name}`, one]));
      for (const [key, object] of known) if (!now.has(key)) runs.observe({ type: 'deleted', key, object, live: true });
      for (const [key, object] of now) runs.observe({ type: 'modified', key, object, live: true });
      known = now;
    },
  };
  const backups: OptionalKind<BackupRecord> = {
    what: 'Backups of Velero',
    right: LIST_BACKUPS,
    spec: BACKUPS,
    onRead(all) {
      for (const change of backupChanges(all, clock())) discovery.recordChange(undefined, change);
    },
  };
  const source = createOptionalObjects({ source: 'backup-schedules', kinds: [schedules, backups] }, surroundings);
  const facts = (): Observed<readonly ScheduleFacts[]> => {
    const [read] = source.known();
    return read === undefined || read.state === 'observed' ? observed(runs.facts()) : read;
  };
  return { ...source, facts };
}

function createIssuedCertificates(surroundings: Surroundings) {
  const { clock, targets, discovery } = surroundings;
  /** Those that backends serve, by `namespace/name`, with the names of their APIs. */
  let known = new Map<string, { readonly certificate: IssuedCertificate; readonly apis: readonly string[] }>();
  let lastLook: number | undefined;
  const certificates: OptionalKind<IssuedCertificate> = {
    what: 'Certificates of cert-manager',
    right: LIST_CERTIFICATES,
    spec: ISSUED_CERTIFICATES,
    onRead(all) {
      const now = clock();
      const next: typeof known = new Map();
      for (const one of all) {
        const served = targets.all().filter(({ backend }) => isServedBy(one, backend));
        if (served.length === 0) continue;
        const key = `${one.namespace}/${one.name}`;
        next.set(key, { certificate: one, apis: served.map(({ name }) => name) });
        const change = renewal(one, known.get(key)?.certificate, { now, lastLook });
        if (change) for (const { name } of served) discovery.recordChange(name, change);
      }
      known = next;
      lastLook = now;
    },
  };
  const requests: OptionalKind<CertificateRequestRecord> = {
    what: 'CertificateRequests of cert-manager',
    right: LIST_REQUESTS,
    spec: CERTIFICATE_REQUESTS,
    onRead(all) {
      for (const one of all)
        for (const api of known.get(`${one.namespace}/${one.certificate}`)?.apis ?? [])
          for (const change of requestChanges(one, clock())) discovery.recordChange(api, change);
    },
  };
  return createOptionalObjects({ source: 'issued-certificates', kinds: [certificates, requests] }, surroundings);
}
