import { required } from '../../domain/required.ts';
import type { CacheChange, ResourceCache } from '../../kube/api.ts';
import { type ApiServiceRecord, unreadableApiService } from '../../objects/api-services.ts';
import { type Backend, joinBackend, matches, type Unreadable } from '../../objects/backend.ts';
import type { SliceRecord } from '../../objects/endpoint-slices.ts';
import type { PodRecord } from '../../objects/pods.ts';
import type { ServiceRecord } from '../../objects/services.ts';
import type { Targets } from '../../objects/targets.ts';
import { WORKLOAD_KINDS, type WorkloadKind, type WorkloadRecord } from '../../objects/workloads.ts';
import type { Logger } from '../../source/logger.ts';
import { Groups } from './groups.ts';
import { Listeners } from './listeners.ts';
import { TargetNews } from './target-news.ts';

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
  return new JoinedBackends(caches, log);
}

class JoinedBackends implements Backends {
  readonly targets: Targets;
  readonly #caches: BackendCaches;
  readonly #apis = new Map<string, ApiServiceRecord>();
  readonly #byNamespace = new Groups<ApiServiceRecord>();
  readonly #slices = new Groups<SliceRecord>();
  readonly #pods = new Groups<PodRecord>();
  readonly #workloads = new Groups<WorkloadRecord>();
  /** Those that did not change since they were asked for. */
  readonly #joined = new Map<string, Backend>();
  readonly #dirty = new Set<string>();
  readonly #news: TargetNews;
  readonly #listeners: Listeners<ReadonlySet<string>>;
  #scheduled = false;

  constructor(caches: BackendCaches, log: Logger) {
    this.#caches = caches;
    this.#news = new TargetNews(log);
    this.#listeners = new Listeners(log);
    this.targets = {
      all: () => this.#backendsOf(this.#apis.values()).map(({ target }) => target),
      get: (name) => this.get(name)?.target,
      subscribe: (listener) => this.#news.subscribe(listener),
    };
    this.#followApiServices();
    this.#followServices();
    this.#followSlices();
    this.#followPods();
    for (const [index, cache] of caches.workloads.entries())
      this.#followWorkloads(cache, required(WORKLOAD_KINDS[index], 'the kind of a workload cache'));
  }

