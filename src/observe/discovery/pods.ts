import type { TerminationFacts } from '../../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { createPool } from '../kube/interned.ts';
import type { FieldTree } from '../kube/json-fields.ts';
import { parseQuantity } from '../kube/quantity.ts';
import { count, identityOf, type Raw, rawArray, rawObject, stringMap, text, time } from '../kube/raw.ts';

/**
 * A pod, as far as we use it. Held for every pod of the cluster, since any may come to be selected, so every field is always set
 * (one shape) and what pods have in common is shared.
 */
export interface PodRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string | undefined;
  readonly ip: string | undefined;
  readonly hostNetwork: boolean;
  readonly serviceAccount: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Controller, e.g. `ReplicaSet/metrics-server-6d94bc8694`. */
  readonly owner: string | undefined;
  readonly createdAt: number;
  readonly deletingSince: number | undefined;
  readonly phase: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly ready: boolean;
  readonly scheduled: boolean;
  readonly unschedulable: string | undefined;
  /** Shared between the pods of one template. */
  readonly template: PodTemplate;
  readonly containers: readonly ContainerRecord[];
}

export interface PodTemplate {
  readonly containers: readonly ContainerTemplate[];
  /** Names of the ConfigMaps that the pod mounts or takes its environment from, sorted. */
  readonly configMaps: readonly string[];
}

