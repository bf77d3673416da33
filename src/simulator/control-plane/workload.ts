import type { Hold, PodPlan, SimulatedPod } from '../node/pod.ts';
import { type Condition, ownedBy, type PodObject, referenceTo, timestamp, type WorkloadObject } from '../objects.ts';
import type { Random } from '../random.ts';
import { required } from '../required.ts';
import { keyOf, type Store } from '../store.ts';
import type { EventRecorder } from './events.ts';

export interface WorkloadPlan {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly image: string;
  readonly args: readonly string[];
}

/** Makes a pod object and its kubelet. */
export type PodFactory = (plan: Pick<PodPlan, 'name' | 'labels' | 'owner' | 'image' | 'args'>) => Promise<SimulatedPod>;

/** Sees a pod before it starts; what it returns keeps the pod from running. */
export type Prepare = (pod: SimulatedPod) => Hold | undefined;

export interface Rollout {
  readonly image?: string;
  readonly args?: readonly string[];
  readonly prepare?: Prepare;
  readonly surge?: boolean;
  /** Who changes the Deployment; default kubectl-set. */
  readonly manager?: string;
}

const AUTHOR = { manager: 'kube-controller-manager' };
/** Reason of the condition Progressing once a rollout is complete. */
const COMPLETE = 'NewReplicaSetAvailable';

/** A Deployment with its ReplicaSets and pods. */
export class Workload {
  readonly plan: WorkloadPlan;
  readonly key: string;
  #pods: SimulatedPod[] = [];
  readonly #store: Store;
  readonly #events: EventRecorder;
  readonly #random: Random;
  readonly #factory: PodFactory;
  #replicaSet = '';
  #template: { image: string; args: readonly string[] };
  readonly #stop: () => void;

