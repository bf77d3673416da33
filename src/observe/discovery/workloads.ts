import { createHash } from 'node:crypto';
import type { WorkloadFacts } from '../../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import type { FieldTree } from '../kube/json-fields.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';
import { count, identityOf, type Raw, rawArray, rawObject, stringMap, text, time } from '../kube/raw.ts';

export type WorkloadKind = 'Deployment' | 'DaemonSet' | 'StatefulSet';

export interface WorkloadRecord {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: number | undefined;
  /** Labels of its pods. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Changes when the pod template does: a rollout. */
  readonly templateHash: string;
  /** `kubectl rollout restart` writes it. */
  readonly restartedAt: string | undefined;
  readonly images: readonly string[];
  readonly facts: WorkloadFacts;
  readonly writer: Writer | undefined;
}

const FIELDS: FieldTree = {
  metadata: {
    generation: true,
    creationTimestamp: true,
    managedFields: { manager: true, subresource: true, time: true, fieldsV1: { 'f:spec': {} } },
  },
  spec: { replicas: true, template: true, updateStrategy: { type: true } },
  status: true,
};

const spec = (kind: WorkloadKind, plural: string): ResourceSpec<WorkloadRecord> => ({
  source: 'workloads',
  path: `/apis/apps/v1/${plural}`,
  rule: `apps/${plural}: list, watch`,
  fields: FIELDS,
  project: (raw) => project(kind, raw),
});

export const WORKLOADS: readonly ResourceSpec<WorkloadRecord>[] = [
  spec('Deployment', 'deployments'),
  spec('DaemonSet', 'daemonsets'),
  spec('StatefulSet', 'statefulsets'),
];

function project(kind: WorkloadKind, raw: unknown): WorkloadRecord {
  const { metadata, name, namespace } = identityOf(raw);
  const { spec: rawSpec, status } = rawObject(raw);
  const spec = rawObject(rawSpec);
  const template = rawObject(spec.template);
  const { labels, annotations } = rawObject(template.metadata);
  return {
    kind,
    namespace,
    name,
    createdAt: time(metadata.creationTimestamp),
    podLabels: stringMap(labels),
    templateHash: createHash('sha1').update(JSON.stringify(template)).digest('base64url'),
    restartedAt: text(rawObject(annotations)['kubectl.kubernetes.io/restartedAt']),
    images: rawArray(rawObject(template.spec).containers)
      .map(rawObject)
      .map((container) => `${text(container.name) ?? ''}=${text(container.image) ?? ''}`),
    facts: FACTS_OF[kind](name, spec, rawObject(status), count(metadata.generation)),
    writer: lastWriter(metadata.managedFields, ['f:spec']),
  };
}

type FactsOf = (name: string, spec: Raw, status: Raw, generation: number) => WorkloadFacts;

const FACTS_OF: Readonly<Record<WorkloadKind, FactsOf>> = {
  Deployment(name, spec, status, generation) {
    const replicas = typeof spec.replicas === 'number' ? spec.replicas : 1;
    const [updated, available, existing] = [count(status.updatedReplicas), count(status.availableReplicas), count(status.replicas)];
    const progressing = rawArray(status.conditions)
      .map(rawObject)
      .find((condition) => condition.type === 'Progressing');
    // Complete says NewReplicaSetAvailable, and keeps saying it when a pod fails later: a crash is no rollout.
    const unfinished =
      progressing?.status === 'True' && progressing.reason !== 'NewReplicaSetAvailable' && progressing.reason !== 'DeploymentPaused';
    return {
      kind: 'Deployment',
      name,
      replicas,
      updated,
      available,
      unavailable: count(status.unavailableReplicas),
      rollingOut: count(status.observedGeneration) < generation || updated < replicas || existing > updated || unfinished,
      stuck: progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded',
    };
  },
  DaemonSet(name, _spec, status, generation) {
    const replicas = count(status.desiredNumberScheduled);
    const updated = count(status.updatedNumberScheduled);
    return {
      kind: 'DaemonSet',
      name,
      replicas,
      updated,
      available: count(status.numberAvailable),
      unavailable: count(status.numberUnavailable),
      rollingOut: count(status.observedGeneration) < generation || updated < replicas,
      stuck: false,
    };
  },
  StatefulSet(name, spec, status, generation) {
    const replicas = typeof spec.replicas === 'number' ? spec.replicas : 1;
    const available = typeof status.availableReplicas === 'number' ? status.availableReplicas : count(status.readyReplicas);
    // With OnDelete the revisions differ until somebody deletes the pods.
    const rolls = rawObject(spec.updateStrategy).type !== 'OnDelete';
    return {
      kind: 'StatefulSet',
      name,
      replicas,
      updated: count(status.updatedReplicas),
      available,
      unavailable: Math.max(0, replicas - available),
      rollingOut: count(status.observedGeneration) < generation || (rolls && status.currentRevision !== status.updateRevision),
      stuck: false,
    };
  },
};

/**
 * `Kind/name` of the workload that made a pod. A ReplicaSet's name is its Deployment's and the template's hash, which the pod
 * carries as a label too: thousands of old ReplicaSets need not be watched for it.
 */
export function workloadOf(pod: {
  readonly owner: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}): string | undefined {
  if (pod.owner === undefined) return undefined;
  const [kind, name] = pod.owner.split('/') as [string, string];
  const hash = pod.labels['pod-template-hash'];
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`)) return `Deployment/${name.slice(0, -hash.length - 1)}`;
  return pod.owner;
}

/** What an edit changed, in words; undefined when only the status did. */
export function workloadChange(before: WorkloadRecord, after: WorkloadRecord): string | undefined {
  const said: string[] = [];
  if (before.templateHash !== after.templateHash) said.push(templateChange(before, after));
  if (before.facts.replicas !== after.facts.replicas && after.kind !== 'DaemonSet')
    said.push(`scaled ${before.facts.replicas} → ${after.facts.replicas}`);
  return said.length > 0 ? said.join(', ') : undefined;
}

function templateChange(before: WorkloadRecord, after: WorkloadRecord): string {
  const old = new Set(before.images);
  const images = after.images.filter((image) => !old.has(image));
  if (images.length > 0) return `new image ${images.join(', ')}`.slice(0, 300);
  return before.restartedAt === after.restartedAt ? 'new pod template' : 'restarted';
}
