import { isDirectVantage, type ProbeResult, type ProbeTally, type UnbelievedTarget } from '../domain/probe.ts';
import type { KubeClient } from '../kube/api.ts';
import { createAddressRules, isIp } from '../net/addresses.ts';
import type { AttemptRuntime } from '../net/attempt.ts';
import { createHandshakeSlots, type Urgency } from '../net/handshake-slots.ts';
import { createLoopWatch } from '../net/loop-watch.ts';
import type { ApiTarget, Targets } from '../objects/targets.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { Source } from '../source/source.ts';
import { type Part, statusOf, unauthorised } from '../source/status.ts';
import { type Apiserver, createApiserverRequests } from './apiserver-requests.ts';
import { createAsker, type DirectAnswer, ourFailure } from './asker.ts';
import { createBeliefs } from './belief.ts';
import { createControl } from './control.ts';
import { createListChoice, type ListChoice } from './list-choice.ts';
import { PROBER_DEFAULTS, type ProberOptions } from './options.ts';
import { apiserversOf, endpointKey, outdated, type ProbePlan, plansFor, readyIn } from './plan.ts';
import { createSchedule, type JobOutcome } from './schedule.ts';
import { createTallyBook, type TallyBook } from './tally-book.ts';

export type { ProberOptions } from './options.ts';

export interface Prober extends Source {
  readonly name: 'probes';
  /** Per vantage, request and target, in a stable order. Empty = no probe has ended yet, or the API is gone. */
  tallies(api: string): ProbeTally[];
  /** Direct targets that have not proved to be the backend, in a stable order: they have no tally. */
  unbelieved(api: string): UnbelievedTarget[];
  /** Whether `host:port` may be taken for an endpoint of the API's backend. */
  vouchesFor(api: string, target: string): boolean;
  /** Control probes by kube-apiserver instance (`host:port`). */
  control(): ReadonlyMap<string, ProbeTally>;
  /** Instances that have not proved to be kube-apiservers. */
  unbelievedControl(): UnbelievedTarget[];
  /** Every target that is known now has had its turn at least once. */
  settled(): boolean;
  /** Status of reading serving certificates, which the direct probes do; needs no start of its own. */
  readonly certificates: Source;
}

export interface ProberInput {
  readonly client: KubeClient;
  readonly targets: Targets;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options?: ProberOptions;
  /** Called after each probe of an API; control probes are not told. */
  readonly onResult?: (api: string, result: ProbeResult) => void;
  /** Called when a target's outcome differs from the one before: what should not wait for the next tick. */
  readonly onChange?: () => void;
}

/** Of the probes that may be open. */
const DIRECT_SHARE = 0.75;
/** The source is stale when no probe has ended for that many intervals. */
const STALE_INTERVALS = 6;

interface ProbedApi {
  readonly book: TallyBook;
  readonly list: ListChoice;
  plans: ReadonlyMap<string, ProbePlan>;
  /** The ready addresses, `host:port`; undefined before the first look. */
  ready?: ReadonlySet<string>;
  /** Addresses that were refused, so that each is logged once. */
  refused: ReadonlySet<string>;
}

/**
 * Probes every APIService from every vantage, again and again. Direct vantages never carry credentials; the token goes to
 * kube-apiservers only. Nothing here throws or rejects: what fails is a result.
 * @throws RangeError when `allowAddresses` holds something that is not a CIDR.
 */