  names(): readonly string[] {
    return [...this.#apis.keys()];
  }

  get(name: string): Backend | undefined {
    const api = this.#apis.get(name);
    if (!api) return undefined;
    const known = this.#joined.get(name);
    if (known) return known;
    const backend = this.#join(api);
    this.#joined.set(name, backend);
    return backend;
  }

  inNamespace(namespace: string): readonly Backend[] {
    return this.#backendsOf(this.#byNamespace.of(namespace).values());
  }

  ofService(namespace: string, service: string): readonly Backend[] {
    return this.#backendsOf([...this.#byNamespace.of(namespace).values()].filter((api) => api.backend.service === service));
  }

  namespaces(): ReadonlySet<string> {
    // An APIService that never could be read names none.
    return new Set([...this.#byNamespace.names()].filter((namespace) => namespace !== ''));
  }

  slicesOf(namespace: string, service: string): Iterable<SliceRecord> {
    return this.#slices.of(`${namespace}/${service}`).values();
  }

  refresh(): void {
    for (const name of this.#apis.keys()) this.#touch(name);
  }

  subscribe(listener: (changed: ReadonlySet<string>) => void): () => void {
    return this.#listeners.add(listener);
  }

  #backendsOf(records: Iterable<ApiServiceRecord>): Backend[] {
    return [...records].flatMap((api) => this.get(api.name) ?? []);
  }

  #join(api: ApiServiceRecord): Backend {
    const { namespace, service } = api.backend;
    // Of an APIService that cannot be read it is not known what stands behind it now.
    const known = api.unreadable === undefined;
    return joinBackend(api, {
      service: known ? this.#caches.services.get(`${namespace}/${service}`) : undefined,
      slices: known ? [...this.slicesOf(namespace, service)] : [],
      pods: known ? this.#pods.of(namespace) : NO_PODS,
      podsVisible: this.#caches.pods.synced,
      workloads: this.#workloads.of(namespace),
      unreadable: unreadableOf(api, this.#caches),
    });
  }

  #touch(name: string): void {
    this.#dirty.add(name);
    this.#joined.delete(name);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #touchIn(namespace: string, isConcerned: (api: ApiServiceRecord) => boolean = () => true): void {
    for (const api of this.#byNamespace.of(namespace).values()) if (isConcerned(api)) this.#touch(api.name);
  }

  /** Of an object that is unreadable. Whose it is cannot be read from it: all APIs of its namespace may be concerned. */
  #touchNamespaceOf(key: string): void {
    this.#touchIn(namespaceOf(key));
  }

  #flush(): void {
    this.#scheduled = false;
    const changed = new Set(this.#dirty);
    this.#dirty.clear();
    for (const name of changed) this.#news.publish(name, this.get(name)?.target);
    this.#listeners.tell(changed);
  }

  #followApiServices(): void {
    const { apiServices } = this.#caches;
    apiServices.subscribe(({ type, key, object }) => this.#setApi(key, type === 'deleted' ? undefined : object));
    apiServices.onUnreadable((key, why) =>
      this.#setApi(key, why === undefined ? undefined : unreadableApiService(key, why, this.#apis.get(key))),
    );
  }

  #setApi(key: string, api: ApiServiceRecord | undefined): void {
    const before = this.#apis.get(key);
    if (before) this.#byNamespace.delete(before.backend.namespace, key);
    if (api) {
      this.#apis.set(key, api);
      this.#byNamespace.set(api.backend.namespace, key, api);
    } else this.#apis.delete(key);
    this.#touch(key);
  }

  #followServices(): void {
    const { services } = this.#caches;
    services.subscribe(({ object }) => this.#touchIn(object.namespace, ({ backend }) => backend.service === object.name));
    services.onUnreadable((key) => this.#touchNamespaceOf(key));
  }

  #followSlices(): void {
    this.#caches.slices.subscribe(({ type, key, object, previous }) => {
      // A slice can be handed to another Service by its label.
      if (previous) this.#slices.delete(`${previous.namespace}/${previous.service}`, key);
      if (type !== 'deleted') this.#slices.set(`${object.namespace}/${object.service}`, key, object);
      const concerned = [object.service, previous?.service];
      this.#touchIn(object.namespace, ({ backend }) => concerned.includes(backend.service));
    });
    this.#caches.slices.onUnreadable((key) => {
      for (const group of [...this.#slices.names()]) if (namespaceOf(group) === namespaceOf(key)) this.#slices.delete(group, key);
      this.#touchNamespaceOf(key);
    });
  }

  #followPods(): void {
    this.#caches.pods.subscribe((change) => {
      const { type, object } = change;
      if (type === 'deleted') this.#pods.delete(object.namespace, object.name);
      else this.#pods.set(object.namespace, object.name, object);
      this.#touchIn(object.namespace, (api) => this.#concernsPod(api, change));
    });
    this.#caches.pods.onUnreadable((key) => {
      this.#pods.delete(namespaceOf(key), nameOf(key));
      this.#touchNamespaceOf(key);
    });
  }

  #concernsPod({ backend: { namespace, service } }: ApiServiceRecord, { object, previous }: CacheChange<PodRecord>): boolean {
    const selector = this.#caches.services.get(`${namespace}/${service}`)?.selector;
    if (selector && (matches(selector, object.labels) || (previous && matches(selector, previous.labels)))) return true;
    for (const { endpoints } of this.slicesOf(namespace, service)) if (endpoints.some(({ pod }) => pod === object.name)) return true;
    return false;
  }

  #followWorkloads(cache: ResourceCache<WorkloadRecord>, kind: WorkloadKind): void {
    cache.subscribe(({ type, object }) => {
      const key = `${object.kind}/${object.name}`;
      if (type === 'deleted') this.#workloads.delete(object.namespace, key);
      else this.#workloads.set(object.namespace, key, object);
      this.#touchIn(object.namespace);
    });
    cache.onUnreadable((key) => {
      this.#workloads.delete(namespaceOf(key), `${kind}/${nameOf(key)}`);
      this.#touchNamespaceOf(key);
    });
  }
}

const NO_PODS: ReadonlyMap<string, PodRecord> = new Map();

const namespaceOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')));
const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1);

function unreadableOf({ backend: { namespace, service }, unreadable }: ApiServiceRecord, caches: BackendCaches): Unreadable {
  return {
    api: unreadable,
    service: caches.services.unreadable.get(`${namespace}/${service}`),
    slices: firstIn(namespace, caches.slices),
    pods: firstIn(namespace, caches.pods),
    workloads: caches.workloads.map((cache) => firstIn(namespace, cache)).find((why) => why !== undefined),
  };
}

/** Of the first object of a namespace that cannot be read, why. Nearly always there is none in the whole cluster. */
function firstIn(namespace: string, { unreadable }: Pick<ResourceCache<unknown>, 'unreadable'>): string | undefined {
  if (unreadable.size === 0) return undefined;
  for (const [key, why] of unreadable) if (namespaceOf(key) === namespace) return `${key}: ${why}`;
  return undefined;
}
