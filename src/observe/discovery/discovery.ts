import { setTimeout as sleep } from 'node:timers/promises';
import type { Observed } from '../../domain/observed.ts';
import type { ApiFacts, Change, ClusterEvent, NodeFacts, ScheduleFacts } from '../../domain/snapshot.ts';
import type { SourceName, SourceStatus } from '../../domain/sources.ts';
import type { KubeClient, ResourceCache, ResourceSpec } from '../../kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../kube/cache.ts';
import { API_SERVICES, type ApiServiceRecord } from '../../objects/api-services.ts';
import type { Backend } from '../../objects/backend.ts';
import { readCaBundle } from '../../objects/ca-bundle.ts';
import { CRON_JOBS, createRunHistory } from '../../objects/cron-jobs.ts';
import { ENDPOINT_SLICES, type SliceRecord } from '../../objects/endpoint-slices.ts';
import { NODES, nodeFacts, unreadableNode } from '../../objects/nodes.ts';
import { createPodHistory } from '../../objects/pod-history.ts';
import { PODS } from '../../objects/pods.ts';
import { SERVICES } from '../../objects/services.ts';
import type { Targets } from '../../objects/targets.ts';
import { WORKLOAD_KINDS, WORKLOADS } from '../../objects/workloads.ts';
import type { Clock } from '../../source/clock.ts';
import type { Logger } from '../../source/logger.ts';
import type { Source } from '../../source/source.ts';
import { worstOf } from '../../source/status.ts';
import { createBackends } from './backends.ts';
import { createChangeRecorder, recordChangesOf } from './change-recorder.ts';
import { createConfigMapWatches } from './config-maps.ts';
import { createVersionWatch } from './control-plane.ts';
import { observedValueFrom } from './coverage.ts';
import { createEventWatch } from './event-watch.ts';
import { type ObjectFacts, objectFacts, type Statuses } from './object-facts.ts';
import { createTombstones } from './tombstones.ts';

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
  facts(name: string): ObjectFacts | undefined;
  /** Why nothing is known of an APIService that is there; undefined: it can be read. */
  unreadable(name: string): string | undefined;
  nodes(): Observed<readonly NodeFacts[]>;
  cronJobs(): Observed<readonly ScheduleFacts[]>;
  /** Changes that concern every API. */
  clusterChanges(): readonly Change[];
  /** Warnings of kube-system in the last hour. */
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
  /** Names of APIServices to leave alone. */
  readonly exclude?: readonly string[];
  /** Whether an API errs although its condition is True; decides about a tombstone. */
  readonly isFailing?: (name: string) => boolean;
  readonly tuning?: Partial<CacheTuning>;
}

/** A resource that gives no answer at all must not hold the others back for longer. */
const SETTLE_MS = 15_000;

