import type { EndpointFacts } from '../domain/snapshot.ts';
import type { ApiServiceRecord } from './api-services.ts';
import { endpointFacts, type SliceRecord } from './endpoint-slices.ts';
import type { ContainerRecord, PodRecord } from './pods.ts';
import { type ServiceRecord, serviceFacts } from './services.ts';
import type { ApiTarget, TargetPod } from './targets.ts';
import { type WorkloadRecord, workloadOf } from './workloads.ts';

/** An APIService and what stands behind it, as far as it is known now. */
export interface Backend {
  readonly api: ApiServiceRecord;
  readonly service: ServiceRecord | undefined;
  readonly slices: readonly SliceRecord[];
  readonly endpoints: EndpointFacts;
  /** By the Service's selector or the slices' targetRefs; live ones first, newest first. */
  readonly pods: readonly PodRecord[];
  /** How many of them the selector matches; undefined without selector. */
  readonly selected: number | undefined;
  readonly workload: WorkloadRecord | undefined;
  /** Kinds of which an object cannot be read that is, or may be, part of this: nothing that rests on them is known. */
  readonly unreadable: Unreadable;
  readonly target: ApiTarget;
}

/** Why, in words. */
export interface Unreadable {
  readonly api?: string | undefined;
  readonly service?: string | undefined;
  readonly slices?: string | undefined;
  readonly pods?: string | undefined;
  readonly workloads?: string | undefined;
}

const MAX_PODS = 100;

export function matches(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  return true;
}

/** The objects among which an APIService's backend is found. */
export interface BackendObjects {
  readonly service: ServiceRecord | undefined;
  readonly slices: readonly SliceRecord[];
  /** All pods of the backend's namespace, by name. */
  readonly pods: ReadonlyMap<string, PodRecord>;
  readonly podsVisible: boolean;
  /** Workloads of the backend's namespace, by `Kind/name`. */
  readonly workloads: ReadonlyMap<string, WorkloadRecord>;
  readonly unreadable?: Unreadable;
}

export function joinBackend(api: ApiServiceRecord, found: BackendObjects): Backend {
  const { service, slices } = found;
  const endpoints = endpointFacts(slices, { portName: portNameOf(api, service), ipFamily: service?.ipFamily });
  const selector = service?.selector ?? undefined;
  const selected = selector && [...found.pods.values()].filter((pod) => matches(selector, pod.labels));
  const pods = podsBehind(found, selected).sort(byUse).slice(0, MAX_PODS);
  const seen = found.podsVisible ? selected?.length : undefined;
  return {
    api,
    service,
    slices,
    endpoints,
    pods,
    selected: selected?.length,
    workload: findWorkload(pods, selector, found.workloads),
    unreadable: found.unreadable ?? {},
    target: {
      name: api.name,
      group: api.group,
      version: api.version,
      backend: api.backend,
      insecureSkipTLSVerify: api.insecureSkipTLSVerify,
      ...(api.caBundle === undefined ? {} : { caBundle: api.caBundle }),
      ...(service ? { service: serviceFacts(service, seen) } : {}),
      addresses: endpoints.addresses,
      pods: pods.map(targetPod),
    },
  };
}

/** An unnamed port is named ''. A Service that lacks the port leaves nothing to match. Undefined: the Service is not visible. */
function portNameOf(api: ApiServiceRecord, service: ServiceRecord | undefined): string | undefined {
  if (!service) return undefined;
  return service.ports.find(({ port }) => port === api.backend.port)?.name ?? '\0';
}

/** Those that the selector matches, and those that the slices name. */
function podsBehind({ slices, pods }: BackendObjects, selected: readonly PodRecord[] | undefined): PodRecord[] {
  const behind = new Set(selected);
  for (const slice of slices)
    for (const { pod: name } of slice.endpoints) {
      const pod = name === undefined ? undefined : pods.get(name);
      if (pod) behind.add(pod);
    }
  return [...behind];
}

/** Evicted and finished pods stay in the API by the hundred: they must not push the live ones out. */
function byUse(a: PodRecord, b: PodRecord): number {
  const [over, alsoOver] = [isOver(a), isOver(b)];
  if (over !== alsoOver) return over ? 1 : -1;
  return b.createdAt - a.createdAt || (a.name < b.name ? -1 : 1);
}

function isOver(pod: PodRecord): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

/** By the pods' owners; without pods (scaled to zero, refused by a quota) by the labels that its pods would have. */
function findWorkload(
  pods: readonly PodRecord[],
  selector: Readonly<Record<string, string>> | undefined,
  workloads: ReadonlyMap<string, WorkloadRecord>,
): WorkloadRecord | undefined {
  for (const pod of pods) {
    const workload = workloads.get(workloadOf(pod) ?? '');
    if (workload) return workload;
  }
  if (!selector) return undefined;
  return [...workloads.values()].find((workload) => matches(selector, workload.podLabels));
}

function targetPod(pod: PodRecord): TargetPod {
  const status = new Map(pod.containers.map((container) => [container.name, container]));
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    ...(pod.node === undefined ? {} : { node: pod.node }),
    ...(pod.ip === undefined ? {} : { ip: pod.ip }),
    hostNetwork: pod.hostNetwork,
    labels: pod.labels,
    ...(pod.serviceAccount === undefined ? {} : { serviceAccount: pod.serviceAccount }),
    ports: pod.template.containers.flatMap(({ ports }) => ports.filter(({ name }) => name !== '')),
    containers: pod.template.containers.map(({ name, init, limits }) => {
      const { restarts, running, startedAt } = status.get(name) ?? NOT_STARTED;
      return { name, init, restarts, running, ...(startedAt === undefined ? {} : { startedAt }), limits };
    }),
    args: pod.template.containers.flatMap(({ args }) => args),
  };
}

/** A container of the template that the kubelet has not reported on yet. */
export const NOT_STARTED: Omit<ContainerRecord, 'name'> = {
  ready: false,
  running: false,
  startedAt: undefined,
  restarts: 0,
  waiting: undefined,
  terminated: undefined,
  lastTermination: undefined,
};
