import type { Cluster } from '../harness/cluster.ts';
import { METRICS } from '../harness/cluster.ts';
import { type CustomKind, serveKinds } from './custom-kinds.ts';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time', nullable: true };
const object = (properties: object) => ({ type: 'object', properties });
const list = (items: object) => ({ type: 'array', items });
const of = (spec: object, status: object) => object({ spec: object(spec), status: object(status) });

/** What the programs' own definitions say of the fields that are read: Velero 1.17, cert-manager 1.19. */
const KINDS: readonly CustomKind[] = [
  {
    ...{ group: 'velero.io', version: 'v1', kind: 'Schedule', plural: 'schedules', scope: 'Namespaced' },
    schema: of({ schedule: text, paused: { type: 'boolean' } }, { phase: text, lastBackup: time }),
  },
  {
    ...{ group: 'velero.io', version: 'v1', kind: 'Backup', plural: 'backups', scope: 'Namespaced' },
    schema: of({ includedNamespaces: list(text) }, { phase: text, startTimestamp: time, completionTimestamp: time }),
  },
  {
    ...{ group: 'cert-manager.io', version: 'v1', kind: 'Certificate', plural: 'certificates', scope: 'Namespaced' },
    schema: of({ secretName: text, dnsNames: list(text) }, { revision: { type: 'integer' }, notBefore: time }),
  },
  {
    ...{ group: 'cert-manager.io', version: 'v1', kind: 'CertificateRequest', plural: 'certificaterequests', scope: 'Namespaced' },
    schema: of(
      { request: { type: 'string', format: 'byte' } },
      { conditions: list(object({ type: text, status: text, reason: text, message: text, lastTransitionTime: time })) },
    ),
  },
];

/** What of them a person finds on the page of the metrics API. */
export const TOLD: readonly RegExp[] = [
  /Velero Backup nest\/nightly-1[^.]{0,40}began/,
  /CertificateRequest kube-system\/metrics-server-2[^.]{0,40}was made for Certificate kube-system\/metrics-server/,
  /CertificateRequest kube-system\/metrics-server-2[^.]{0,40}was denied: not by this policy/,
  /Lease kube-system\/kube-scheduler[^.]{0,40}control-b became leader/,
];

/** A backup that runs, a request for the certificate of the metrics API that is refused, and a scheduler that took over, a minute ago. */
export async function operationsAMinuteAgo(cluster: Cluster): Promise<void> {
  const { kube } = cluster;
  await serveKinds(cluster, KINDS);
  const ago = new Date(Date.now() - 60_000).toISOString();
  const seconds = ago.replace(/\.\d+Z$/, 'Z');
  await kube.create('/apis/velero.io/v1/namespaces/nest/backups', {
    ...{ apiVersion: 'velero.io/v1', kind: 'Backup', metadata: { name: 'nightly-1', namespace: 'nest' } },
    status: { phase: 'InProgress', startTimestamp: seconds },
  });
  await kube.create('/apis/cert-manager.io/v1/namespaces/kube-system/certificates', {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'metrics-server', namespace: 'kube-system' } },
    spec: { secretName: 'metrics-server', dnsNames: ['metrics-server.kube-system.svc'] },
    status: { revision: 1 },
  });
  await kube.create('/apis/cert-manager.io/v1/namespaces/kube-system/certificaterequests', {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' },
    metadata: {
      name: 'metrics-server-2',
      namespace: 'kube-system',
      annotations: { 'cert-manager.io/certificate-name': 'metrics-server' },
    },
    spec: { request: 'bm8gcmVxdWVzdA==' },
    status: {
      conditions: [{ type: 'Ready', status: 'False', reason: 'Denied', message: 'not by this policy', lastTransitionTime: seconds }],
    },
  });
  await kube.create('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'kube-scheduler', namespace: 'kube-system' } },
    spec: {
      holderIdentity: 'control-b_3f0c',
      acquireTime: ago.replace('Z', '000Z'),
      renewTime: ago.replace('Z', '000Z'),
      leaseDurationSeconds: 15,
      leaseTransitions: 1,
    },
  });
}

/** The page of the metrics API as a person reads it. */
export async function pageText(url: string): Promise<string> {
  const page = await (await fetch(`${url}/apis/${METRICS}`)).text();
  return page.replace(/<(style|script)>[\s\S]*?<\/\1>|<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}