export function createProber({ client, targets, clock, log, options: given = {}, onResult, onChange }: ProberInput): Prober {
  const options = { ...PROBER_DEFAULTS, ...given };
  const runtime: AttemptRuntime = {
    slots: createHandshakeSlots(options.maxHandshakes, options.slotPatienceMs),
    loop: createLoopWatch(),
    open: new Set(),
  };
  const rules = createAddressRules(options.allowAddresses);
  const requests = createApiserverRequests(client, runtime);
  const asker = createAsker(runtime, requests, clock, options);
  const beliefs = createBeliefs(options.inCluster);
  // Nothing of HTTP is read before the certificate was verified.
  const control = createControl(
    (apiserver) => asker.control(apiserver),
    ({ own, instance }, result) => own || beliefs.counts(controlKey(instance), result, result.status !== undefined),
  );
  const schedule = createSchedule({ clock: monotonic, ...options });
  const apis = new Map<string, ProbedApi>();
  let apiservers: readonly Apiserver[] = [];
  /** Open probes; of direct targets there may be fewer, so that those that hang leave room. */
  const open: Record<Urgency, number> = { first: 0, later: 0 };
  const mostOpen: Readonly<Record<Urgency, number>> = { first: options.maxOpen, later: Math.ceil(options.maxOpen * DIRECT_SHARE) };
  let stopped = false;
  /** Newest result through the kube client's own server, control included. */
  let lastOwn: ProbeResult | undefined;
  let lastMeasured: number | undefined;
  let lastCertificate: number | undefined;

  function reconcileApiservers(): void {
    const now = apiserversOf(requests.own, options.apiservers(), (host) => !isIp(host) || rules.refusal(host) !== undefined);
    control.keep(now);
    const known = new Set(apiservers.map(({ instance }) => instance));
    for (const apiserver of now)
      if (!known.delete(apiserver.instance))
        schedule.add({ key: controlKey(apiserver.instance), interval: () => options.intervalMs, run: () => runControl(apiserver) });
    for (const instance of known) {
      drop(controlKey(instance));
      requests.drop(instance);
    }
    apiservers = now;
  }

  function reconcile(target: ApiTarget): void {
    const api = apis.get(target.name) ?? newApi();
    apis.set(target.name, api);
    const { plans, refused } = plansFor(target, { ...options, apiservers, rules });
    const wanted = new Map(plans.map((plan) => [plan.key, plan]));
    for (const plan of plans) if (!api.plans.has(plan.key)) api.book.open(plan.key, plan.vantage, plan.request, plan.target);
    for (const key of api.plans.keys())
      if (!wanted.has(key)) {
        drop(key);
        api.book.close(key);
      }
    for (const plan of plans)
      if (!api.plans.has(plan.key))
        schedule.add({ key: plan.key, interval: () => intervalOf(plan, api), run: () => run(target.name, plan, api) });
    api.plans = wanted;
    const ready = readyIn(target);
    for (const key of api.ready ? outdated(plans, api.ready, ready) : []) schedule.hurry(key);
    api.ready = ready;
    for (const { address, why } of refused)
      if (!api.refused.has(address)) log.warn({ apiservice: target.name, address }, `not probed: ${address} is ${why}`);
    api.refused = new Set(refused.map(({ address }) => address));
  }

  function drop(key: string): void {
    schedule.remove(key);
    beliefs.forget(key);
  }

  function forget(name: string): void {
    for (const key of apis.get(name)?.plans.keys() ?? []) drop(key);
    apis.delete(name);
  }

  /** What was proved on another network counts no more; the way to the kube client's own server is the same everywhere. */
  function startOver(): void {
    control.keep([requests.own]);
    for (const { plans, book } of apis.values()) for (const [key, { vantage }] of plans) if (vantage !== 'aggregator') book.skip(key);
  }

  function reconcileAll(): void {
    if (beliefs.moved()) startOver();
    reconcileApiservers();
    const all = targets.all();
    const live = new Set(all.map(({ name }) => name));
    for (const name of [...apis.keys()]) if (!live.has(name)) forget(name);
    for (const target of all) reconcile(target);
  }

  const intervalOf = (plan: ProbePlan, { list }: ProbedApi): number => options.intervalMs * (plan.request === 'list' ? list.pace : 1);

  async function run(name: string, plan: ProbePlan, api: ProbedApi): Promise<JobOutcome> {
    const target = targets.get(name);
    if (!target) return 'skipped';
    const urgency = plan.vantage === 'aggregator' ? 'first' : 'later';
    if (open[urgency] >= mostOpen[urgency] || open.first + open.later >= options.maxOpen) {
      log.debug({ apiservice: name, ...open }, 'probe put off: too many are open');
      return 'skipped';
    }
    open[urgency] += 1;
    const at = clock();
    try {
      const answer = await ask(target, plan, api);
      if (!answer || !isCurrent(name, plan, api)) return skip(plan, api);
      const { result, isProven } = answer;
      const counts = plan.vantage === 'aggregator' || beliefs.counts(plan.key, result, isProven);
      return counts ? settle(name, plan, api, result) : skip(plan, api);
    } catch (error) {
      log.debug({ apiservice: name, vantage: plan.vantage, error: messageOf(error) }, 'probe could not be made');
      return settle(name, plan, api, ourFailure(plan, at, error));
    } finally {
      open[urgency] -= 1;
    }
  }

  async function ask(target: ApiTarget, plan: ProbePlan, api: ProbedApi): Promise<DirectAnswer | undefined> {
    if (plan.vantage !== 'aggregator') return asker.directly(target, plan);
    // An instance that does not even answer /readyz is not addressable from here.
    if (!plan.apiserver.own && !control.answers(plan.apiserver.instance)) return undefined;
    const result = await asker.viaAggregator(target, plan, api.list, control);
    return result && { result, isProven: true };
  }

  const isCurrent = (name: string, plan: ProbePlan, api: ProbedApi): boolean => apis.get(name) === api && api.plans.has(plan.key);

  function skip(plan: ProbePlan, api: ProbedApi): JobOutcome {
    api.book.skip(plan.key);
    return 'skipped';
  }

  function settle(name: string, plan: ProbePlan, api: ProbedApi, result: ProbeResult): JobOutcome {
    if (stopped || !isCurrent(name, plan, api)) return 'skipped';
    const before = api.book.record(plan.key, result);
    note(result, plan.vantage === 'aggregator' && plan.apiserver.own);
    if (result.certificate) lastCertificate = clock();
    // What the other vantages saw before the outage says nothing about it.
    if (!result.ok && before?.ok !== false) for (const key of api.plans.keys()) schedule.hurry(key);
    try {
      onResult?.(name, result);
      if (before?.ok !== result.ok || before.reason !== result.reason) onChange?.();
    } catch (error) {
      log.error({ apiservice: name, error: messageOf(error) }, 'a listener of probe results failed');
    }
    return result.ok ? 'ok' : 'failed';
  }

  async function runControl(apiserver: Apiserver): Promise<JobOutcome> {
    const result = await control.probe(apiserver);
    note(result, apiserver.own);
    return result.ok ? 'ok' : 'failed';
  }

  function note(result: ProbeResult, own: boolean): void {
    if (result.hop !== 'us') lastMeasured = clock();
    if (result.hop === 'us' && result.reason === 'unauthorized') requests.refused();
    if (!own) return;
    const broke = result.hop === 'us' && lastOwn?.hop !== 'us';
    lastOwn = result;
    if (broke) log.warn({ reason: result.reason, detail: result.detail }, 'probes through the kube-apiserver cannot be made from here');
  }

  function probesPart(): Part {
    if (lastOwn?.hop === 'us') {
      const why = lastOwn.detail || 'probes cannot be made from here';
      const outcome = lastOwn.reason === 'unauthorized' ? unauthorised(why) : ({ state: 'failed', message: why } as const);
      return { outcome, lastSuccess: lastMeasured, staleAfterMs: 0 };
    }
    const state = lastMeasured === undefined ? 'pending' : 'ok';
    return { outcome: { state }, lastSuccess: lastMeasured, staleAfterMs: STALE_INTERVALS * options.intervalMs };
  }

  function certificatesPart(): Part {
    const direct = options.vantages.some(isDirectVantage);
    const state = !direct ? 'disabled' : lastCertificate === undefined ? 'pending' : 'ok';
    const strangers = [...apis.values()].flatMap(({ plans }) => beliefs.unbelieved(plans.keys()));
    const message = state === 'pending' && strangers.length > 0 ? { message: NOBODY_BELIEVED } : {};
    return { outcome: { state, ...message }, lastSuccess: lastCertificate, staleAfterMs: STALE_INTERVALS * options.intervalMs };
  }

  return {
    name: 'probes',
    start(signal) {
      if (signal.aborted) return;
      reconcileAll();
      const unsubscribe = targets.subscribe(({ kind, target }) => {
        if (kind === 'removed') forget(target.name);
        else reconcile(target);
      });
      const timer = setInterval(reconcileAll, options.intervalMs);
      const stop = (): void => {
        stopped = true;
        clearInterval(timer);
        unsubscribe();
        schedule.stop();
        for (const end of [...runtime.open]) end();
        requests.close();
      };
      signal.addEventListener('abort', stop, { once: true });
    },
    tallies: (name) => apis.get(name)?.book.published() ?? [],
    unbelieved: (name) => beliefs.unbelieved(apis.get(name)?.plans.keys() ?? []),
    vouchesFor: (name, target) => beliefs.has(endpointKey(name, target)),
    control: () => control.tallies(),
    unbelievedControl: () => beliefs.unbelieved(apiservers.map(({ instance }) => controlKey(instance))),
    settled: () => control.last(requests.own.instance) !== undefined && [...apis.values()].every(({ book }) => book.settled()),
    status: (now) => statusOf('probes', probesPart(), now),
    certificates: {
      name: 'certificates',
      start() {},
      status: (now) => statusOf('certificates', certificatesPart(), now),
    },
  };
}

const newApi = (): ProbedApi => ({
  book: createTallyBook(),
  list: createListChoice(),
  plans: new Map(),
  refused: new Set(),
});

const NOBODY_BELIEVED = 'outside the cluster: no address has shown a certificate of a backend yet';
const controlKey = (instance: string): string => `control ${instance}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
