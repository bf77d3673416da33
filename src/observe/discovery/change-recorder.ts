import type { Change, ChangeKind } from '../../domain/snapshot.ts';
import type { CacheChange } from '../../kube/api.ts';
import type { Writer } from '../../kube/managed-fields.ts';
import { type ApiServiceRecord, specChange } from '../../objects/api-services.ts';
import type { Backend } from '../../objects/backend.ts';
import { matches } from '../../objects/backend.ts';
import { type NodeRecord, nodeChange } from '../../objects/nodes.ts';
import type { PodRecord } from '../../objects/pods.ts';
import { type ServiceRecord, serviceChanges } from '../../objects/services.ts';
import { type WorkloadRecord, workloadChange } from '../../objects/workloads.ts';
import type { Clock } from '../../source/clock.ts';
import type { BackendCaches, Backends } from './backends.ts';
import { attribution, type ChangeRing, createChangeRing } from './changes.ts';
import type { ConfigMapRecord } from './config-maps.ts';
import { apiserverPodChange, isApiserverPod } from './control-plane.ts';

const HOUR = 3_600_000;
/** What is created this close to its APIService was installed with it. */
const BIRTH_MS = 600_000;

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
}

export function createChangeRecorder(
  backends: Pick<Backends, 'names' | 'get' | 'inNamespace' | 'ofService'>,
  { clock }: { clock: Clock },
): ChangeRecorder {
  const rings = new Map<string, ChangeRing>();
  const everyApi = createChangeRing();
  const seeded = new Set<string>();

  const record = (api: string | undefined, change: Change) => {
    if (api === undefined) return everyApi.record(change);
    let ring = rings.get(api);
    if (!ring) {
      ring = createChangeRing();
      rings.set(api, ring);
    }
    ring.record(change);
  };

  /** An object that somebody writes: created, changed in a way worth a word, deleted. Nothing for what was there before us. */
  const written = <T extends { readonly writer: Writer | undefined; readonly createdAt?: number | undefined }>(
    { type, object, previous, live }: CacheChange<T>,
    what: ChangeKind,
    name: string,
    said: (before: T, after: T) => string | undefined,
  ): Change | undefined => {
    const now = clock();
    if (!live) return undefined;
    if (type === 'deleted') return { what, at: now, object: name, summary: 'was deleted' };
    if (!previous)
      return {
        what,
        ...attribution(undefined, object.writer, now),
        at: Math.min(now, object.createdAt ?? now),
        object: name,
        summary: 'was created',
      };
    const summary = said(previous, object);
    return summary === undefined ? undefined : { what, ...attribution(previous.writer, object.writer, now), object: name, summary };
  };

  return {
    record,
    of: (api) => rings.get(api)?.list() ?? [],
    cluster: () => everyApi.list(),
    forget(api) {
      rings.delete(api);
      seeded.delete(api);
    },
    seed(backend) {
      if (seeded.has(backend.api.name)) return;
      seeded.add(backend.api.name);
      for (const change of pastChanges(backend, clock() - HOUR)) record(backend.api.name, change);
    },
    apiService(change) {
      const { key, object, previous } = change;
      const name = `APIService ${key}`;
      const made = written(change, 'apiservice', name, (before, after) => specChange(before, after).spec);
      if (made) record(key, made);
      const caBundle = previous && change.type === 'modified' ? specChange(previous, object).caBundle : undefined;
      if (caBundle !== undefined)
        record(key, { what: 'ca-bundle', ...attribution(previous?.caWriter, object.caWriter, clock()), object: name, summary: caBundle });
    },
    service(change) {
      const { object, previous, type } = change;
      const name = `Service ${change.key}`;
      const edits = previous && type === 'modified' ? serviceChanges(previous, object) : [{ what: 'service', summary: undefined } as const];
      for (const { what, summary } of edits) {
        const made = written(change, what, name, () => summary);
        if (made) for (const { api } of backends.ofService(object.namespace, object.name)) record(api.name, made);
      }
    },
    workload(change) {
      const { object } = change;
      const made = written(change, 'rollout', `${object.kind} ${change.key}`, workloadChange);
      if (made) for (const backend of backends.inNamespace(object.namespace)) if (isBehind(object, backend)) record(backend.api.name, made);
    },
    node({ type, key, object, previous, live }) {
      if (!live) return;
      const summary = type === 'deleted' ? 'was removed' : previous ? nodeChange(previous, object) : 'was added';
      if (summary === undefined) return;
      const change: Change = { what: 'node', at: clock(), object: `Node ${key}`, summary };
      // Other nodes come and go all day in a large cluster, and concern no API.
      if (object.controlPlane) return record(undefined, change);
      for (const name of backends.names()) if (backends.get(name)?.pods.some(({ node }) => node === key)) record(name, change);
    },
    pod(change) {
      if (!isApiserverPod(change.object)) return;
      const made = apiserverPodChange(change, clock());
      if (made) record(undefined, made);
    },
    configMap(change) {
      const { object } = change;
      const name = `ConfigMap ${change.key}`;
      const before = !change.live && object.writer && object.writer.at >= clock() - HOUR;
      const made: Change | undefined = before
        ? { what: 'configuration', at: object.writer.at, manager: object.writer.manager, object: name, summary: 'was written' }
        : written(change, 'configuration', name, () => 'was changed');
      if (!made) return;
      for (const { api, pods } of backends.inNamespace(object.namespace))
        if (pods.some(({ template }) => template.configMaps.includes(object.name))) record(api.name, made);
    },
  };
}

