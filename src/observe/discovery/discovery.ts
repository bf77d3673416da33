import type { Observed } from '../../domain/observed.ts';
import { required } from '../../domain/required.ts';
import type { CaBundleFacts, Change, ClusterEvent, NodeFacts, ScheduleFacts } from '../../domain/snapshot.ts';
import type { SourceName, SourceStatus } from '../../domain/sources.ts';
import type { CacheChange, KubeClient, ResourceCache } from '../../kube/api.ts';
import type { CacheTuning } from '../../kube/cache.ts';
import type { ApiServiceRecord } from '../../objects/api-services.ts';
import { readCaBundle } from '../../objects/ca-bundle.ts';
import { createRunHistory } from '../../objects/cron-jobs.ts';
import type { SliceRecord } from '../../objects/endpoint-slices.ts';
import { createNeighbours, type Neighbours } from '../../objects/neighbours.ts';
import { nodeFacts, unreadableNode } from '../../objects/nodes.ts';
import { createPodHistory, type PodHistory } from '../../objects/pod-history.ts';
import { withPods } from '../../objects/system-events.ts';
import type { Targets } from '../../objects/targets.ts';
import { WORKLOAD_KINDS } from '../../objects/workloads.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import type { Source } from '../../source/source.ts';
import { worstOf } from '../../source/status.ts';
import { type Backends, createBackends } from './backends.ts';
import { allOf, createDiscoveryCaches, type DiscoveryCaches } from './caches.ts';
import { type ChangeRecorder, createChangeRecorder, recordChangesOf } from './change-recorder.ts';
import { type ConfigMapWatches, createConfigMapWatches } from './config-maps.ts';
import { createVersionWatch, type VersionWatch } from './control-plane.ts';
import { observedValueFrom } from './coverage.ts';
import { createEventWatch, type EventWatch } from './event-watch.ts';
import { conditionOf, type ObjectFacts, objectFacts, type Statuses } from './object-facts.ts';
import { Settling } from './settling.ts';
import { createTombstones, type Tombstones } from './tombstones.ts';
import { Transitions } from './transitions.ts';

/** What the cluster's own objects say of its aggregated APIs, live by watch. */
export interface Discovery {
  readonly targets: Targets;
  /** One per resource type; each may be started alone, and one that is not started leaves its facts unobserved. */
  source(name: SourceName): Source;
  /** Starts all sources. */
  start(signal: AbortSignal): void;
  /** The APIServices have been read, and everything behind them as far as it is visible. */
  synced(): boolean;
  /** Remote APIServices and tombstones, sorted. */
  names(): string[];
  facts(name: string, seen?: Statuses): ObjectFacts | undefined;
  /** How far each kind of object is seen now, for the facts of many APIs at a time. */
  seen(): Statuses;
  /** The same as in its facts. */
  condition(name: string): ObjectFacts['condition'] | undefined;
  /** Why nothing is known of an APIService that is there; undefined: it can be read. */
  unreadable(name: string): string | undefined;
  nodes(): Observed<readonly NodeFacts[]>;
  cronJobs(): Observed<readonly ScheduleFacts[]>;
  /** Changes that concern every API. */
  clusterChanges(): readonly Change[];
  /** Warnings of the last hour about what every API stands on. */
  systemEvents(): Observed<readonly ClusterEvent[]>;
  /** Changes that another source saw, e.g. of NetworkPolicies; undefined name: it concerns every API. */
  recordChange(name: string | undefined, change: Change): void;
  /** `host:port` of each kube-apiserver, by the slices of default/kubernetes. */
  apiservers(): readonly string[];
  serverVersion(): string | undefined;
  /** Called after the turn of the event loop in which something changed, with the names of the APIs concerned. */
  subscribe(listener: (changed: ReadonlySet<string>) => void): () => void;
}

export interface DiscoveryOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** By the name of an APIService, whether it is ours to watch; default: all are. */
  readonly isWatched?: (apiservice: string) => boolean;
  /** Whether an API errs although its condition is True; decides about a tombstone. */
  readonly isFailing?: (name: string) => boolean;
  readonly tuning?: Partial<CacheTuning>;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  return new WatchedDiscovery(options);
}

class WatchedDiscovery implements Discovery {
  readonly targets: Targets;
  readonly #clock: Clock;
  readonly #isFailing: (name: string) => boolean;
  readonly #caches: DiscoveryCaches;
  readonly #settling: Settling;
  readonly #history: PodHistory;
  readonly #neighbours: Neighbours;
  readonly #transitions = new Transitions();
  readonly #tombstones: Tombstones<ObjectFacts>;
  readonly #caBundles = new WeakMap<ApiServiceRecord, CaBundleFacts | null>();
  readonly #backends: Backends;
  readonly #changes: ChangeRecorder;
  readonly #runs = createRunHistory();
  readonly #events: EventWatch;
  readonly #configMaps: ConfigMapWatches;
  readonly #version: VersionWatch;
  readonly #sources: readonly Source[];

