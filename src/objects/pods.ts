import type { TerminationFacts } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import {
  addressOf,
  countOf,
  flagOf,
  identityOf,
  integerOf,
  labelsOf,
  listOf,
  nameOf,
  objectOf,
  portOf,
  proseOf,
  quantityOf,
  type Refuse,
  textOf,
  textsOf,
  timeOf,
  unheard,
  unreadable,
} from '../kube/fields.ts';
import { createPool } from '../kube/interned.ts';
import type { FieldTree } from '../kube/json-fields.ts';
import type { Raw } from '../kube/raw.ts';
import { redacted } from '../redact/redact.ts';

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
const MAX_ARG = 512;
const word = createPool<string>(20_000);
const sharedLabels = createPool<Readonly<Record<string, string>>>(5_000);
const sharedTemplate = createPool<PodTemplate>(5_000);

export const PODS: ResourceSpec<PodRecord> = {
  source: 'pods',
  path: '/api/v1/pods',
  fields: FIELDS,
  project(raw, refuse = unheard) {
    const { metadata, name, namespace } = identityOf(raw);
    const { spec: rawSpec, status: rawStatus } = objectOf(raw, 'the object', unreadable);
    const [spec, status] = [objectOf(rawSpec, 'spec', unreadable), objectOf(rawStatus, 'status', unreadable)];
    const conditions = listOf(status.conditions, 'status.conditions', unreadable);
    const scheduled = conditionOf(conditions, 'PodScheduled');
    const node = nameOf(spec.nodeName, 'spec.nodeName', refuse);
    return {
      namespace: word(namespace),
      name,
      uid: textOf(metadata.uid, 'metadata.uid', refuse) ?? '',
      node: shared(node),
      ip: addressOf(status.podIP, 'status.podIP', refuse),
      hostNetwork: flagOf(spec.hostNetwork, 'spec.hostNetwork', refuse) === true,
      serviceAccount: shared(nameOf(spec.serviceAccountName, 'spec.serviceAccountName', refuse)),
      // Who selects a pod goes by its labels: without them nothing can be said of whose it is.
      labels: sharedLabels(labelsOf(metadata.labels, 'metadata.labels', unreadable)),
      owner: ownerOf(metadata.ownerReferences, refuse),
      createdAt: timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse) ?? 0,
      deletingSince: timeOf(metadata.deletionTimestamp, 'metadata.deletionTimestamp', refuse),
      phase: word(textOf(status.phase, 'status.phase', unreadable) ?? 'Unknown'),
      reason: shared(textOf(status.reason, 'status.reason', refuse)),
      message: proseOf(status.message, 'status.message', refuse, 1024),
      ready: conditionOf(conditions, 'Ready')?.status === 'True',
      scheduled: scheduled ? scheduled.status === 'True' : node !== undefined,
      unschedulable:
        scheduled?.status === 'False' ? (proseOf(scheduled.message, 'status.conditions.message', refuse, 1024) ?? '') : undefined,
      template: sharedTemplate(templateOf(spec, refuse)),
      containers: [
        ...listOf(status.initContainerStatuses, 'status.initContainerStatuses', unreadable),
        ...listOf(status.containerStatuses, 'status.containerStatuses', unreadable),
      ].map((container) => containerOf(container, refuse)),
    };
  },
};

function conditionOf(conditions: readonly unknown[], type: string): Raw | undefined {
  for (const value of conditions) {
    const condition = objectOf(value, 'status.conditions', unreadable);
    if (condition.type !== type) continue;
    textOf(condition.status, 'status.conditions.status', unreadable);
    return condition;
  }
  return undefined;
}

function shared(value: string | undefined): string | undefined {
  return value === undefined ? undefined : word(value);
}

function ownerOf(value: unknown, refuse: Refuse): string | undefined {
  const owners = listOf(value, 'metadata.ownerReferences', refuse);
  let owner: Raw | undefined;
  for (const entry of owners) {
    const reference = objectOf(entry, 'metadata.ownerReferences', refuse);
    if (reference.controller === true) {
      owner = reference;
      break;
    }
    owner ??= reference;
  }
  if (!owner) return undefined;
  const kind = nameOf(owner.kind, 'metadata.ownerReferences.kind', refuse);
  const name = nameOf(owner.name, 'metadata.ownerReferences.name', refuse);
  return kind === undefined || name === undefined ? undefined : word(`${kind}/${name}`);
}

function templateOf(spec: Raw, refuse: Refuse): PodTemplate {
  const containers = (field: string) =>
    listOf(spec[field], `spec.${field}`, unreadable).map((entry) => objectOf(entry, `spec.${field}`, unreadable));
  const init = containers('initContainers');
  const main = containers('containers');
  return {
    containers: [
      ...init.map((container) => containerTemplate(container, true, refuse)),
      ...main.map((container) => containerTemplate(container, false, refuse)),
    ],
    configMaps: configMapsOf(spec, [...init, ...main], refuse),
  };
}

