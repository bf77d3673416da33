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
const BACKUPS = '/apis/velero.io/v1/backups';
const REQUESTS = '/apis/cert-manager.io/v1/certificaterequests';
const leasesIn = (namespace: string) => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
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
  const target = {
    name: API,
    backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
    pods: [{ namespace: 'harbour', name: 'tide-gauge-0' }],
  };
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
    collection: (path: string) => cluster.collection(path),
    refuse: (path: string) => cluster.forbidden.add(path),
    lacks: (path: string) => cluster.absent.add(path),
    begin: () => made.source.start(stop.signal),
    status: () => made.source.status(now.time),
    facts: () => made.ofCluster().backupSchedules,
    /** What is set has been read whole. */
    async looked() {
      const before = now.looks;
      await eventually(() => expect(now.looks).toBeGreaterThan(before + 3));
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

describe('Backups of Velero', () => {
  const MINUTE = 60_000;
  const backup = (status: object, name = 'nightly-1') => ({
    apiVersion: 'velero.io/v1',
    kind: 'Backup',
    metadata: { name, namespace: 'keep' },
    spec: { includedNamespaces: ['*'] },
    ...(Object.keys(status).length > 0 && { status }),
  });
  const told = (when: number, summary: string) => [
    undefined,
    { what: 'backup', at: when, object: 'Velero Backup keep/nightly-1', summary, manager: 'velero' },
  ];

  it.each<[string, object, readonly unknown[]]>([
    ['waits', {}, []],
    ['runs', { phase: 'InProgress', startTimestamp: at(NOW - MINUTE) }, [told(NOW - MINUTE, 'began')]],
    [
      'ended',
      { phase: 'PartiallyFailed', startTimestamp: at(NOW - 9 * MINUTE), completionTimestamp: at(NOW - MINUTE) },
      [told(NOW - 9 * MINUTE, 'began'), told(NOW - MINUTE, 'ended: PartiallyFailed')],
    ],
    [
      'ended within the hour, and began before it',
      { phase: 'Completed', startTimestamp: at(NOW - 61 * MINUTE), completionTimestamp: at(NOW - 59 * MINUTE) },
      [told(NOW - 59 * MINUTE, 'ended: Completed')],
    ],
    ['ran yesterday', { phase: 'Completed', startTimestamp: at(NOW - 1500 * MINUTE), completionTimestamp: at(NOW - 1499 * MINUTE) }, []],
  ])('one that %s', async (_, status, changes) => {
    const source = await start('backup-schedules');
    source.collection(BACKUPS).set(backup(status));
    source.begin();
    await source.looked();
    expect(source.changes.filter(unlikeTheOneBefore)).toEqual(changes);
  });

  it('are the newest ten of an hour, each with its begin and its end', async () => {
    const source = await start('backup-schedules');
    for (let n = 0; n < 30; n++)
      source
        .collection(BACKUPS)
        .set(
          backup({ phase: 'Completed', startTimestamp: at(NOW - (n + 1) * MINUTE), completionTimestamp: at(NOW - n * MINUTE) }, `b-${n}`),
        );
    source.begin();
    await source.looked();
    expect(new Set(source.changes.map(([, { object, summary }]) => `${object} ${summary}`)).size).toBe(20);
    expect(Math.min(...source.changes.map(([, change]) => change.at))).toBe(NOW - 10 * MINUTE);
  });

  it('that may not be read say so, and the Schedules are read all the same', async () => {
    const source = await start('backup-schedules');
    source.refuse(BACKUPS);
    source.begin();
    await eventually(() => expect(source.status()).toMatchObject({ state: 'forbidden', rule: 'velero.io/backups: list' }));
    expect(source.facts()).toEqual(observed([]));
  });
});

/** Each look tells them again: the ring of changes has each once. */
const unlikeTheOneBefore = (change: unknown, index: number, all: readonly unknown[]): boolean =>
  all.findIndex((other) => JSON.stringify(other) === JSON.stringify(change)) === index;

describe('Leases', () => {
  const lease = (name: string, namespace: string, differs: object = {}) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: {
      holderIdentity: 'control-b_3f0c',
      acquireTime: at(NOW - 60_000).replace('Z', '000Z'),
      renewTime: at(NOW).replace('Z', '000Z'),
      leaseTransitions: 3,
      ...differs,
    },
  });
  const led = (api: string | undefined, object: string, by: string) => [
    api,
    {
      what: api === undefined ? 'control-plane-leader' : 'leader',
      at: NOW - 60_000,
      object: `Lease ${object}`,
      summary: `${by} became leader`,
    },
  ];

  it.each<[string, ReturnType<typeof lease>, readonly unknown[]]>([
    ['of the control plane', lease('kube-scheduler', 'kube-system'), [led(undefined, 'kube-system/kube-scheduler', 'control-b')]],
    ['of another program in kube-system', lease('tide-operator', 'kube-system'), []],
    ['of the backend', lease('tides', 'harbour', { holderIdentity: 'tide-gauge-0_9a' }), [led(API, 'harbour/tides', 'tide-gauge-0')]],
    ['of another program beside the backend', lease('reef', 'harbour'), []],
    ['that nobody held before', lease('kube-scheduler', 'kube-system', { leaseTransitions: 0 }), []],
    ['taken two hours ago', lease('kube-scheduler', 'kube-system', { acquireTime: at(NOW - 7_200_000) }), []],
    ['that was released', lease('kube-scheduler', 'kube-system', { holderIdentity: '' }), []],
  ])('one %s', async (_, given, changes) => {
    const source = await start('leases');
    source.collection(leasesIn(given.metadata.namespace)).set(given);
    source.begin();
    await source.looked();
    expect(source.changes.filter(unlikeTheOneBefore)).toEqual(changes);
    expect(source.status().state).toBe('ok');
  });

  it('that may not be listed say so', async () => {
    const source = await start('leases');
    source.refuse(leasesIn('kube-system'));
    source.begin();
    await eventually(() => expect(source.status()).toMatchObject({ state: 'forbidden', rule: 'coordination.k8s.io/leases: list' }));
  });
});

