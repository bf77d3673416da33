import { createHash } from 'node:crypto';
import type { WorkloadFacts } from '../domain/snapshot.ts';
import type { ResourceSpec } from '../kube/api.ts';
import { countOf, identityOf, labelsOf, listOf, objectOf, type Refuse, textOf, timeOf, unheard, unreadable } from '../kube/fields.ts';
import type { FieldTree } from '../kube/json-fields.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';
import type { Raw } from '../kube/raw.ts';

export const WORKLOAD_KINDS = ['Deployment', 'DaemonSet', 'StatefulSet'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

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
  fields: FIELDS,
  project: (raw, refuse = unheard) => project(kind, raw, refuse),
});

/** In the order of WORKLOAD_KINDS. */
export const WORKLOADS: readonly ResourceSpec<WorkloadRecord>[] = [
  spec('Deployment', 'deployments'),
  spec('DaemonSet', 'daemonsets'),
  spec('StatefulSet', 'statefulsets'),
];

function project(kind: WorkloadKind, raw: unknown, refuse: Refuse): WorkloadRecord {
  const { metadata, name, namespace } = identityOf(raw);
  const { spec: rawSpec, status } = objectOf(raw, 'the object', unreadable);
  const spec = objectOf(rawSpec, 'spec', unreadable);
  const template = objectOf(spec.template, 'spec.template', unreadable);
  const { labels, annotations } = objectOf(template.metadata, 'spec.template.metadata', unreadable);
  const restartedAt = objectOf(annotations, 'spec.template.metadata.annotations', refuse)['kubectl.kubernetes.io/restartedAt'];
  return {
    kind,
    namespace,
    name,
    createdAt: timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse),
    podLabels: labelsOf(labels, 'spec.template.metadata.labels', unreadable),
    templateHash: createHash('sha1').update(JSON.stringify(template)).digest('base64url'),
    restartedAt: textOf(restartedAt, 'spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt', refuse),
    images: imagesOf(template, refuse),
    facts: FACTS_OF[kind](name, spec, objectOf(status, 'status', unreadable), counted(metadata.generation, 'metadata.generation')),
    writer: lastWriter(metadata.managedFields, ['f:spec']),
  };
}

function imagesOf(template: Raw, refuse: Refuse): string[] {
  return listOf(objectOf(template.spec, 'spec.template.spec', unreadable).containers, 'spec.template.spec.containers', refuse).map(
    (entry) => {
      const { name, image } = objectOf(entry, 'spec.template.spec.containers', refuse);
      const said = textOf(image, 'spec.template.spec.containers.image', refuse) ?? '';
      return `${textOf(name, 'spec.template.spec.containers.name', refuse) ?? ''}=${said}`;
    },
  );
}

/** Whether a rollout goes on is told by comparing counts: each of them decides. */
const counted = (value: unknown, field: string): number => countOf(value, field, unreadable) ?? 0;

function progressOf(status: Raw): Raw | undefined {
  return listOf(status.conditions, 'status.conditions', unreadable)
    .map((condition) => objectOf(condition, 'status.conditions', unreadable))
    .find((condition) => condition.type === 'Progressing');
}

type FactsOf = (name: string, spec: Raw, status: Raw, generation: number) => WorkloadFacts;

const FACTS_OF: Readonly<Record<WorkloadKind, FactsOf>> = {
  Deployment(name, spec, status, generation) {
    const replicas = countOf(spec.replicas, 'spec.replicas', unreadable) ?? 1;
    const [updated, available, existing] = [
      counted(status.updatedReplicas, 'status.updatedReplicas'),
      counted(status.availableReplicas, 'status.availableReplicas'),
      counted(status.replicas, 'status.replicas'),
    ];
    const progressing = progressOf(status);
    // Complete says NewReplicaSetAvailable, and keeps saying it when a pod fails later: a crash is no rollout.
    const unfinished =
      progressing?.status === 'True' && progressing.reason !== 'NewReplicaSetAvailable' && progressing.reason !== 'DeploymentPaused';
    return {
      kind: 'Deployment',
      name,
      replicas,
      updated,
      available,
      unavailable: counted(status.unavailableReplicas, 'status.unavailableReplicas'),
      rollingOut:
        counted(status.observedGeneration, 'status.observedGeneration') < generation ||
        updated < replicas ||
        existing > updated ||
        unfinished,
      stuck: progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded',
    };
  },
  DaemonSet(name, _spec, status, generation) {
    const replicas = counted(status.desiredNumberScheduled, 'status.desiredNumberScheduled');
    const updated = counted(status.updatedNumberScheduled, 'status.updatedNumberScheduled');
    return {
      kind: 'DaemonSet',
      name,
      replicas,
      updated,
      available: counted(status.numberAvailable, 'status.numberAvailable'),
      unavailable: counted(status.numberUnavailable, 'status.numberUnavailable'),
      rollingOut: counted(status.observedGeneration, 'status.observedGeneration') < generation || updated < replicas,
      stuck: false,
    };
  },
  StatefulSet(name, spec, status, generation) {
    const replicas = countOf(spec.replicas, 'spec.replicas', unreadable) ?? 1;
    const available =
      countOf(status.availableReplicas, 'status.availableReplicas', unreadable) ?? counted(status.readyReplicas, 'status.readyReplicas');
    // With OnDelete the revisions differ until somebody deletes the pods.
    const rolls = objectOf(spec.updateStrategy, 'spec.updateStrategy', unreadable).type !== 'OnDelete';
    return {
      kind: 'StatefulSet',
      name,
      replicas,
      updated: counted(status.updatedReplicas, 'status.updatedReplicas'),
      available,
      unavailable: Math.max(0, replicas - available),
      rollingOut:
        counted(status.observedGeneration, 'status.observedGeneration') < generation ||
        (rolls && status.currentRevision !== status.updateRevision),
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

/** What an edit changed, by kind and in words; none when only the status did. */
export function workloadChanges(
  before: WorkloadRecord,
  after: WorkloadRecord,
): readonly { readonly what: 'rollout' | 'scaling'; readonly summary: string }[] {
  const made: { what: 'rollout' | 'scaling'; summary: string }[] = [];
  if (before.templateHash !== after.templateHash) made.push({ what: 'rollout', summary: templateChange(before, after) });
  if (before.facts.replicas !== after.facts.replicas && after.kind !== 'DaemonSet')
    made.push({ what: 'scaling', summary: `scaled ${before.facts.replicas} → ${after.facts.replicas}${byAutoscaler(before, after)}` });
  return made;
}

/** Of all that runs in the kube-controller-manager only the HPA's controller writes to the scale of a workload (v1.36, pkg/controller/podautoscaler). */
function byAutoscaler({ writer: before }: WorkloadRecord, { writer }: WorkloadRecord): string {
  return writer?.manager === 'kube-controller-manager' && writer.at !== before?.at ? ' by a HorizontalPodAutoscaler' : '';
}

function templateChange(before: WorkloadRecord, after: WorkloadRecord): string {
  const old = new Set(before.images);
  const images = after.images.filter((image) => !old.has(image));
  if (images.length > 0) return `new image ${images.join(', ')}`.slice(0, 300);
  return before.restartedAt === after.restartedAt ? 'new pod template' : 'restarted';
}
