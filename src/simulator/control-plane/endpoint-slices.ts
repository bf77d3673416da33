import type { EndpointSliceObject, PodObject, ServiceObject, SliceEndpoint } from '../objects.ts';
import { ownedBy } from '../objects.ts';
import type { Random } from '../random.ts';
import { required } from '../required.ts';
import { keyOf, type Store } from '../store.ts';
import type { Timers } from '../timers.ts';

const AUTHOR = { manager: 'kube-controller-manager' };

/** Keeps one EndpointSlice per Service true, a moment after each change of a Service or pod. Returns the stop function. */
export function runEndpointSliceController(store: Store, random: Random, timers: Timers): () => void {
  const names = new Map<string, string>();
  let scheduled = false;

  function sync(service: ServiceObject): void {
    const serviceKey = keyOf(service.metadata);
    const { namespace, name } = service.metadata;
    const sliceName = names.get(serviceKey);
    if (sliceName && store.endpointslices.get(`${namespace}/${sliceName}`)) {
      const content = contentOf(store, service);
      store.endpointslices.update(
        `${namespace}/${sliceName}`,
        (copy) => {
          copy.endpoints = content.endpoints;
          copy.ports = content.ports;
        },
        AUTHOR,
      );
      return;
    }
    const created = `${name}-${random.suffix(5)}`;
    names.set(serviceKey, created);
    createSlice(store, service, created);
  }

  function syncAll(): void {
    scheduled = false;
    for (const [serviceKey, sliceName] of names)
      if (!store.services.get(serviceKey)) {
        store.endpointslices.delete(`${serviceKey.split('/')[0]}/${sliceName}`);
        names.delete(serviceKey);
      }
    for (const service of store.services.values()) if (service.spec.selector) sync(service);
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    timers.after(2, syncAll);
  }

  const stops = [store.services.subscribe(schedule), store.pods.subscribe(schedule)];
  schedule();
  return () => {
    for (const stop of stops) stop();
  };
}

function createSlice(store: Store, service: ServiceObject, name: string): void {
  store.endpointslices.create(
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        namespace: required(service.metadata.namespace, 'the namespace of a Service'),
        name,
        generation: 1,
        labels: {
          'kubernetes.io/service-name': service.metadata.name,
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: ownedBy(service),
      },
      addressType: 'IPv4',
      ...contentOf(store, service),
    },
    AUTHOR,
  );
}

/** An EndpointSlice without an address has no port. */
function contentOf(store: Store, service: ServiceObject): Pick<EndpointSliceObject, 'endpoints' | 'ports'> {
  const pods = podsOf(store, service);
  if (pods.length === 0) return { endpoints: [], ports: [] };
  const ports = service.spec.ports.flatMap((port) => {
    const number = typeof port.targetPort === 'number' ? port.targetPort : namedPort(pods, port.targetPort);
    return number === undefined ? [] : [{ name: port.name ?? '', port: number, protocol: 'TCP' as const }];
  });
  return { endpoints: pods.map(endpointOf), ports };
}

export function podsOf(store: Store, service: ServiceObject): PodObject[] {
  const selector = Object.entries(service.spec.selector ?? {});
  return store.pods
    .values()
    .filter(
      (pod) =>
        pod.metadata.namespace === service.metadata.namespace &&
        pod.status.podIP !== undefined &&
        pod.status.phase !== 'Failed' &&
        pod.status.phase !== 'Succeeded' &&
        selector.length > 0 &&
        selector.every(([key, value]) => pod.metadata.labels?.[key] === value),
    );
}

function endpointOf(pod: PodObject): SliceEndpoint {
  const serving = pod.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses: [required(pod.status.podIP, 'the address of a pod')],
    conditions: { ready: serving && !terminating, serving, terminating },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: required(namespace, 'the namespace of a pod'), name, uid },
  };
}

/** Port number behind a name, of the first pod that has it. */
function namedPort(pods: readonly PodObject[], name: string): number | undefined {
  for (const pod of pods)
    for (const container of pod.spec.containers) for (const port of container.ports) if (port.name === name) return port.containerPort;
  return undefined;
}
