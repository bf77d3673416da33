import { type ServiceProxy, slicesOf } from '../network/service-proxy.ts';
import { klogStructured, klogUnhandled } from '../node/klog.ts';
import { type ApiServiceObject, type Condition, type ServiceObject, withCondition } from '../objects.ts';
import type { Store } from '../store.ts';
import type { Cancel, Timers } from '../timers.ts';
import type { Timing } from '../timing.ts';
import type { Connections } from './connections.ts';
import { GoError } from './go-errors.ts';
import { resolveRoute } from './resolver.ts';

/** Probes that run at once for one APIService; one success is enough. */
const ATTEMPTS = 5;
const SOURCE = 'remote_available_controller.go:471';

export interface AvailabilityCounters {
  /** aggregator_unavailable_apiservice */
  readonly unavailable: Map<string, number>;
  /** aggregator_unavailable_apiservice_total, by `name` and `reason`. */
  readonly unavailableTotal: Map<string, { name: string; reason: string; count: number }>;
}

/** The remote availability controller of one kube-apiserver (1.36). */
export interface AvailabilityController {
  readonly counters: AvailabilityCounters;
  start(): void;
  stop(): void;
}

type Verdict = Required<Pick<Condition, 'status' | 'reason' | 'message'>>;

export function createAvailabilityController(options: {
  store: Store;
  proxy: ServiceProxy;
  connections: Connections;
  timers: Timers;
  timing: Timing;
  log: (...lines: string[]) => void;
}): AvailabilityController {
  const { store, proxy, connections, timers, timing, log } = options;
  const counters: AvailabilityCounters = { unavailable: new Map(), unavailableTotal: new Map() };
  const running = new Set<string>();
  const dirty = new Set<string>();
  const retries = new Map<string, { wait: number; cancel: Cancel }>();
  const verdicts = new Map<string, string>();
  let stops: Cancel[] = [];

  async function judge(api: ApiServiceObject): Promise<{ verdict: Verdict; retry: boolean }> {
    const early = checkObjects(store, api);
    if (early) return { verdict: early, retry: false };
    const outcomes = Array.from({ length: ATTEMPTS }, () => probe(api));
    try {
      await Promise.any(outcomes);
      return { verdict: { status: 'True', reason: 'Passed', message: 'all checks passed' }, retry: false };
    } catch {
      const settled = await Promise.allSettled(outcomes);
      const last = settled.at(-1) as PromiseRejectedResult;
      return { verdict: { status: 'False', reason: 'FailedDiscoveryCheck', message: (last.reason as Error).message }, retry: true };
    }
  }

  async function probe(api: ApiServiceObject): Promise<void> {
    const route = resolveRoute(store, proxy, api);
    const path = `/apis/${api.spec.group}/${api.spec.version}`;
    const url = `https://${route.shown}${path}`;
    let words: string;
    try {
      const response = await connections.send(api, route, {
        method: 'GET',
        path,
        headers: { 'X-Remote-User': 'system:kube-aggregator', 'X-Remote-Group': 'system:masters' },
        deadline: timing.discoveryTimeout,
      });
      response.on('error', () => {});
      response.resume();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return;
      words = `bad status from ${url}: ${status}`;
    } catch (error) {
      words = `Get "${url}": ${error instanceof GoError ? error.inProbe : String(error)}`;
      connections.closeIdle(api.metadata.name);
    }
    throw new Error(`failing or missing response from ${url}: ${words}`);
  }

  async function sync(name: string): Promise<void> {
    if (running.has(name)) {
      dirty.add(name);
      return;
    }
    const api = store.apiservices.get(name);
    if (!api?.spec.service) {
      counters.unavailable.delete(name);
      return;
    }
    running.add(name);
    retries.get(name)?.cancel();
    try {
      const { verdict, retry } = await judge(api);
      if (timers.stopped || stops.length === 0) return;
      write(name, verdict);
      if (retry) {
        log(klogUnhandled(SOURCE, `${name} failed with: ${verdict.message}`));
        scheduleRetry(name);
      } else retries.delete(name);
    } finally {
      running.delete(name);
      if (dirty.delete(name)) enqueue(name);
    }
  }

  function scheduleRetry(name: string): void {
    const wait = Math.min((retries.get(name)?.wait ?? 2.5) * 2, timing.retryMost);
    retries.set(name, { wait, cancel: timers.after(wait, () => void sync(name)) });
  }

  function write(name: string, verdict: Verdict): void {
    const before = store.apiservices.get(name);
    if (!before) return;
    const condition = before.status.conditions?.find(({ type }) => type === 'Available');
    counters.unavailable.set(name, verdict.status === 'True' ? 0 : 1);
    verdicts.set(name, verdict.status);
    if (condition && condition.status !== verdict.status)
      log(
        klogStructured('I', 'remote_available_controller.go:417', 'changing APIService availability', {
          name,
          oldStatus: condition.status,
          newStatus: verdict.status,
          message: verdict.message,
          reason: verdict.reason,
        }),
      );
    if (condition?.status === 'True' && verdict.status !== 'True') {
      const key = `${name} ${verdict.reason}`;
      const counter = counters.unavailableTotal.get(key) ?? { name, reason: verdict.reason, count: 0 };
      counter.count += 1;
      counters.unavailableTotal.set(key, counter);
    }
    store.apiservices.update(
      name,
      (copy) => {
        copy.status.conditions = withCondition(copy.status.conditions ?? [], { type: 'Available', ...verdict });
      },
      { manager: 'kube-apiserver', subresource: 'status' },
    );
  }

  function enqueue(name: string): void {
    if (!timers.stopped && stops.length > 0) timers.after(0, () => void sync(name));
  }

  function enqueueFor(namespace: string | undefined, service: string | undefined): void {
    for (const api of store.apiservices.values())
      if (api.spec.service?.namespace === namespace && api.spec.service?.name === service) enqueue(api.metadata.name);
  }

  return {
    counters,
    start() {
      const seen = new Map<string, string>();
      stops = [
        store.apiservices.subscribe(({ type, object }) => {
          const name = object.metadata.name;
          const spec = JSON.stringify(object.spec);
          const status = object.status.conditions?.find((condition) => condition.type === 'Available')?.status;
          if (type === 'DELETED') {
            connections.closeIdle(name);
            counters.unavailable.delete(name);
          } else if (seen.get(name) !== spec) connections.closeIdle(name);
          else if (status === verdicts.get(name)) return;
          seen.set(name, spec);
          enqueue(name);
        }),
        store.services.subscribe(({ object }) => enqueueFor(object.metadata.namespace, object.metadata.name)),
        store.endpointslices.subscribe(({ object }) =>
          enqueueFor(object.metadata.namespace, object.metadata.labels?.['kubernetes.io/service-name']),
        ),
        timers.every(timing.resync, () => {
          for (const api of store.apiservices.values()) void sync(api.metadata.name);
        }),
      ];
      for (const api of store.apiservices.values()) {
        seen.set(api.metadata.name, JSON.stringify(api.spec));
        enqueue(api.metadata.name);
      }
    },
    stop() {
      for (const stop of stops) stop();
      for (const retry of retries.values()) retry.cancel();
      stops = [];
    },
  };
}