function configMapsOf(spec: Raw, containers: readonly Raw[], refuse: Refuse): string[] {
  const found = new Set<string>();
  const each = (value: unknown, field: string) => listOf(value, field, refuse).map((entry) => objectOf(entry, field, refuse));
  const add = (reference: unknown, field: string) => {
    const name = nameOf(objectOf(reference, field, refuse).name, `${field}.name`, refuse);
    if (name !== undefined) found.add(name);
  };
  for (const volume of each(spec.volumes, 'spec.volumes')) {
    add(volume.configMap, 'spec.volumes.configMap');
    if (volume.projected === undefined) continue;
    for (const source of each(objectOf(volume.projected, 'spec.volumes.projected', refuse).sources, 'spec.volumes.projected.sources'))
      add(source.configMap, 'spec.volumes.projected.sources.configMap');
  }
  for (const container of containers) {
    for (const from of each(container.envFrom, 'spec.containers.envFrom')) add(from.configMapRef, 'spec.containers.envFrom.configMapRef');
    for (const variable of each(container.env, 'spec.containers.env'))
      if (variable.valueFrom !== undefined)
        add(
          objectOf(variable.valueFrom, 'spec.containers.env.valueFrom', refuse).configMapKeyRef,
          'spec.containers.env.valueFrom.configMapKeyRef',
        );
  }
  return [...found].sort();
}

function containerTemplate(container: Raw, init: boolean, refuse: Refuse): ContainerTemplate {
  const limits = objectOf(
    objectOf(container.resources, 'spec.containers.resources', refuse).limits,
    'spec.containers.resources.limits',
    refuse,
  );
  const cpuCores = quantityOf(limits.cpu, 'spec.containers.resources.limits.cpu', refuse);
  const memoryBytes = quantityOf(limits.memory, 'spec.containers.resources.limits.memory', refuse);
  return {
    name: nameOf(container.name, 'spec.containers.name', unreadable) ?? '',
    init,
    args: [...textsOf(container.command, 'spec.containers.command', refuse), ...textsOf(container.args, 'spec.containers.args', refuse)]
      .slice(0, MAX_ARGS)
      .map((argument, index, all) => withoutSecret(argument, all[index - 1]))
      .map((argument) => (argument.length > MAX_ARG ? `${argument.slice(0, MAX_ARG - 1)}…` : argument)),
    limits: { ...(cpuCores === undefined ? {} : { cpuCores }), ...(memoryBytes === undefined ? {} : { memoryBytes }) },
    ports: listOf(container.ports, 'spec.containers.ports', refuse).flatMap((entry) => containerPortOf(entry, refuse)),
  };
}

const FLAG = /^--?[a-z][\w-]{0,128}$/i;

/** Also where a flag and its value are two arguments. */
function withoutSecret(argument: string, before: string | undefined): string {
  if (before === undefined || !FLAG.test(before) || argument.startsWith('-')) return redacted(argument);
  return redacted(`${before}=${argument}`).slice(before.length + 1);
}

function containerPortOf(value: unknown, refuse: Refuse): ContainerTemplate['ports'][number] | [] {
  const { name, containerPort, protocol } = objectOf(value, 'spec.containers.ports', refuse);
  const port = portOf(containerPort, 'spec.containers.ports.containerPort', refuse);
  if (port === undefined) return [];
  return {
    name: nameOf(name, 'spec.containers.ports.name', refuse) ?? '',
    port,
    protocol: nameOf(protocol, 'spec.containers.ports.protocol', refuse) ?? 'TCP',
  };
}

const STATUS = 'status.containerStatuses';

function containerOf(value: unknown, refuse: Refuse): ContainerRecord {
  const { name, ready, restartCount, state, lastState } = objectOf(value, STATUS, unreadable);
  const { waiting, running, terminated } = objectOf(state, 'status.containerStatuses.state', unreadable);
  const started = objectOf(running, 'status.containerStatuses.state.running', unreadable);
  const waits = objectOf(waiting, 'status.containerStatuses.state.waiting', unreadable);
  return {
    name: word(nameOf(name, 'status.containerStatuses.name', unreadable) ?? ''),
    ready: flagOf(ready, 'status.containerStatuses.ready', unreadable) === true,
    running: running !== undefined && running !== null,
    startedAt: timeOf(started.startedAt, 'status.containerStatuses.state.running.startedAt', refuse),
    restarts: countOf(restartCount, 'status.containerStatuses.restartCount', unreadable) ?? 0,
    waiting:
      waiting === undefined || waiting === null
        ? undefined
        : {
            reason: word(textOf(waits.reason, 'status.containerStatuses.state.waiting.reason', refuse) ?? ''),
            message: proseOf(waits.message, 'status.containerStatuses.state.waiting.message', refuse, 1024) ?? '',
          },
    terminated: terminationOf(terminated, 'status.containerStatuses.state.terminated', refuse),
    lastTermination: terminationOf(
      objectOf(lastState, 'status.containerStatuses.lastState', unreadable).terminated,
      'status.containerStatuses.lastState.terminated',
      refuse,
    ),
  };
}

function terminationOf(value: unknown, field: string, refuse: Refuse): TerminationFacts | undefined {
  if (value === undefined || value === null) return undefined;
  const { reason, exitCode, signal, message, startedAt, finishedAt } = objectOf(value, field, unreadable);
  const number = integerOf(signal, `${field}.signal`, refuse);
  const said = proseOf(message, `${field}.message`, refuse, 1024);
  const from = timeOf(startedAt, `${field}.startedAt`, refuse);
  const to = timeOf(finishedAt, `${field}.finishedAt`, refuse);
  return {
    reason: word(textOf(reason, `${field}.reason`, refuse) ?? ''),
    exitCode: integerOf(exitCode, `${field}.exitCode`, unreadable) ?? 0,
    ...(number !== undefined && number !== 0 ? { signal: number } : {}),
    ...(said === undefined ? {} : { message: said }),
    ...(from === undefined ? {} : { startedAt: from }),
    ...(to === undefined ? {} : { finishedAt: to }),
  };
}