  constructor(plan: WorkloadPlan, context: { store: Store; events: EventRecorder; random: Random }, factory: PodFactory) {
    this.plan = plan;
    this.key = keyOf(plan);
    this.#store = context.store;
    this.#events = context.events;
    this.#random = context.random;
    this.#factory = factory;
    this.#template = { image: plan.image, args: plan.args };
    this.#store.deployments.create(this.#object('Deployment', plan.name, plan.replicas), { manager: 'helm' });
    this.#stop = this.#store.pods.subscribe(({ object }) => {
      if (this.#isOwn(object)) this.#writeStatus();
    });
  }

  get pods(): readonly SimulatedPod[] {
    return this.#pods;
  }

  get #deployment(): WorkloadObject {
    return required(this.#store.deployments.get(this.key), `Deployment ${this.key}`);
  }

  /** First ReplicaSet and its pods, started. */
  async start(): Promise<void> {
    this.#newReplicaSet(0);
    for (let index = 0; index < this.plan.replicas; index += 1) await this.#add();
  }

  /**
   * A new ReplicaSet takes over: each old pod goes when a new one is ready, or, with `surge` false, the old ones go first (an
   * outage for a single replica).
   * `prepare` sees each new pod before it starts; what it returns keeps the pod from running.
   */
  async rollout(change: Rollout = {}): Promise<void> {
    this.#template = { image: change.image ?? this.#template.image, args: change.args ?? this.#template.args };
    this.#store.deployments.update(
      this.key,
      (copy) => {
        // As `kubectl rollout restart`: without a change of the template there is no rollout.
        if (!change.image && !change.args)
          copy.spec.template.metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
        copy.spec.template.spec = { containers: [{ name: this.plan.name, image: this.#template.image, args: [...this.#template.args] }] };
      },
      { manager: change.manager ?? 'kubectl-set' },
    );
    const old = this.#pods;
    const oldReplicaSet = this.#replicaSet;
    this.#pods = [];
    this.#newReplicaSet(old.length);
    if (change.surge === false) await Promise.all(old.map((pod) => pod.delete()));
    for (let index = 0; index < Math.max(old.length, 1); index += 1) {
      const fresh = await this.#add(change.prepare);
      if (change.surge === false) continue;
      await this.#untilReady(fresh);
      await old[index]?.delete();
    }
    this.#scaleOld(oldReplicaSet);
    this.#writeStatus();
  }

  /** One pod goes and another comes, as after `kubectl delete pod` or an eviction. */
  async replace(pod: SimulatedPod, prepare?: Prepare): Promise<SimulatedPod> {
    this.#pods = this.#pods.filter((other) => other !== pod);
    const fresh = await this.#add(prepare);
    await pod.delete();
    return fresh;
  }

  /** The pod stays as it is (failed), and the ReplicaSet makes another one. */
  async succeed(pod: SimulatedPod, prepare?: Prepare): Promise<SimulatedPod> {
    this.#pods = this.#pods.filter((other) => other !== pod);
    return this.#add(prepare);
  }

  /** As `kubectl scale`: pods go, or come and start. */
  async scale(replicas: number): Promise<void> {
    this.#store.deployments.update(
      this.key,
      (copy) => {
        copy.spec.replicas = replicas;
      },
      { manager: 'kubectl-scale' },
    );
    const gone = this.#pods.slice(replicas);
    this.#pods = this.#pods.slice(0, replicas);
    await Promise.all(gone.map((pod) => pod.delete()));
    while (this.#pods.length < replicas) await this.#add();
    this.#writeStatus();
  }

  async remove(): Promise<void> {
    this.#stop();
    await Promise.all(this.#pods.map((pod) => pod.delete()));
    for (const set of this.#store.replicasets.values())
      if (set.metadata.ownerReferences?.[0]?.name === this.plan.name && set.metadata.namespace === this.plan.namespace)
        this.#store.replicasets.delete(keyOf(set.metadata));
    this.#store.deployments.delete(this.key);
  }

  async stop(): Promise<void> {
    this.#stop();
    await Promise.all(this.#pods.map((pod) => pod.stop()));
  }

  async #add(prepare?: Prepare): Promise<SimulatedPod> {
    const replicaSet = required(
      this.#store.replicasets.get(`${this.plan.namespace}/${this.#replicaSet}`),
      `ReplicaSet ${this.#replicaSet}`,
    );
    const pod = await this.#factory({
      name: `${this.#replicaSet}-${this.#random.suffix(5)}`,
      labels: { ...this.plan.labels, 'pod-template-hash': this.#replicaSet.slice(this.#replicaSet.lastIndexOf('-') + 1) },
      owner: ownedBy(replicaSet),
      image: this.#template.image,
      args: this.#template.args,
    });
    this.#pods = [...this.#pods, pod];
    this.#events.report(referenceTo(replicaSet), {
      reason: 'SuccessfulCreate',
      message: `Created pod: ${pod.plan.name}`,
      component: 'replicaset-controller',
    });
    await pod.start(prepare?.(pod));
    this.#writeStatus();
    return pod;
  }

  /** Ready, or gone. */
  #untilReady(pod: SimulatedPod): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!pod.ready && pod.object) return;
        stop();
        resolve();
      };
      const stop = this.#store.pods.subscribe(check);
      check();
    });
  }

  #newReplicaSet(replicasBefore: number): void {
    const deployment = this.#deployment;
    this.#replicaSet = `${this.plan.name}-${this.#random.suffix(10)}`;
    this.#store.replicasets.create(
      {
        ...this.#object('ReplicaSet', this.#replicaSet, this.plan.replicas),
        metadata: { namespace: this.plan.namespace, name: this.#replicaSet, generation: 1, ownerReferences: ownedBy(deployment) },
      },
      AUTHOR,
    );
    this.#store.deployments.update(
      this.key,
      ({ status }) => {
        const created = {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetCreated',
          message: `Created new replica set "${this.#replicaSet}"`,
          lastUpdateTime: timestamp(),
          lastTransitionTime: timestamp(),
        } as const;
        status.conditions = [...(status.conditions ?? []).filter(({ type }) => type !== 'Progressing'), created];
      },
      { ...AUTHOR, subresource: 'status' },
    );
    this.#writeStatus();
    this.#events.report(referenceTo(deployment), {
      reason: 'ScalingReplicaSet',
      message: `Scaled up replica set ${this.#replicaSet} from 0 to ${Math.max(replicasBefore, this.plan.replicas)}`,
      component: 'deployment-controller',
    });
  }

  #scaleOld(replicaSet: string): void {
    const key = `${this.plan.namespace}/${replicaSet}`;
    const before = this.#store.replicasets.get(key);
    if (!before) return;
    this.#store.replicasets.update(key, (copy) => {
      copy.spec.replicas = 0;
      copy.status = { observedGeneration: copy.status.observedGeneration + 1, replicas: 0, readyReplicas: 0, availableReplicas: 0 };
    });
    this.#events.report(referenceTo(this.#deployment), {
      reason: 'ScalingReplicaSet',
      message: `Scaled down replica set ${replicaSet} from ${this.plan.replicas} to 0`,
      component: 'deployment-controller',
    });
  }

  #isOwn(pod: PodObject): boolean {
    return pod.metadata.namespace === this.plan.namespace && (ownerOf(pod)?.startsWith(`${this.plan.name}-`) ?? false);
  }

  #writeStatus(): void {
    const active = this.#store.pods.values().filter((pod) => this.#isOwn(pod) && isActive(pod));
    const updated = active.filter((pod) => ownerOf(pod) === this.#replicaSet).length;
    const available = active.filter(isReady).length;
    this.#store.deployments.update(
      this.key,
      (copy) => {
        const wanted = copy.spec.replicas;
        const status = {
          observedGeneration: copy.metadata.generation ?? 1,
          replicas: active.length,
          updatedReplicas: updated,
          readyReplicas: available,
          availableReplicas: available,
          ...(available < wanted ? { unavailableReplicas: wanted - available } : {}),
        };
        const progress = progressOf(wanted, copy.status, status, this.#replicaSet);
        copy.status = { ...status, conditions: [availableCondition(copy.status.conditions ?? [], available >= wanted), ...progress] };
      },
      { ...AUTHOR, subresource: 'status' },
    );
  }

  #object(
    kind: 'Deployment' | 'ReplicaSet',
    name: string,
    replicas: number,
  ): Omit<WorkloadObject, 'metadata'> & {
    metadata: { namespace: string; name: string; generation: number; labels: Record<string, string> };
  } {
    const { namespace, labels } = this.plan;
    return {
      apiVersion: 'apps/v1',
      kind,
      metadata: { namespace, name, generation: 1, labels: { ...labels } },
      spec: {
        replicas,
        selector: { matchLabels: { ...labels } },
        ...(kind === 'Deployment'
          ? { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }
          : {}),
        template: {
          metadata: { labels: { ...labels } },
          spec: { containers: [{ name: this.plan.name, image: this.#template.image, args: [...this.#template.args] }] },
        },
      },
      status: { observedGeneration: 1, replicas: 0, readyReplicas: 0, availableReplicas: 0 },
    };
  }
}

const ownerOf = (pod: PodObject): string | undefined => pod.metadata.ownerReferences?.[0]?.name;
const isReady = ({ status }: PodObject): boolean => status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
/** Counted by a ReplicaSet: neither on its way out nor ended for good. */
const isActive = ({ metadata, status: { phase } }: PodObject): boolean =>
  metadata.deletionTimestamp === undefined && phase !== 'Failed' && phase !== 'Succeeded';

type Status = WorkloadObject['status'];

/**
 * As syncRolloutStatus of the deployment controller (Kubernetes 1.36): what was complete stays so, whatever becomes of its pods, until there
 * is a new ReplicaSet; before that each step forward is ReplicaSetUpdated. Without a deadline: no fault lasts for progressDeadlineSeconds.
 */
function progressOf(wanted: number, before: Status, after: Status, replicaSet: string): Condition[] {
  const known = before.conditions?.find(({ type }) => type === 'Progressing');
  const progressing = { type: 'Progressing', status: 'True', lastTransitionTime: known?.lastTransitionTime ?? timestamp() } as const;
  if (known?.reason === COMPLETE && after.replicas === (after.updatedReplicas ?? 0)) return [known];
  if (isComplete(wanted, after)) {
    const message = `ReplicaSet "${replicaSet}" has successfully progressed.`;
    return [{ ...progressing, reason: COMPLETE, message, lastUpdateTime: timestamp() }];
  }
  if (!isStep(before, after)) return known ? [known] : [];
  return [
    { ...progressing, reason: 'ReplicaSetUpdated', message: `ReplicaSet "${replicaSet}" is progressing.`, lastUpdateTime: timestamp() },
  ];
}

function isComplete(wanted: number, { updatedReplicas, replicas, availableReplicas }: Status): boolean {
  return (updatedReplicas ?? 0) === wanted && replicas === wanted && availableReplicas === wanted;
}

function isStep(before: Status, after: Status): boolean {
  const [updated, updatedBefore] = [after.updatedReplicas ?? 0, before.updatedReplicas ?? 0];
  return (
    updated > updatedBefore ||
    after.replicas - updated < before.replicas - updatedBefore ||
    after.readyReplicas > before.readyReplicas ||
    after.availableReplicas > before.availableReplicas
  );
}

function availableCondition(before: readonly { type: string; status: string; lastTransitionTime?: string }[], enough: boolean) {
  const known = before.find((condition) => condition.type === 'Available');
  const status = enough ? ('True' as const) : ('False' as const);
  return {
    type: 'Available',
    status,
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    lastTransitionTime: known?.status === status && known.lastTransitionTime ? known.lastTransitionTime : timestamp(),
  };
}
