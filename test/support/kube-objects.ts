import type { KubeObject } from './kube-server.ts';

/** Objects of a small healthy backend, as an API server writes them. Tests state only what differs. */

const CREATED = '2026-01-04T09:00:00Z';

interface Differs {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export const written = (manager: string, time: string, ...fields: string[]) => ({
  manager,
  operation: 'Update',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
});

export function apiService(
  name = 'v1.tides.example.com',
  differs: Differs & { available?: string; reason?: string; transition?: string } = {},
): KubeObject {
  const available = differs.available ?? 'True';
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, creationTimestamp: CREATED, managedFields: [written('helm', CREATED, 'service')], ...differs.metadata },
    spec: {
      group: name.slice(name.indexOf('.') + 1),
      version: name.slice(0, name.indexOf('.')),
      service: { namespace: 'harbour', name: 'tide-gauge', port: 443 },
      ...differs.spec,
    },
    status: differs.status ?? {
      conditions: [
        {
          type: 'Available',
          status: available,
          reason: differs.reason ?? (available === 'True' ? 'Passed' : 'MissingEndpoints'),
          message: available === 'True' ? 'all checks passed' : 'endpoints have no addresses',
          lastTransitionTime: differs.transition ?? CREATED,
        },
      ],
    },
  };
}

export function localApiService(name = 'v1.apps'): KubeObject {
  return {
    metadata: { name },
    spec: { group: 'apps', version: 'v1' },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
  };
}

export function service(differs: Differs & { name?: string } = {}): KubeObject {
  return {
    metadata: { name: differs.name ?? 'tide-gauge', namespace: 'harbour', creationTimestamp: CREATED, ...differs.metadata },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.7.7',
      ipFamilies: ['IPv4'],
      selector: { app: 'tide-gauge' },
      ports: [{ name: 'https', port: 443, targetPort: 10250, protocol: 'TCP' }],
      ...differs.spec,
    },
  };
}

export interface EndpointDiffers {
  readonly ip?: string;
  readonly pod?: string | null;
  readonly node?: string;
  readonly conditions?: Readonly<Record<string, boolean>>;
}

export function endpoint({
  ip = '10.1.0.5',
  pod = 'tide-gauge-7c9f8d6b5-abcde',
  node = 'node-a',
  conditions = { ready: true },
}: EndpointDiffers = {}) {
  return {
    addresses: [ip],
    conditions,
    nodeName: node,
    ...(pod === null ? {} : { targetRef: { kind: 'Pod', namespace: 'harbour', name: pod } }),
  };
}

export function slice(
  differs: { name?: string; service?: string; addressType?: string; ports?: unknown; endpoints?: unknown; namespace?: string } = {},
): KubeObject {
  return {
    metadata: {
      name: differs.name ?? 'tide-gauge-x1',
      namespace: differs.namespace ?? 'harbour',
      labels: { 'kubernetes.io/service-name': differs.service ?? 'tide-gauge' },
    },
    addressType: differs.addressType ?? 'IPv4',
    ports: 'ports' in differs ? differs.ports : [{ name: 'https', port: 10250, protocol: 'TCP' }],
    endpoints: 'endpoints' in differs ? differs.endpoints : [endpoint()],
  };
}

export function pod(
  name = 'tide-gauge-7c9f8d6b5-abcde',
  differs: Differs & { container?: Readonly<Record<string, unknown>> } = {},
): KubeObject {
  return {
    metadata: {
      name,
      namespace: 'harbour',
      creationTimestamp: CREATED,
      labels: { app: 'tide-gauge', 'pod-template-hash': '7c9f8d6b5' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'tide-gauge-7c9f8d6b5', controller: true, uid: 'rs-1' }],
      managedFields: [written('kubelet', CREATED, 'x')],
      ...differs.metadata,
    },
    spec: {
      nodeName: 'node-a',
      serviceAccountName: 'tide-gauge',
      containers: [
        {
          name: 'server',
          image: 'registry.example.com/tide-gauge:1.0',
          args: ['--secure-port=10250'],
          ports: [{ name: 'https', containerPort: 10250, protocol: 'TCP' }],
          resources: { limits: { cpu: '500m', memory: '256Mi' } },
          envFrom: [{ configMapRef: { name: 'tide-gauge-env' } }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: 'tide-gauge-config' } }],
      ...differs.spec,
    },
    status: {
      phase: 'Running',
      podIP: '10.1.0.5',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True' },
      ],
      containerStatuses: [
        { name: 'server', ready: true, restartCount: 0, state: { running: { startedAt: CREATED } }, lastState: {}, ...differs.container },
      ],
      ...differs.status,
    },
  };
}

export function deployment(differs: Differs & { image?: string; name?: string } = {}): KubeObject {
  return {
    metadata: { name: differs.name ?? 'tide-gauge', namespace: 'harbour', generation: 1, creationTimestamp: CREATED, ...differs.metadata },
    spec: {
      replicas: 1,
      template: {
        metadata: { labels: { app: 'tide-gauge' } },
        spec: { containers: [{ name: 'server', image: differs.image ?? 'registry.example.com/tide-gauge:1.0' }] },
      },
      ...differs.spec,
    },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [{ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }],
      ...differs.status,
    },
  };
}

export function node(name = 'node-a', differs: Differs & { ready?: string } = {}): KubeObject {
  return {
    metadata: { name, ...differs.metadata },
    spec: { ...differs.spec },
    status: {
      conditions: [{ type: 'Ready', status: differs.ready ?? 'True', lastTransitionTime: CREATED }],
      addresses: [
        { type: 'Hostname', address: name },
        { type: 'InternalIP', address: '192.0.2.10' },
      ],
      ...differs.status,
    },
  };
}

/** A legacy Event, as the kubelet writes it. */
export function event(name: string, differs: Readonly<Record<string, unknown>> = {}): KubeObject {
  const now = new Date().toISOString();
  return {
    metadata: { name, namespace: 'harbour', uid: `event-${name}`, creationTimestamp: now },
    involvedObject: { kind: 'Pod', namespace: 'harbour', name: 'tide-gauge-7c9f8d6b5-abcde' },
    type: 'Warning',
    reason: 'Unhealthy',
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 500',
    firstTimestamp: now,
    lastTimestamp: now,
    eventTime: null,
    count: 1,
    ...differs,
  };
}

export function configMap(name: string, differs: Readonly<Record<string, unknown>> = {}): KubeObject {
  return { metadata: { name, namespace: 'harbour', creationTimestamp: CREATED, ...differs } };
}