/** Checks 1 to 6: what the objects alone tell. */
function checkObjects(store: Store, api: ApiServiceObject): Verdict | undefined {
  const { namespace, name, port } = api.spec.service!;
  const service = store.services.get(`${namespace}/${name}`);
  if (!service) return unavailable('ServiceNotFound', `service/${name} in "${namespace}" is not present`);
  if (service.spec.type !== 'ClusterIP') return undefined;
  const servicePort = service.spec.ports.find((candidate) => candidate.port === port);
  if (!servicePort) return unavailable('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${port}`);
  return checkEndpoints(store, service, servicePort.name ?? '');
}

function checkEndpoints(store: Store, service: ServiceObject, portName: string): Verdict | undefined {
  const { namespace, name } = service.metadata;
  const slices = slicesOf(store, service);
  if (slices.length === 0) return unavailable('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`);
  const served = slices.some(
    (slice) => slice.endpoints.some((endpoint) => endpoint.conditions.ready) && slice.ports.some((port) => port.name === portName),
  );
  if (served) return undefined;
  return unavailable(
    'MissingEndpoints',
    `endpointslices for service/${name} in "${namespace}" have no addresses with port name "${portName}"`,
  );
}

function unavailable(reason: string, message: string): Verdict {
  return { status: 'False', reason, message };
}
