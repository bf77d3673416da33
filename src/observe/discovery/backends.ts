import type { CacheChange, ResourceCache } from '../../kube/api.ts';
import { type ApiServiceRecord, unreadableApiService } from '../../objects/api-services.ts';
import { type Backend, joinBackend, matches, type Unreadable } from '../../objects/backend.ts';
import type { SliceRecord } from '../../objects/endpoint-slices.ts';
import type { PodRecord } from '../../objects/pods.ts';
import type { ServiceRecord } from '../../objects/services.ts';
import type { ApiTarget, TargetChange, Targets } from '../../objects/targets.ts';
import { WORKLOAD_KINDS, type WorkloadRecord } from '../../objects/workloads.ts';
import type { Logger } from '../../source/logger.ts';

/**
 * APIService → Service → EndpointSlices → pods, joined again whenever one of them changes. Reads are always current; listeners
 * hear of a change once, after the turn of the event loop in which it came.
 */
export interface Backends {
  readonly targets: Targets;
  names(): readonly string[];
  get(name: string): Backend | undefined;
  inNamespace(namespace: string): readonly Backend[];
  ofService(namespace: string, service: string): readonly Backend[];
  namespaces(): ReadonlySet<string>;
  slicesOf(namespace: string, service: string): Iterable<SliceRecord>;
  /** Joins all again: what is visible has changed. */
  refresh(): void;
  /** Names of the APIs about which something changed, removed ones included. */
  subscribe(listener: (changed: ReadonlySet<string>) => void): () => void;
}

export interface BackendCaches {
  readonly apiServices: ResourceCache<ApiServiceRecord>;
  readonly services: ResourceCache<ServiceRecord>;
  readonly slices: ResourceCache<SliceRecord>;
  readonly pods: ResourceCache<PodRecord>;
  /** In the order of WORKLOAD_KINDS. */
  readonly workloads: readonly ResourceCache<WorkloadRecord>[];
}

