import type { Change, ChangeKind } from '../../domain/snapshot.ts';
import type { CacheChange } from '../../kube/api.ts';
import type { Writer } from '../../kube/managed-fields.ts';
import { type ApiServiceRecord, specChange } from '../../objects/api-services.ts';
import type { Backend } from '../../objects/backend.ts';
import { matches } from '../../objects/backend.ts';
import { isControlPlaneLeader, isLedBy, leaderIn, resizeIn } from '../../objects/event-changes.ts';
import type { EventRecord } from '../../objects/events.ts';
import { type NodeRecord, nodeChange } from '../../objects/nodes.ts';
import type { PodRecord } from '../../objects/pods.ts';
import { type ServiceRecord, serviceChanges } from '../../objects/services.ts';
import { type WorkloadRecord, workloadChanges } from '../../objects/workloads.ts';
import type { Clock } from '../../source/clock.ts';
import type { BackendCaches, Backends } from './backends.ts';
import { attribution, type ChangeRing, createChangeRing } from './changes.ts';
import type { ConfigMapRecord } from './config-maps.ts';
import { apiserverPodChange, isApiserverPod } from './control-plane.ts';
import { pastChanges } from './past-changes.ts';

const HOUR = 3_600_000;

/** A ring of changes per API, and one of what concerns every API (control plane). */
export interface ChangeRecorder {
  /** Undefined name: it concerns every API. */
  record(api: string | undefined, change: Change): void;
  of(api: string): readonly Change[];
  cluster(): readonly Change[];
  forget(api: string): void;
  /** What the objects tell of the hour before we looked, by their creation and their managers; once per API. */
  seed(backend: Backend): void;
  apiService(change: CacheChange<ApiServiceRecord>): void;
  service(change: CacheChange<ServiceRecord>): void;
  workload(change: CacheChange<WorkloadRecord>): void;
  node(change: CacheChange<NodeRecord>): void;
  pod(change: CacheChange<PodRecord>): void;
  configMap(change: CacheChange<ConfigMapRecord>): void;
  /** Also one of before we looked: it has its time. @param apis that it concerns. */
  event(event: EventRecord, apis: readonly string[]): void;
}

type AskedBackends = Pick<Backends, 'names' | 'get' | 'inNamespace' | 'ofService'>;

export function createChangeRecorder(backends: AskedBackends, { clock }: { clock: Clock }): ChangeRecorder {
  return new RingedChanges(backends, clock);
}

class RingedChanges implements ChangeRecorder {
  readonly #backends: AskedBackends;
  readonly #clock: Clock;
  readonly #rings = new Map<string, ChangeRing>();
  readonly #everyApi = createChangeRing();
  readonly #seeded = new Set<string>();

  constructor(backends: AskedBackends, clock: Clock) {
    this.#backends = backends;
    this.#clock = clock;
  }

  record(api: string | undefined, change: Change): void {
    const ring = api === undefined ? this.#everyApi : (this.#rings.get(api) ?? createChangeRing());
    if (api !== undefined) this.#rings.set(api, ring);
    ring.record(change);
  }

  of(api: string): readonly Change[] {
    return this.#rings.get(api)?.list() ?? [];
  }

  cluster(): readonly Change[] {
    return this.#everyApi.list();
  }

  forget(api: string): void {
    this.#rings.delete(api);
    this.#seeded.delete(api);
  }