describe('CertificateRequests of cert-manager', () => {
  const MINUTE = 60_000;
  const request = (ready: object | undefined, certificate: string | undefined = 'tide-gauge-tls') => ({
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: {
      name: 'tide-gauge-tls-2',
      namespace: 'harbour',
      creationTimestamp: at(NOW - 3 * MINUTE),
      ...(certificate !== undefined && { annotations: { 'cert-manager.io/certificate-name': certificate } }),
    },
    spec: { request: 'LS0t', issuerRef: { name: 'ca' } },
    status: { conditions: [{ type: 'Approved', status: 'True' }, ...(ready ? [{ type: 'Ready', ...ready }] : [])] },
  });
  const told = (when: number, summary: string) => [
    API,
    {
      what: 'certificate-request',
      at: when,
      object: 'CertificateRequest harbour/tide-gauge-tls-2',
      summary,
      manager: 'cert-manager',
    },
  ];
  const made = told(NOW - 3 * MINUTE, 'was made for Certificate harbour/tide-gauge-tls');
  const since = at(NOW - MINUTE);

  it.each<[string, ReturnType<typeof request>, readonly unknown[]]>([
    ['waits', request({ status: 'False', reason: 'Pending', message: 'not yet', lastTransitionTime: since }), [made]],
    [
      'was issued',
      request({ status: 'True', reason: 'Issued', message: 'Certificate fetched', lastTransitionTime: since }),
      [made, told(NOW - MINUTE, 'was issued')],
    ],
    [
      'failed, with why and without its secrets',
      request({ status: 'False', reason: 'Failed', message: 'the issuer says: token=abcdef1234567890', lastTransitionTime: since }),
      [
        made,
        [API, expect.objectContaining({ summary: expect.stringMatching(/^failed: the issuer says: (?!.*abcdef)/) as string }) as Change],
      ],
    ],
    [
      'was denied',
      request({ status: 'False', reason: 'Denied', message: 'policy', lastTransitionTime: since }),
      [made, told(NOW - MINUTE, 'was denied: policy')],
    ],
    ['is of another Certificate', request({ status: 'True', reason: 'Issued', lastTransitionTime: since }, 'reef-tls'), []],
    ['is of none', { ...request(undefined), metadata: { ...request(undefined).metadata, annotations: {} } } as never, []],
  ])('one that %s', async (_, given, changes) => {
    const source = await start('issued-certificates');
    source.certificates.set({
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'tide-gauge-tls', namespace: 'harbour' },
      spec: { secretName: 'tide-gauge-cert', dnsNames: ['tide-gauge.harbour.svc'] },
      status: { revision: 1 },
    });
    source.collection(REQUESTS).set(given);
    source.begin();
    await source.looked();
    expect(source.changes.filter(unlikeTheOneBefore)).toEqual(changes);
  });

  it('that are not there take nothing from the Certificates', async () => {
    const source = await start('issued-certificates');
    source.lacks(REQUESTS);
    source.begin();
    await eventually(() => expect(source.status().state).toBe('absent'));
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