export interface ContainerTemplate {
  readonly name: string;
  readonly init: boolean;
  /** Command and arguments. */
  readonly args: readonly string[];
  readonly limits: { readonly cpuCores?: number; readonly memoryBytes?: number };
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

/** Status of a container; those without a status yet are missing. */
export interface ContainerRecord {
  readonly name: string;
  readonly ready: boolean;
  readonly running: boolean;
  readonly startedAt: number | undefined;
  readonly restarts: number;
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  readonly terminated: TerminationFacts | undefined;
  readonly lastTermination: TerminationFacts | undefined;
}

const CONTAINER_FIELDS: FieldTree = {
  name: true,
  command: true,
  args: true,
  ports: { name: true, containerPort: true, protocol: true },
  resources: { limits: { cpu: true, memory: true } },
  envFrom: { configMapRef: { name: true } },
  env: { valueFrom: { configMapKeyRef: { name: true } } },
};
const TERMINATED_FIELDS: FieldTree = { reason: true, exitCode: true, signal: true, message: true, startedAt: true, finishedAt: true };
const STATUS_FIELDS: FieldTree = {
  name: true,
  ready: true,
  restartCount: true,
  state: { waiting: { reason: true, message: true }, running: { startedAt: true }, terminated: TERMINATED_FIELDS },
  lastState: { terminated: TERMINATED_FIELDS },
};
const FIELDS: FieldTree = {
  metadata: {
    labels: true,
    ownerReferences: { kind: true, name: true, controller: true },
    creationTimestamp: true,
    deletionTimestamp: true,
  },
  spec: {
    nodeName: true,
    hostNetwork: true,
    serviceAccountName: true,
    containers: CONTAINER_FIELDS,
    initContainers: CONTAINER_FIELDS,
    volumes: { configMap: { name: true }, projected: { sources: { configMap: { name: true } } } },
  },
  status: {
    phase: true,
    reason: true,
    message: true,
    podIP: true,
    conditions: { type: true, status: true, message: true },
    containerStatuses: STATUS_FIELDS,
    initContainerStatuses: STATUS_FIELDS,
  },
};

const MAX_ARGS = 100;
const word = createPool<string>(20_000);
const sharedLabels = createPool<Readonly<Record<string, string>>>(5_000);
const sharedTemplate = createPool<PodTemplate>(5_000);

export const PODS: ResourceSpec<PodRecord> = {
  source: 'pods',
  path: '/api/v1/pods',
  rule: 'pods: list, watch',
  fields: FIELDS,
  project(raw) {
    const { metadata, name, namespace } = identityOf(raw);
    const { spec: rawSpec, status: rawStatus } = rawObject(raw);
    const [spec, status] = [rawObject(rawSpec), rawObject(rawStatus)];
    const condition = new Map(rawArray(status.conditions).map((value) => [rawObject(value).type, rawObject(value)]));
    const scheduled = condition.get('PodScheduled');
    const node = text(spec.nodeName);
    return {
      namespace: word(namespace),
      name,
      uid: text(metadata.uid) ?? '',
      node: shared(node),
      ip: text(status.podIP),
      hostNetwork: spec.hostNetwork === true,
      serviceAccount: shared(text(spec.serviceAccountName)),
      labels: sharedLabels(stringMap(metadata.labels)),
      owner: ownerOf(metadata.ownerReferences),
      createdAt: time(metadata.creationTimestamp) ?? 0,
      deletingSince: time(metadata.deletionTimestamp),
      phase: word(text(status.phase) ?? 'Unknown'),
      reason: shared(text(status.reason)),
      message: text(status.message, 1024),
      ready: condition.get('Ready')?.status === 'True',
      scheduled: scheduled ? scheduled.status === 'True' : node !== undefined,
      unschedulable: scheduled?.status === 'False' ? (text(scheduled.message, 1024) ?? '') : undefined,
      template: sharedTemplate(templateOf(spec)),
      containers: [...rawArray(status.initContainerStatuses), ...rawArray(status.containerStatuses)].map(containerOf),
    };
  },
};

function shared(value: string | undefined): string | undefined {
  return value === undefined ? undefined : word(value);
}

function ownerOf(references: unknown): string | undefined {
  const owners = rawArray(references).map(rawObject);
  const owner = owners.find((reference) => reference.controller === true) ?? owners[0];
  const [kind, name] = [text(owner?.kind), text(owner?.name)];
  return kind === undefined || name === undefined ? undefined : word(`${kind}/${name}`);
}

function templateOf(spec: Raw): PodTemplate {
  const init = rawArray(spec.initContainers).map(rawObject);
  const main = rawArray(spec.containers).map(rawObject);
  const configMaps = new Set<string>();
  const add = (reference: unknown) => {
    const name = text(rawObject(reference).name);
    if (name !== undefined) configMaps.add(name);
  };
  for (const volume of rawArray(spec.volumes).map(rawObject)) {
    add(volume.configMap);
    for (const source of rawArray(rawObject(volume.projected).sources)) add(rawObject(source).configMap);
  }
  for (const container of [...init, ...main]) {
    for (const from of rawArray(container.envFrom)) add(rawObject(from).configMapRef);
    for (const variable of rawArray(container.env)) add(rawObject(rawObject(variable).valueFrom).configMapKeyRef);
  }
  return {
    containers: [
      ...init.map((container) => containerTemplate(container, true)),
      ...main.map((container) => containerTemplate(container, false)),
    ],
    configMaps: [...configMaps].sort(),
  };
}

function containerTemplate(container: Raw, init: boolean): ContainerTemplate {
  const limits = rawObject(rawObject(container.resources).limits);
  const [cpuCores, memoryBytes] = [parseQuantity(limits.cpu), parseQuantity(limits.memory)];
  return {
    name: text(container.name) ?? '',
    init,
    args: [...rawArray(container.command), ...rawArray(container.args)].slice(0, MAX_ARGS).map((argument) => text(argument, 512) ?? ''),
    limits: { ...(cpuCores === undefined ? {} : { cpuCores }), ...(memoryBytes === undefined ? {} : { memoryBytes }) },
    ports: rawArray(container.ports)
      .map(rawObject)
      .filter((port) => typeof port.containerPort === 'number')
      .map((port) => ({ name: text(port.name) ?? '', port: count(port.containerPort), protocol: text(port.protocol) ?? 'TCP' })),
  };
}

function containerOf(value: unknown): ContainerRecord {
  const { name, ready, restartCount, state, lastState } = rawObject(value);
  const { waiting, running, terminated } = rawObject(state);
  const waits = rawObject(waiting);
  return {
    name: word(text(name) ?? ''),
    ready: ready === true,
    running: running !== undefined && running !== null,
    startedAt: time(rawObject(running).startedAt),
    restarts: count(restartCount),
    waiting:
      waiting === undefined || waiting === null
        ? undefined
        : { reason: word(text(waits.reason) ?? ''), message: text(waits.message, 1024) ?? '' },
    terminated: terminationOf(terminated),
    lastTermination: terminationOf(rawObject(lastState).terminated),
  };
}

function terminationOf(value: unknown): TerminationFacts | undefined {
  if (value === undefined || value === null) return undefined;
  const { reason, exitCode, signal, message, startedAt, finishedAt } = rawObject(value);
  const [said, from, to] = [text(message, 1024), time(startedAt), time(finishedAt)];
  return {
    reason: word(text(reason) ?? ''),
    exitCode: count(exitCode),
    ...(typeof signal === 'number' && signal !== 0 ? { signal } : {}),
    ...(said === undefined ? {} : { message: said }),
    ...(from === undefined ? {} : { startedAt: from }),
    ...(to === undefined ? {} : { finishedAt: to }),
  };
}