  seed(backend: Backend): void {
    const { name } = backend.api;
    if (this.#seeded.has(name)) return;
    this.#seeded.add(name);
    for (const change of pastChanges(backend, this.#clock() - HOUR)) this.record(name, change);
  }

  apiService(change: CacheChange<ApiServiceRecord>): void {
    const { key, object, previous } = change;
    const name = `APIService ${key}`;
    const made = this.#written(change, 'apiservice', name, (before, after) => specChange(before, after).spec);
    if (made) this.record(key, made);
    const caBundle = previous && change.type === 'modified' ? specChange(previous, object).caBundle : undefined;
    if (caBundle === undefined) return;
    const by = attribution(previous?.caWriter, object.caWriter, this.#clock());
    this.record(key, { what: 'ca-bundle', ...by, object: name, summary: caBundle });
  }

  service(change: CacheChange<ServiceRecord>): void {
    const { object, previous, type } = change;
    const name = `Service ${change.key}`;
    const edits = previous && type === 'modified' ? serviceChanges(previous, object) : [{ what: 'service', summary: undefined } as const];
    for (const { what, summary } of edits) {
      const made = this.#written(change, what, name, () => summary);
      if (made) for (const { api } of this.#backends.ofService(object.namespace, object.name)) this.record(api.name, made);
    }
  }

  workload(change: CacheChange<WorkloadRecord>): void {
    const { object, previous, type } = change;
    const edits = previous && type === 'modified' ? workloadChanges(previous, object) : [{ what: 'rollout', summary: undefined } as const];
    for (const { what, summary } of edits) {
      const made = this.#written(change, what, `${object.kind} ${change.key}`, () => summary);
      if (!made) continue;
      for (const backend of this.#backends.inNamespace(object.namespace))
        if (isBehind(object, backend)) this.record(backend.api.name, made);
    }
  }

  node({ type, key, object, previous, live }: CacheChange<NodeRecord>): void {
    if (!live) return;
    const summary = type === 'deleted' ? 'was removed' : previous ? nodeChange(previous, object) : 'was added';
    if (summary === undefined) return;
    const change: Change = { what: 'node', at: this.#clock(), object: `Node ${key}`, summary };
    // Other nodes come and go all day in a large cluster, and concern no API.
    const concerned = object.controlPlane ? [undefined] : this.#apisOn(key);
    for (const api of concerned) this.record(api, change);
  }

  #apisOn(node: string): string[] {
    return this.#backends.names().filter((name) => this.#backends.get(name)?.pods.some((pod) => pod.node === node));
  }

  pod(change: CacheChange<PodRecord>): void {
    if (!isApiserverPod(change.object)) return;
    const made = apiserverPodChange(change, this.#clock());
    if (made) this.record(undefined, made);
  }

  configMap(change: CacheChange<ConfigMapRecord>): void {
    const { object } = change;
    const name = `ConfigMap ${change.key}`;
    const before = !change.live && object.writer && object.writer.at >= this.#clock() - HOUR;
    const made: Change | undefined = before
      ? { what: 'configuration', at: object.writer.at, manager: object.writer.manager, object: name, summary: 'was written' }
      : this.#written(change, 'configuration', name, () => 'was changed');
    if (!made) return;
    for (const { api, pods } of this.#backends.inNamespace(object.namespace))
      if (pods.some(({ template }) => template.configMaps.includes(object.name))) this.record(api.name, made);
  }

  event(event: EventRecord, apis: readonly string[]): void {
    const leader = leaderIn(event);
    if (leader && isControlPlaneLeader(event)) this.record(undefined, { ...leader.change, what: 'control-plane-leader' });
    else if (leader) {
      const led = this.#backends.inNamespace(event.namespace).filter(({ pods }) => pods.some(({ name }) => isLedBy(leader.identity, name)));
      for (const { api } of led) this.record(api.name, { ...leader.change, what: 'leader' });
    }
    for (const api of apis) {
      const workload = this.#backends.get(api)?.workload;
      const of = workload ? `${workload.kind} ${workload.namespace}/${workload.name}` : `Pod ${event.namespace}/${event.name}`;
      const resize = resizeIn(event, of);
      if (resize) this.record(api, resize);
    }
  }

  /** An object that somebody writes: created, changed in a way worth a word, deleted. Nothing for what was there before us. */
  #written<T extends { readonly writer: Writer | undefined; readonly createdAt?: number | undefined }>(
    { type, object, previous, live }: CacheChange<T>,
    what: ChangeKind,
    name: string,
    said: (before: T, after: T) => string | undefined,
  ): Change | undefined {
    if (!live) return undefined;
    const now = this.#clock();
    if (type === 'deleted') return { what, at: now, object: name, summary: 'was deleted' };
    if (!previous) {
      const by = attribution(undefined, object.writer, now);
      return { what, ...by, at: Math.min(now, object.createdAt ?? now), object: name, summary: 'was created' };
    }
    const summary = said(previous, object);
    return summary === undefined ? undefined : { what, ...attribution(previous.writer, object.writer, now), object: name, summary };
  }
}

/** Also when it is deleted, or has no pods now: its pods would be selected. */
function isBehind(workload: WorkloadRecord, { service, workload: found }: Backend): boolean {
  if (found && found.kind === workload.kind && found.name === workload.name) return true;
  return service?.selector ? matches(service.selector, workload.podLabels) : false;
}

/** Subscribes a recorder to the caches, after the backends: it asks them whom a change concerns. */
export function recordChangesOf(recorder: ChangeRecorder, caches: BackendCaches): void {
  caches.apiServices.subscribe((change) => recorder.apiService(change));
  caches.services.subscribe((change) => recorder.service(change));
  caches.pods.subscribe((change) => recorder.pod(change));
  for (const workloads of caches.workloads) workloads.subscribe((change) => recorder.workload(change));
}