export function createBackends(caches: BackendCaches, { log }: { log: Logger }): Backends {
  const joined = new Map<string, Backend>();
  const apis = new Map<string, ApiServiceRecord>();
  const byNamespace = createGroups<ApiServiceRecord>();
  const slices = createGroups<SliceRecord>();
  const pods = createGroups<PodRecord>();
  const workloads = createGroups<WorkloadRecord>();
  const dirty = new Set<string>();
  const published = new Map<string, { target: ApiTarget; text: string }>();
  const listeners = new Set<(changed: ReadonlySet<string>) => void>();
  const targetListeners = new Set<(change: TargetChange) => void>();
  let scheduled = false;

  const touch = (name: string) => {
    dirty.add(name);
    joined.delete(name);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  const get = (name: string): Backend | undefined => {
    const api = apis.get(name);
    if (!api) return undefined;
    let backend = joined.get(name);
    if (!backend) {
      const { namespace, service } = api.backend;
      // Of an APIService that cannot be read it is not known what stands behind it now.
      const known = api.unreadable === undefined;
      backend = joinBackend(api, {
        service: known ? caches.services.get(`${namespace}/${service}`) : undefined,
        slices: known ? [...slices.of(`${namespace}/${service}`).values()] : [],
        pods: known ? pods.of(namespace) : NO_PODS,
        podsVisible: caches.pods.synced,
        workloads: workloads.of(namespace),
        unreadable: unreadableOf(api),
      });
      joined.set(name, backend);
    }
    return backend;
  };
  const safely = (call: () => void) => {
    try {
      call();
    } catch (error) {
      log.error({ err: error }, 'a listener of discovery failed');
    }
  };
  const publish = (name: string) => {
    const target = get(name)?.target;
    const before = published.get(name);
    const text = target ? JSON.stringify(target) : '';
    if (before?.text === text || (!before && !target)) return;
    if (target) published.set(name, { target, text });
    else published.delete(name);
    const kind = !before ? 'added' : target ? 'changed' : 'removed';
    for (const listener of targetListeners) safely(() => listener({ kind, target: target ?? before!.target }));
  };
  function flush(): void {
    scheduled = false;
    const changed = new Set(dirty);
    dirty.clear();
    for (const name of changed) publish(name);
    for (const listener of listeners) safely(() => listener(changed));
  }

  const setApi = (key: string, api: ApiServiceRecord | undefined) => {
    const before = apis.get(key);
    if (before) byNamespace.delete(before.backend.namespace, key);
    if (api) {
      apis.set(key, api);
      byNamespace.set(api.backend.namespace, key, api);
    } else apis.delete(key);
    touch(key);
  };
  caches.apiServices.subscribe(({ type, key, object }) => setApi(key, type === 'deleted' ? undefined : object));
  caches.apiServices.onUnreadable((key, why) => setApi(key, why === undefined ? undefined : unreadableApiService(key, why, apis.get(key))));

  /** Whose object it is cannot be read from it: all APIs of its namespace may be concerned. */
  const touchNamespaceOf = (key: string) => {
    for (const api of byNamespace.of(namespaceOf(key)).values()) touch(api.name);
  };
  caches.services.onUnreadable(touchNamespaceOf);
  caches.slices.onUnreadable((key) => {
    for (const group of [...slices.names()]) if (namespaceOf(group) === namespaceOf(key)) slices.delete(group, key);
    touchNamespaceOf(key);
  });
  caches.pods.onUnreadable((key) => {
    pods.delete(namespaceOf(key), key.slice(key.indexOf('/') + 1));
    touchNamespaceOf(key);
  });
  for (const [index, cache] of caches.workloads.entries())
    cache.onUnreadable((key) => {
      workloads.delete(namespaceOf(key), `${WORKLOAD_KINDS[index]}/${key.slice(key.indexOf('/') + 1)}`);
      touchNamespaceOf(key);
    });

  function unreadableOf({ backend: { namespace, service }, unreadable }: ApiServiceRecord): Unreadable {
    return {
      api: unreadable,
      service: caches.services.unreadable.get(`${namespace}/${service}`),
      slices: firstIn(namespace, caches.slices),
      pods: firstIn(namespace, caches.pods),
      workloads: caches.workloads.map((cache) => firstIn(namespace, cache)).find((why) => why !== undefined),
    };
  }

  caches.services.subscribe(({ object }) => {
    for (const api of byNamespace.of(object.namespace).values()) if (api.backend.service === object.name) touch(api.name);
  });
  caches.slices.subscribe(({ type, key, object, previous }) => {
    // A slice can be handed to another Service by its label.
    if (previous) slices.delete(`${previous.namespace}/${previous.service}`, key);
    if (type !== 'deleted') slices.set(`${object.namespace}/${object.service}`, key, object);
    const concerned = [object.service, previous?.service];
    for (const api of byNamespace.of(object.namespace).values()) if (concerned.includes(api.backend.service)) touch(api.name);
  });
  caches.pods.subscribe((change) => {
    const { type, object } = change;
    if (type === 'deleted') pods.delete(object.namespace, object.name);
    else pods.set(object.namespace, object.name, object);
    for (const api of byNamespace.of(object.namespace).values()) if (concernsPod(api, change)) touch(api.name);
  });
  for (const cache of caches.workloads)
    cache.subscribe(({ type, object }) => {
      const key = `${object.kind}/${object.name}`;
      if (type === 'deleted') workloads.delete(object.namespace, key);
      else workloads.set(object.namespace, key, object);
      for (const api of byNamespace.of(object.namespace).values()) touch(api.name);
    });

  function concernsPod({ backend }: ApiServiceRecord, { object, previous }: CacheChange<PodRecord>): boolean {
    const selector = caches.services.get(`${backend.namespace}/${backend.service}`)?.selector;
    if (selector && (matches(selector, object.labels) || (previous && matches(selector, previous.labels)))) return true;
    for (const { endpoints } of slices.of(`${backend.namespace}/${backend.service}`).values())
      if (endpoints.some(({ pod }) => pod === object.name)) return true;
    return false;
  }

  const backendsOf = (records: Iterable<ApiServiceRecord>): Backend[] => [...records].flatMap((api) => get(api.name) ?? []);
  return {
    targets: {
      all: () => backendsOf(apis.values()).map(({ target }) => target),
      get: (name) => get(name)?.target,
      subscribe(listener) {
        targetListeners.add(listener);
        return () => targetListeners.delete(listener);
      },
    },
    names: () => [...apis.keys()],
    get,
    inNamespace: (namespace) => backendsOf(byNamespace.of(namespace).values()),
    ofService: (namespace, service) => backendsOf([...byNamespace.of(namespace).values()].filter((api) => api.backend.service === service)),
    namespaces: () => new Set(byNamespace.names()),
    slicesOf: (namespace, service) => slices.of(`${namespace}/${service}`).values(),
    refresh() {
      for (const name of apis.keys()) touch(name);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const NO_PODS: ReadonlyMap<string, PodRecord> = new Map();

const namespaceOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')));

/** Of the first object of a namespace that cannot be read, why. Nearly always there is none in the whole cluster. */
function firstIn(namespace: string, { unreadable }: Pick<ResourceCache<unknown>, 'unreadable'>): string | undefined {
  if (unreadable.size === 0) return undefined;
  for (const [key, why] of unreadable) if (namespaceOf(key) === namespace) return `${key}: ${why}`;
  return undefined;
}

interface Groups<T> {
  names(): Iterable<string>;
  of(group: string): ReadonlyMap<string, T>;
  set(group: string, key: string, value: T): void;
  delete(group: string, key: string): void;
}

/** Maps by namespace (or Service); an empty group goes. */
function createGroups<T>(): Groups<T> {
  const groups = new Map<string, Map<string, T>>();
  const none: ReadonlyMap<string, T> = new Map();
  return {
    names: () => groups.keys(),
    of: (group) => groups.get(group) ?? none,
    set(group, key, value) {
      const members = groups.get(group);
      if (members) members.set(key, value);
      else groups.set(group, new Map([[key, value]]));
    },
    delete(group, key) {
      const members = groups.get(group);
      members?.delete(key);
      if (members?.size === 0) groups.delete(group);
    },
  };
}