/** Also when it is deleted, or has no pods now: its pods would be selected. */
function isBehind(workload: WorkloadRecord, { service, workload: found }: Backend): boolean {
  if (found && found.kind === workload.kind && found.name === workload.name) return true;
  return service?.selector ? matches(service.selector, workload.podLabels) : false;
}

function pastChanges({ api, service, workload }: Backend, since: number): Change[] {
  const caWriter = api.caWriter;
  const past: Change[] = [];
  const add = (what: ChangeKind, object: string, createdAt: number | undefined, writer: Writer | undefined, summary: string) => {
    if (createdAt !== undefined && createdAt >= since) {
      // With a new API its Service and pods are new: that is its birth, and no change of it.
      if (what !== 'apiservice' && api.createdAt !== undefined && Math.abs(createdAt - api.createdAt) < BIRTH_MS) return;
      past.push({ what, at: createdAt, object, summary: 'was created', ...(writer ? { manager: writer.manager } : {}) });
    } else if (writer && writer.at >= since) past.push({ what, at: writer.at, object, summary, manager: writer.manager });
  };
  const specWriter = api.writer && caWriter && api.writer.at === caWriter.at ? undefined : api.writer;
  add('apiservice', `APIService ${api.name}`, api.createdAt, specWriter, 'spec was written');
  if (caWriter && (api.createdAt === undefined || caWriter.at > api.createdAt + 1000))
    add('ca-bundle', `APIService ${api.name}`, undefined, caWriter, 'caBundle was written');
  if (service) add('service', `Service ${service.namespace}/${service.name}`, service.createdAt, service.writer, 'spec was written');
  if (workload)
    add('rollout', `${workload.kind} ${workload.namespace}/${workload.name}`, workload.createdAt, workload.writer, 'spec was written');
  return past;
}

/** Subscribes a recorder to the caches, after the backends: it asks them whom a change concerns. */
export function recordChangesOf(recorder: ChangeRecorder, caches: BackendCaches): void {
  caches.apiServices.subscribe((change) => recorder.apiService(change));
  caches.services.subscribe((change) => recorder.service(change));
  caches.pods.subscribe((change) => recorder.pod(change));
  for (const workloads of caches.workloads) workloads.subscribe((change) => recorder.workload(change));
}
