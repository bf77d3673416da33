import { type ServiceProxy, slicesOf } from '../network/service-proxy.ts';
import { klogStructured, klogUnhandled } from '../node/klog.ts';
import { type ApiServiceObject, type Condition, type ServiceObject, withCondition } from '../objects.ts';
import type { Store, WatchEvent } from '../store.ts';
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

export interface AvailabilityContext {
  readonly store: Store;
  readonly proxy: ServiceProxy;
  readonly connections: Connections;
  readonly timers: Timers;
  readonly timing: Timing;
  readonly log: (...lines: string[]) => void;
}

type Verdict = Required<Pick<Condition, 'status' | 'reason' | 'message'>>;
type ServiceReference = NonNullable<ApiServiceObject['spec']['service']>;

/** The remote availability controller of one kube-apiserver (1.36). */
export class AvailabilityController {
  readonly counters: AvailabilityCounters = { unavailable: new Map(), unavailableTotal: new Map() };
  readonly #context: AvailabilityContext;
  readonly #running = new Set<string>();
  /** Asked for again while they were being judged. */
  readonly #dirty = new Set<string>();
  readonly #retries = new Map<string, { wait: number; cancel: Cancel }>();
  /** Status that was written last, by APIService. */
  readonly #verdicts = new Map<string, string>();
  /** Spec that was seen last, by APIService. */
  readonly #specs = new Map<string, string>();
  /** Empty while it stands still. */
  #stops: Cancel[] = [];

  constructor(context: AvailabilityContext) {
    this.#context = context;
  }

  start(): void {
    const { store, timers, timing } = this.#context;
    this.#specs.clear();
    this.#stops = [
      store.apiservices.subscribe((event) => this.#onApiService(event)),
      store.services.subscribe(({ object }) => this.#enqueueFor(object.metadata.namespace, object.metadata.name)),
      store.endpointslices.subscribe(({ object }) =>
        this.#enqueueFor(object.metadata.namespace, object.metadata.labels?.['kubernetes.io/service-name']),
      ),
      timers.every(timing.resync, () => {
        for (const api of store.apiservices.values()) void this.#sync(api.metadata.name);
      }),
    ];
    for (const api of store.apiservices.values()) {
      this.#specs.set(api.metadata.name, JSON.stringify(api.spec));
      this.#enqueue(api.metadata.name);
    }
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const retry of this.#retries.values()) retry.cancel();
    this.#stops = [];
  }

  get #stopped(): boolean {
    return this.#context.timers.stopped || this.#stops.length === 0;
  }

  #onApiService({ type, object }: WatchEvent<ApiServiceObject>): void {
    const { connections } = this.#context;
    const name = object.metadata.name;
    const spec = JSON.stringify(object.spec);
    const status = object.status.conditions?.find((condition) => condition.type === 'Available')?.status;
    if (type === 'DELETED') {
      connections.closeIdle(name);
      this.counters.unavailable.delete(name);
    } else if (this.#specs.get(name) !== spec) connections.closeIdle(name);
    else if (status === this.#verdicts.get(name)) return;
    this.#specs.set(name, spec);
    this.#enqueue(name);
  }

  #enqueueFor(namespace: string | undefined, service: string | undefined): void {
    for (const api of this.#context.store.apiservices.values())
      if (api.spec.service?.namespace === namespace && api.spec.service?.name === service) this.#enqueue(api.metadata.name);
  }

  #enqueue(name: string): void {
    if (!this.#stopped) this.#context.timers.after(0, () => void this.#sync(name));
  }

  async #sync(name: string): Promise<void> {
    if (this.#running.has(name)) {
      this.#dirty.add(name);
      return;
    }
    const api = this.#context.store.apiservices.get(name);
    const reference = api?.spec.service;
    if (!api || !reference) {
      this.counters.unavailable.delete(name);
      return;
    }
    this.#running.add(name);
    this.#retries.get(name)?.cancel();
    try {
      const { verdict, retry } = await this.#judge(api, reference);
      if (this.#stopped) return;
      this.#write(name, verdict);
      if (retry) {
        this.#context.log(klogUnhandled(SOURCE, `${name} failed with: ${verdict.message}`));
        this.#scheduleRetry(name);
      } else this.#retries.delete(name);
    } finally {
      this.#running.delete(name);
      if (this.#dirty.delete(name)) this.#enqueue(name);
    }
  }

  #scheduleRetry(name: string): void {
    const { timers, timing } = this.#context;
    const wait = Math.min((this.#retries.get(name)?.wait ?? 2.5) * 2, timing.retryMost);
    this.#retries.set(name, { wait, cancel: timers.after(wait, () => void this.#sync(name)) });
  }

  async #judge(api: ApiServiceObject, reference: ServiceReference): Promise<{ verdict: Verdict; retry: boolean }> {
    const early = checkObjects(this.#context.store, reference);
    if (early) return { verdict: early, retry: false };
    const outcomes = Array.from({ length: ATTEMPTS }, () => this.#probe(api));
    try {
      await Promise.any(outcomes);
      return { verdict: { status: 'True', reason: 'Passed', message: 'all checks passed' }, retry: false };
    } catch {
      const settled = await Promise.allSettled(outcomes);
      const last = settled.at(-1) as PromiseRejectedResult;
      return { verdict: { status: 'False', reason: 'FailedDiscoveryCheck', message: (last.reason as Error).message }, retry: true };
    }
  }

  async #probe(api: ApiServiceObject): Promise<void> {
    const { store, proxy, connections, timing } = this.#context;
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

  #write(name: string, verdict: Verdict): void {
    const { store } = this.#context;
    const before = store.apiservices.get(name);
    if (!before) return;
    const condition = before.status.conditions?.find(({ type }) => type === 'Available');
    this.counters.unavailable.set(name, verdict.status === 'True' ? 0 : 1);
    this.#verdicts.set(name, verdict.status);
    if (condition && condition.status !== verdict.status) this.#logChange(name, condition, verdict);
    if (condition?.status === 'True' && verdict.status !== 'True') this.#countOutage(name, verdict.reason);
    store.apiservices.update(
      name,
      (copy) => {
        copy.status.conditions = withCondition(copy.status.conditions ?? [], { type: 'Available', ...verdict });
      },
      { manager: 'kube-apiserver', subresource: 'status' },
    );
  }

  #logChange(name: string, before: Condition, { status, message, reason }: Verdict): void {
    this.#context.log(
      klogStructured('I', 'remote_available_controller.go:417', 'changing APIService availability', {
        name,
        oldStatus: before.status,
        newStatus: status,
        message,
        reason,
      }),
    );
  }

  #countOutage(name: string, reason: string): void {
    const key = `${name} ${reason}`;
    const counter = this.counters.unavailableTotal.get(key) ?? { name, reason, count: 0 };
    counter.count += 1;
    this.counters.unavailableTotal.set(key, counter);
  }
}

/** Checks 1 to 6: what the objects alone tell. */
function checkObjects(store: Store, { namespace, name, port }: ServiceReference): Verdict | undefined {
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
