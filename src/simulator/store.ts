import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type {
  ApiServiceObject,
  AutoscalerObject,
  ConfigMapObject,
  CronJobObject,
  CustomPolicyObject,
  EndpointSliceObject,
  EventObject,
  JobObject,
  KubeObject,
  LeaseObject,
  NamespaceObject,
  NetworkPolicyObject,
  NodeObject,
  ObjectMeta,
  PodObject,
  RoleBindingObject,
  ServiceObject,
  WorkloadObject,
} from './objects.ts';
import { timestamp } from './objects.ts';

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  readonly revision: number;
}

/** Metadata that a creator gives; the store fills in the rest. */
export type NewMeta = Partial<ObjectMeta> & { name: string };
export type NewObject<T extends KubeObject> = Omit<T, 'metadata'> & { metadata: NewMeta };

/** Events kept per collection for watches that resume; older ones answer 410. */
const HISTORY = 2048;

/** Who changed an object, as recorded in metadata.managedFields. */
export interface Author {
  readonly manager: string;
  readonly subresource?: 'status';
}

/** One resource's objects. Objects are replaced, never changed in place: a reader may keep what it read. */
export class Collection<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #history: WatchEvent<T>[] = [];
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #revisions: Revisions;
  #oldest = 0;

  constructor(revisions: Revisions) {
    this.#revisions = revisions;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): T[] {
    return [...this.#objects.values()];
  }

  get size(): number {
    return this.#objects.size;
  }

  create(object: NewObject<T>, author: Author = { manager: 'kubectl-create' }): T {
    const key = keyOf(object.metadata);
    if (this.#objects.has(key)) throw new Error(`${object.kind} ${key} exists already`);
    const metadata = { uid: randomUUID(), resourceVersion: '', creationTimestamp: timestamp(), ...object.metadata };
    return this.#write('ADDED', key, { ...object, metadata } as unknown as T, author);
  }

  /** `change` gets a deep copy to edit. Undefined when there is no such object. */
  update(key: string, change: (copy: T) => void, author: Author = { manager: 'kube-controller-manager' }): T | undefined {
    const before = this.#objects.get(key);
    if (!before) return undefined;
    const copy = structuredClone(before);
    change(copy);
    if (JSON.stringify(copy) === JSON.stringify(before)) return before;
    if (author.subresource === undefined && copy.metadata.generation !== undefined) copy.metadata.generation += 1;
    return this.#write('MODIFIED', key, copy, author);
  }

  delete(key: string): T | undefined {
    const object = this.#objects.get(key);
    if (!object) return undefined;
    this.#objects.delete(key);
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revisions.next()) } };
    this.#record({ type: 'DELETED', object: last, revision: this.#revisions.current });
    return last;
  }

  /** Events after `revision`, or undefined when they are no longer known (410). */
  since(revision: number): WatchEvent<T>[] | undefined {
    if (revision < this.#oldest) return undefined;
    return this.#history.filter((event) => event.revision > revision);
  }

  /** Forgets the history: watches from before now get 410. */
  compact(): void {
    this.#history.length = 0;
    this.#oldest = this.#revisions.current;
  }

  subscribe(listener: (event: WatchEvent<T>) => void): () => void {
    this.#emitter.on('event', listener);
    return () => this.#emitter.off('event', listener);
  }

  #write(type: 'ADDED' | 'MODIFIED', key: string, object: T, author: Author): T {
    object.metadata = {
      ...object.metadata,
      resourceVersion: String(this.#revisions.next()),
      managedFields: withAuthor(object, author),
    };
    this.#objects.set(key, object);
    this.#record({ type, object, revision: this.#revisions.current });
    return object;
  }

  #record(event: WatchEvent<T>): void {
    this.#history.push(event);
    for (const { revision } of this.#history.splice(0, this.#history.length - HISTORY)) this.#oldest = revision;
    this.#emitter.emit('event', event);
  }
}

function withAuthor(object: KubeObject, author: Author) {
  const others = (object.metadata.managedFields ?? []).filter(
    (entry) => entry.manager !== author.manager || entry.subresource !== author.subresource,
  );
  return [
    ...others,
    {
      manager: author.manager,
      operation: 'Update' as const,
      apiVersion: object.apiVersion,
      time: timestamp(),
      fieldsType: 'FieldsV1' as const,
      fieldsV1: {},
      ...(author.subresource ? { subresource: author.subresource } : {}),
    },
  ].slice(-8);
}

export function keyOf(metadata: { name: string; namespace?: string }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** One counter for the whole store, as etcd has it. */
export class Revisions {
  #current = 1000;

  get current(): number {
    return this.#current;
  }

  next(): number {
    this.#current += 1;
    return this.#current;
  }
}

export type Store = ReturnType<typeof createStore>;

export function createStore() {
  const revisions = new Revisions();
  return {
    revisions,
    apiservices: new Collection<ApiServiceObject>(revisions),
    services: new Collection<ServiceObject>(revisions),
    endpointslices: new Collection<EndpointSliceObject>(revisions),
    pods: new Collection<PodObject>(revisions),
    nodes: new Collection<NodeObject>(revisions),
    namespaces: new Collection<NamespaceObject>(revisions),
    events: new Collection<EventObject>(revisions),
    networkpolicies: new Collection<NetworkPolicyObject>(revisions),
    ciliumnetworkpolicies: new Collection<CustomPolicyObject>(revisions),
    clusternetworkpolicies: new Collection<CustomPolicyObject>(revisions),
    deployments: new Collection<WorkloadObject>(revisions),
    replicasets: new Collection<WorkloadObject>(revisions),
    daemonsets: new Collection<WorkloadObject>(revisions),
    statefulsets: new Collection<WorkloadObject>(revisions),
    configmaps: new Collection<ConfigMapObject>(revisions),
    cronjobs: new Collection<CronJobObject>(revisions),
    jobs: new Collection<JobObject>(revisions),
    leases: new Collection<LeaseObject>(revisions),
    rolebindings: new Collection<RoleBindingObject>(revisions),
    clusterrolebindings: new Collection<RoleBindingObject>(revisions),
    horizontalpodautoscalers: new Collection<AutoscalerObject>(revisions),
    mutatingwebhookconfigurations: new Collection<KubeObject>(revisions),
    validatingwebhookconfigurations: new Collection<KubeObject>(revisions),
  };
}

export type CollectionName = Exclude<keyof Store, 'revisions'>;