  constructor({ client, clock, log, isWatched = () => true, isFailing = () => false, tuning = {} }: DiscoveryOptions) {
    const options = { clock, log, tuning };
    this.#clock = clock;
    this.#isFailing = isFailing;
    this.#caches = createDiscoveryCaches(client, isWatched, options);
    this.#settling = new Settling(allOf(this.#caches), clock, () => this.#backends.refresh());
    this.#history = createPodHistory({ clock });
    this.#neighbours = createNeighbours({ clock });
    this.#tombstones = createTombstones<ObjectFacts>({ clock });
    // Before the others subscribe: they ask it whom a change concerns. Only tombstones must still see what was.
    this.#caches.apiServices.subscribe((change) => this.#observe(change));
    this.#caches.pods.subscribe((change) => {
      this.#history.observe(change);
      this.#neighbours.observe(change);
    });
    this.#backends = createBackends(this.#caches, { log });
    this.#changes = createChangeRecorder(this.#backends, { clock });
    recordChangesOf(this.#changes, this.#caches);
    this.#caches.nodes.subscribe((change) => this.#changes.node(change));
    this.#caches.cronJobs.subscribe((change) => this.#runs.observe(change));
    this.#events = createEventWatch(client, this.#backends, {
      ...options,
      onEvent: (event, apis) => this.#changes.event(event, apis),
    });
    this.#configMaps = createConfigMapWatches(client, { ...options, onChange: (change) => this.#changes.configMap(change) });
    this.#version = createVersionWatch(client, { clock, log, onChange: (change) => this.#changes.record(undefined, change) });
    this.#backends.subscribe((changed) => {
      for (const name of changed) this.#follow(name);
    });
    this.targets = this.#backends.targets;
    this.#sources = this.#openSources();
  }

  source(name: SourceName): Source {
    const source = this.#sources.find((one) => one.name === name);
    if (!source) throw new RangeError(`discovery has no source ${name}`);
    return source;
  }

  start(signal: AbortSignal): void {
    for (const source of this.#sources) source.start(signal);
  }

  synced(): boolean {
    return this.#caches.apiServices.synced && this.#settling.isOver();
  }

  names(): string[] {
    return [...new Set([...this.#backends.names(), ...this.#tombstones.names()])].sort();
  }

  facts(name: string, seen?: Statuses): ObjectFacts | undefined {
    return this.#factsNow(name, seen) ?? this.#tombstones.get(name);
  }

  seen(): Statuses {
    return statusesOf(this.#caches, this.#events, this.#clock());
  }

  condition(name: string): ObjectFacts['condition'] | undefined {
    const backend = this.#backends.get(name);
    return backend ? conditionOf(backend.api, this.#caches.apiServices.status(this.#clock())) : this.#tombstones.get(name)?.condition;
  }

  unreadable(name: string): string | undefined {
    return this.#backends.get(name)?.unreadable.api;
  }

  nodes(): Observed<readonly NodeFacts[]> {
    const { nodes } = this.#caches;
    return observedValueFrom(nodes.status(this.#clock()), () => [
      ...[...nodes.values()].map(nodeFacts),
      ...[...nodes.unreadable.keys()].map(unreadableNode),
    ]);
  }

  cronJobs(): Observed<readonly ScheduleFacts[]> {
    return observedValueFrom(this.#caches.cronJobs.status(this.#clock()), () => this.#runs.facts());
  }

  clusterChanges(): readonly Change[] {
    return this.#changes.cluster();
  }

  systemEvents(): Observed<readonly ClusterEvent[]> {
    const now = this.#clock();
    const { pods } = this.#caches;
    const podOf = pods.status(now).state === 'ok' ? (key: string) => (pods.unreadable.has(key) ? NOT_READY : pods.get(key)) : undefined;
    return observedValueFrom(this.#events.status(now), () => withPods(this.#events.system(), podOf, now));
  }

  recordChange(name: string | undefined, change: Change): void {
    this.#changes.record(name, change);
  }

  apiservers(): readonly string[] {
    return apiserversOf(this.#backends.slicesOf('default', 'kubernetes'));
  }

  serverVersion(): string | undefined {
    return this.#version.current();
  }

  subscribe(listener: (changed: ReadonlySet<string>) => void): () => void {
    return this.#backends.subscribe(listener);
  }

  #observe(change: CacheChange<ApiServiceRecord>): void {
    const { type, key } = change;
    if (type === 'deleted') {
      this.#bury(key);
      return;
    }
    if (type === 'added') this.#exhume(key);
    this.#transitions.note(change);
  }

  /** Its facts as they were last: the object is gone from the next turn on. */
  #bury(name: string): void {
    const facts = this.#factsNow(name);
    const broken = facts?.condition.state === 'observed' && facts.condition.value.status !== 'True';
    if (!facts || !(broken || this.#isFailing(name))) return;
    const deletedAt = this.#clock();
    const deletion: Change = { what: 'apiservice', at: deletedAt, object: `APIService ${name}`, summary: 'was deleted' };
    this.#tombstones.add(name, { ...facts, deletedAt, changes: [...facts.changes, deletion] });
  }

  /** The same name again: what was counted and changed before goes on. */
  #exhume(name: string): void {
    const facts = this.#tombstones.get(name);
    if (!facts) return;
    this.#tombstones.remove(name);
    this.#transitions.restore(name, facts.transitions);
    for (const change of facts.changes) this.#changes.record(name, change);
  }

  #follow(name: string): void {
    const backend = this.#backends.get(name);
    if (!backend) this.#forget(name);
    else if (this.#settling.isOver()) this.#changes.seed(backend);
  }

  #forget(name: string): void {
    this.#transitions.forget(name);
    this.#changes.forget(name);
    this.#events.forget(name);
  }

  /** Of an APIService that exists. */
  #factsNow(name: string, seen = this.seen()): ObjectFacts | undefined {
    const backend = this.#backends.get(name);
    if (!backend) return undefined;
    return objectFacts(backend, seen, {
      history: this.#history,
      caBundle: this.#caBundleOf(backend.api),
      transitions: this.#transitions.of(name),
      events: observedValueFrom(seen.events, () => this.#events.facts(name)),
      neighbours: this.#neighbours,
      changes: this.#changes.of(name),
    });
  }

  #caBundleOf(api: ApiServiceRecord): CaBundleFacts | null {
    const known = this.#caBundles.get(api);
    if (known !== undefined) return known;
    const caBundle = readCaBundle(api.caBundle);
    this.#caBundles.set(api, caBundle);
    return caBundle;
  }

  #openSources(): readonly Source[] {
    const { apiServices, services, slices, pods, workloads, nodes, cronJobs } = this.#caches;
    const watched = this.#watching('api-services', [apiServices]);
    return [
      {
        ...watched,
        start: (signal) => {
          watched.start(signal);
          this.#version.start(signal);
        },
      },
      this.#watching('services', [services]),
      this.#watching('endpoint-slices', [slices]),
      this.#watching('pods', [pods]),
      this.#watching('workloads', workloads),
      this.#watching('nodes', [nodes]),
      this.#watching('cron-jobs', [cronJobs]),
      {
        name: 'events',
        start: (signal) => this.#events.start(signal, this.#settling.after(signal)),
        status: (now) => this.#events.status(now),
      },
      {
        name: 'config-maps',
        start: (signal) => void this.#settling.after(signal).then(() => this.#followConfigMaps(signal)),
        status: (now) => this.#configMaps.status(now),
      },
    ];
  }

  #watching(name: SourceName, watched: readonly ResourceCache<unknown>[]): Source {
    return {
      name,
      start: (signal) => {
        for (const cache of watched) {
          this.#settling.begin(cache);
          cache.start(signal);
        }
        void this.#settling.after(signal);
      },
      status: (now) => statusOfAll(name, watched, now),
    };
  }

  #followConfigMaps(signal: AbortSignal): void {
    if (signal.aborted) return;
    const follow = () => this.#configMaps.setNamespaces(this.#backends.namespaces(), signal);
    follow();
    signal.addEventListener('abort', this.#backends.subscribe(follow), { once: true });
  }
}

/** One that cannot be read is there, and its end has not been seen. */
const NOT_READY = { ready: false };

function statusesOf({ apiServices, services, slices, pods, workloads }: DiscoveryCaches, events: EventWatch, now: number): Statuses {
  return {
    apiServices: apiServices.status(now),
    services: services.status(now),
    slices: slices.status(now),
    pods: pods.status(now),
    workloads: statusOfAll('workloads', workloads, now),
    ofWorkloadKind: (kind) => required(workloads[WORKLOAD_KINDS.indexOf(kind)], `the cache of ${kind}s`).status(now),
    events: events.status(now),
  };
}

/** The worst; of one it is its own. */
function statusOfAll(name: SourceName, caches: readonly ResourceCache<unknown>[], now: number): SourceStatus {
  const statuses = caches.map((cache) => cache.status(now));
  const [only] = statuses;
  return only && statuses.length === 1 ? only : worstOf(name, statuses);
}

function apiserversOf(slices: Iterable<Pick<SliceRecord, 'ports' | 'endpoints'>>): string[] {
  const found = new Set<string>();
  for (const { ports, endpoints } of slices)
    for (const { port } of ports)
      for (const { address } of typeof port === 'number' ? endpoints : [])
        if (address) found.add(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
  return [...found].sort();
}