export function createDiscovery({ client, clock, log, exclude = [], isFailing = () => false, tuning = {} }: DiscoveryOptions): Discovery {
  const options = { clock, log, tuning };
  const cacheOf = <T>(spec: ResourceSpec<T>): ResourceCache<T> => createResourceCache(client, spec, options);
  const caches = {
    apiServices: cacheOf(without(exclude, API_SERVICES)),
    services: cacheOf(SERVICES),
    slices: cacheOf(ENDPOINT_SLICES),
    pods: cacheOf(PODS),
    workloads: WORKLOADS.map(cacheOf),
  };
  const nodes = cacheOf(NODES);
  const cronJobs = cacheOf(CRON_JOBS);
  const started = new Set<ResourceCache<unknown>>();

  // Before the others subscribe: they ask it whom a change concerns. Only tombstones must still see what was.
  const history = createPodHistory({ clock });
  const transitions = new Map<string, Record<'True' | 'False' | 'Unknown', number>>();
  const tombstones = createTombstones<ObjectFacts>({ clock });
  const caBundles = new WeakMap<ApiServiceRecord, ApiFacts['caBundle']>();
  caches.apiServices.subscribe((change) => {
    const { type, key, object, previous } = change;
    if (type === 'deleted') return bury(key);
    if (type === 'added') exhume(key);
    const [before, after] = [previous?.condition, object.condition];
    if (!after || !change.live || (before?.status === after.status && before.lastTransition === after.lastTransition)) return;
    const counts = transitions.get(key) ?? { True: 0, False: 0, Unknown: 0 };
    counts[after.status]++;
    transitions.set(key, counts);
  });
  caches.pods.subscribe((change) => history.observe(change));
  const backends = createBackends(caches, { log });
  const changes = createChangeRecorder(backends, { clock });
  recordChangesOf(changes, caches);
  nodes.subscribe((change) => changes.node(change));
  const runs = createRunHistory();
  cronJobs.subscribe((change) => runs.observe(change));
  const events = createEventWatch(client, backends, options);
  const configMaps = createConfigMapWatches(client, { ...options, onChange: (change) => changes.configMap(change) });
  const version = createVersionWatch(client, { clock, log, onChange: (change) => changes.record(undefined, change) });

  backends.subscribe((changed) => {
    for (const name of changed) {
      const backend = backends.get(name);
      if (backend) {
        if (settled()) changes.seed(backend);
      } else forget(name);
    }
  });

  function forget(name: string): void {
    transitions.delete(name);
    changes.forget(name);
    events.forget(name);
  }

  /** Its facts as they were last: the object is gone from the next turn on. */
  function bury(name: string): void {
    const facts = factsOf(backends.get(name));
    const broken = facts?.condition.state === 'observed' && facts.condition.value.status !== 'True';
    if (!facts || !(broken || isFailing(name))) return;
    const deletedAt = clock();
    const deletion: Change = { what: 'apiservice', at: deletedAt, object: `APIService ${name}`, summary: 'was deleted' };
    tombstones.add(name, { ...facts, deletedAt, changes: [...facts.changes, deletion] });
  }

  /** The same name again: what was counted and changed before goes on. */
  function exhume(name: string): void {
    const facts = tombstones.get(name);
    if (!facts) return;
    tombstones.remove(name);
    transitions.set(name, { ...facts.transitions });
    for (const change of facts.changes) changes.record(name, change);
  }

  const listed = (): ResourceCache<unknown>[] => [
    caches.apiServices,
    caches.services,
    caches.slices,
    caches.pods,
    ...caches.workloads,
    nodes,
    cronJobs,
  ];
  let settledAnyway = false;
  function settled(): boolean {
    if (settledAnyway) return true;
    settledAnyway = listed().every((cache) => !started.has(cache) || cache.synced || NO_LIST.includes(cache.status(clock()).state));
    return settledAnyway;
  }
  const whenSettled = async (signal: AbortSignal): Promise<void> => {
    const deadline = performance.now() + SETTLE_MS;
    while (!signal.aborted && !settled() && performance.now() < deadline) await sleep(20, undefined, { signal }).catch(() => {});
    settledAnyway = true;
    backends.refresh();
  };

  let settling: Promise<void> | undefined;
  const afterSettling = (signal: AbortSignal): Promise<void> => {
    settling ??= sleep(0).then(() => whenSettled(signal));
    return settling;
  };

  const statuses = (now: number): Statuses => ({
    apiServices: caches.apiServices.status(now),
    services: caches.services.status(now),
    slices: caches.slices.status(now),
    pods: caches.pods.status(now),
    workloads: workloadStatus(now),
    ofWorkloadKind: (kind) => caches.workloads[WORKLOAD_KINDS.indexOf(kind)]!.status(now),
  });
  const workloadStatus = (now: number): SourceStatus =>
    worstOf(
      'workloads',
      caches.workloads.map((cache) => cache.status(now)),
    );

  function factsOf(backend: Backend | undefined): ObjectFacts | undefined {
    if (!backend) return undefined;
    const { api } = backend;
    const now = clock();
    let caBundle = caBundles.get(api);
    if (caBundle === undefined) {
      caBundle = readCaBundle(api.caBundle);
      caBundles.set(api, caBundle);
    }
    return objectFacts(backend, statuses(now), {
      history,
      caBundle,
      transitions: { ...(transitions.get(api.name) ?? { True: 0, False: 0, Unknown: 0 }) },
      events: observedValueFrom(events.status(now), () => events.facts(api.name)),
      changes: changes.of(api.name),
    });
  }

  const watching = (name: SourceName, watched: readonly ResourceCache<unknown>[]): Source => ({
    name,
    start(signal) {
      for (const cache of watched) {
        started.add(cache);
        cache.start(signal);
      }
      void afterSettling(signal);
    },
    status: (now) =>
      watched.length === 1
        ? watched[0]!.status(now)
        : worstOf(
            name,
            watched.map((cache) => cache.status(now)),
          ),
  });
  const apiServices = watching('api-services', [caches.apiServices]);
  const sources: readonly Source[] = [
    {
      ...apiServices,
      start(signal) {
        apiServices.start(signal);
        version.start(signal);
      },
    },
    watching('services', [caches.services]),
    watching('endpoint-slices', [caches.slices]),
    watching('pods', [caches.pods]),
    watching('workloads', caches.workloads),
    watching('nodes', [nodes]),
    watching('cron-jobs', [cronJobs]),
    { name: 'events', start: (signal) => events.start(signal, afterSettling(signal)), status: (now) => events.status(now) },
    {
      name: 'config-maps',
      start(signal) {
        const follow = () => configMaps.setNamespaces(backends.namespaces(), signal);
        void afterSettling(signal).then(() => {
          if (signal.aborted) return;
          follow();
          signal.addEventListener('abort', backends.subscribe(follow), { once: true });
        });
      },
      status: (now) => configMaps.status(now),
    },
  ];

  return {
    targets: backends.targets,
    source(name) {
      const source = sources.find((one) => one.name === name);
      if (!source) throw new RangeError(`discovery has no source ${name}`);
      return source;
    },
    start(signal) {
      for (const source of sources) source.start(signal);
    },
    synced: () => caches.apiServices.synced && settled(),
    names: () => [...new Set([...backends.names(), ...tombstones.names()])].sort(),
    facts: (name) => factsOf(backends.get(name)) ?? tombstones.get(name),
    unreadable: (name) => backends.get(name)?.unreadable.api,
    nodes: () =>
      observedValueFrom(nodes.status(clock()), () => [
        ...[...nodes.values()].map(nodeFacts),
        ...[...nodes.unreadable.keys()].map(unreadableNode),
      ]),
    cronJobs: () => observedValueFrom(cronJobs.status(clock()), () => runs.facts()),
    clusterChanges: () => changes.cluster(),
    systemEvents: () => observedValueFrom(events.status(clock()), () => events.system()),
    recordChange: (name, change) => changes.record(name, change),
    apiservers: () => apiserversOf(backends.slicesOf('default', 'kubernetes')),
    serverVersion: () => version.current(),
    subscribe: (listener) => backends.subscribe(listener),
  };
}

/** States in which waiting brings no list. */
const NO_LIST: readonly string[] = ['unauthorised', 'forbidden', 'absent'];

function without(names: readonly string[], spec: ResourceSpec<ApiServiceRecord>): ResourceSpec<ApiServiceRecord> {
  return {
    ...spec,
    project(raw) {
      const record = spec.project(raw);
      return record && names.includes(record.name) ? undefined : record;
    },
  };
}

function apiserversOf(slices: Iterable<Pick<SliceRecord, 'ports' | 'endpoints'>>): string[] {
  const found = new Set<string>();
  for (const { ports, endpoints } of slices)
    for (const { port } of ports)
      for (const { address } of typeof port === 'number' ? endpoints : [])
        if (address) found.add(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
  return [...found].sort();
}
