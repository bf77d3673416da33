import { describe, expect, it, onTestFinished } from 'vitest';
import { observed } from '../../../src/domain/observed.ts';
import type { Change } from '../../../src/domain/snapshot.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { fixedTargets } from '../../../src/objects/targets.ts';
import type { Surroundings } from '../../../src/observe/define-source.ts';
import { SCHEDULE_SOURCES } from '../../../src/observe/schedules/sources.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { eventually } from '../../support/eventually.ts';
import { NOW } from '../../support/healthy.ts';
import { answerStatus, FakeCluster, startKubeServer } from '../../support/kube-server.ts';
import { useLoopTime } from '../../support/virtual-time.ts';

useLoopTime();

const API = 'v1.tides.example.com';
const SCHEDULES = '/apis/velero.io/v1/schedules';
const CERTIFICATES = '/apis/cert-manager.io/v1/certificates';
const at = (ms: number) => new Date(ms).toISOString();

/** One of the sources beside one aggregated API; the answers and the clock may change. */
async function start(name: keyof typeof SCHEDULE_SOURCES) {
  const cluster = new FakeCluster();
  const now = { time: NOW, status: 200, looks: 0 };
  const server = await startKubeServer((request, response, url) => {
    now.looks++;
    if (now.status === 200) cluster.handle(request, response, url);
    else answerStatus(response, now.status, 'Reason', 'no');
  });
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    client.close();
    await server.stop();
  });
  const changes: [string | undefined, Change][] = [];
  const target = { name: API, backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 } };
  const made = SCHEDULE_SOURCES[name].open({
    client,
    clock: () => now.time,
    log: SILENT,
    options: { impactIntervalMs: 10 },
    targets: fixedTargets([target as never]),
    discovery: { recordChange: (api: string | undefined, change: Change) => changes.push([api, change]) },
  } as unknown as Surroundings);
  return {
    now,
    changes,
    schedules: cluster.collection(SCHEDULES),
    certificates: cluster.collection(CERTIFICATES),
    begin: () => made.source.start(stop.signal),
    status: () => made.source.status(now.time),
    facts: () => made.ofCluster().backupSchedules,
    /** What is set has been read whole. */
    async looked() {
      const before = now.looks;
      await eventually(() => expect(now.looks).toBeGreaterThan(before + 1));
    },
  };
}

describe('Schedules of Velero', () => {
  const schedule = (differs: { spec?: object; status?: object } = {}) => ({
    apiVersion: 'velero.io/v1',
    kind: 'Schedule',
    metadata: { name: 'nightly', namespace: 'keep' },
    spec: { schedule: '0 3 * * *', template: { includedNamespaces: ['*'] }, ...differs.spec },
    status: { phase: 'Enabled', lastBackup: at(NOW - 3_600_000), ...differs.status },
  });
  const nightly = { object: 'Velero Schedule keep/nightly', schedule: '0 3 * * *' };

  it.each<[string, Parameters<typeof schedule>[0], readonly object[]]>([
    ['with its last backup', {}, [{ ...nightly, runs: [NOW - 3_600_000] }]],
    ['before its first', { status: { lastBackup: null } }, [{ ...nightly, runs: [] }]],
    ['that is paused makes none', { spec: { paused: true } }, []],
    ['that its controller refuses makes none', { status: { phase: 'FailedValidation' } }, []],
  ])('one %s', async (_, differs, told) => {
    const { schedules, begin, facts } = await start('backup-schedules');
    schedules.set(schedule(differs));
    expect(facts()).toMatchObject({ state: 'unobserved' });
    begin();
    await eventually(() => expect(facts()).toEqual(observed(told)));
  });

  it('are remembered run by run, and forgotten when they are deleted', async () => {
    const { schedules, begin, facts } = await start('backup-schedules');
    schedules.set(schedule());
    begin();
    await eventually(() => expect(facts()).toMatchObject({ value: [{ runs: [NOW - 3_600_000] }] }));
    schedules.set(schedule({ status: { lastBackup: at(NOW) } }));
    await eventually(() => expect(facts()).toMatchObject({ value: [{ runs: [NOW - 3_600_000, NOW] }] }));
    schedules.delete('keep/nightly');
    await eventually(() => expect(facts()).toEqual(observed([])));
  });

  it.each([
    [404, 'absent', { state: 'absent' }],
    [403, 'forbidden', { state: 'forbidden', rule: 'velero.io/schedules: list' }],
    [500, 'failed', { state: 'unobserved' }],
  ])('answered with %i are %s', async (status, state, fact) => {
    const { now, begin, facts, ...source } = await start('backup-schedules');
    now.status = status;
    begin();
    await eventually(() => expect(source.status().state).toBe(state));
    expect(facts()).toMatchObject(fact);
  });
});

describe('Certificates of cert-manager', () => {
  const certificate = (revision: number, notBefore: number, spec: object = {}) => ({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'tide-gauge-tls', namespace: 'harbour' },
    spec: { secretName: 'tide-gauge-cert', dnsNames: ['tide-gauge.harbour.svc', 'tide-gauge.harbour.svc.cluster.local'], ...spec },
    status: { revision, notBefore: at(notBefore), notAfter: at(notBefore + 86_400_000), renewalTime: at(notBefore + 57_600_000) },
  });
  const renewed = (when: number, revision: number) => [
    API,
    {
      what: 'certificate',
      at: when,
      object: 'Certificate harbour/tide-gauge-tls',
      summary: `was renewed into Secret tide-gauge-cert (revision ${revision})`,
      manager: 'cert-manager',
    },
  ];
  const MINUTE = 60_000;

  it.each<[string, ReturnType<typeof certificate>, readonly unknown[]]>([
    ['renewed within the hour before the first look', certificate(3, NOW - 20 * MINUTE), [renewed(NOW - 20 * MINUTE, 3)]],
    ['renewed before that', certificate(3, NOW - 61 * MINUTE), []],
    ['issued for the first time, which is no renewal', certificate(1, NOW - 20 * MINUTE), []],
    ['for another Service', certificate(3, NOW - 20 * MINUTE, { dnsNames: ['tide-gauge-metrics.harbour.svc'] }), []],
    ['for a name of the same Service in another namespace', certificate(3, NOW - 20 * MINUTE, { dnsNames: ['tide-gauge.quay.svc'] }), []],
  ])('one %s', async (_, given, told) => {
    const { certificates, begin, changes, looked } = await start('issued-certificates');
    certificates.set(given);
    begin();
    await looked();
    expect(changes).toEqual(told);
  });

  it('one that is renewed between two looks is told once, at its own time, and at that of the look where that is dated back', async () => {
    const { now, certificates, begin, changes, looked } = await start('issued-certificates');
    certificates.set(certificate(1, NOW - 90 * MINUTE));
    begin();
    await looked();
    expect(changes).toEqual([]);
    now.time = NOW + 5 * MINUTE;
    certificates.set(certificate(2, NOW + 4 * MINUTE));
    await looked();
    expect(changes).toEqual([renewed(NOW + 4 * MINUTE, 2)]);
    now.time = NOW + 10 * MINUTE;
    certificates.set(certificate(3, NOW - 55 * MINUTE));
    await looked();
    expect(changes.slice(1)).toEqual([renewed(NOW + 10 * MINUTE, 3)]);
  });
});
