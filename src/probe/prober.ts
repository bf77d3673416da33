import type { ProbeResult, ProbeTally, UnbelievedTarget } from '../domain/probe.ts';
import type { KubeClient } from '../kube/api.ts';
import { createAddressRules } from '../net/addresses.ts';
import type { AttemptRuntime } from '../net/attempt.ts';
import { createLoopWatch } from '../net/loop-watch.ts';
import type { Targets } from '../objects/targets.ts';
import { type Clock, monotonic } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { Source } from '../source/source.ts';
import { statusOf } from '../source/status.ts';
import { createApiserverRequests } from './apiserver-requests.ts';
import { createAsker } from './asker.ts';
import { createBeliefs } from './belief.ts';
import { createControl } from './control.ts';
import { handshakeSlots } from './lanes.ts';
import { PROBER_DEFAULTS, type ProberOptions } from './options.ts';
import { controlKey, endpointKey } from './plan.ts';
import { ProbeHealth } from './probe-health.ts';
import { ProbeRunner } from './probe-runner.ts';
import { ProbedApis } from './probed-apis.ts';
import { ProbedApiservers } from './probed-apiservers.ts';
import { createSchedule } from './schedule.ts';
import { Silences } from './silences.ts';

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
  /** Some probe of the API has brought a result, or each target has had its turn. */
  hadTurn(api: string): boolean;
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

/**
 * Probes every APIService from every vantage, again and again. Direct vantages never carry credentials; the token goes to
 * kube-apiservers only. Nothing here throws or rejects: what fails is a result.
 * @throws RangeError when `allowAddresses` holds something that is not a CIDR.
 */
export function createProber(input: ProberInput): Prober {
  const parts = assemble(input);
  const { apis, apiservers, beliefs, control, health, requests } = parts;
  const strangers = (): boolean => beliefs.unbelieved(apis.allKeys()).length > 0;
  return {
    name: 'probes',
    start: (signal) => startProbing(parts, signal),
    tallies: (name) => apis.tallies(name),
    unbelieved: (name) => beliefs.unbelieved(apis.keysOf(name)),
    vouchesFor: (name, target) => beliefs.has(endpointKey(name, target)),
    control: () => control.tallies(),
    unbelievedControl: () => apiservers.unbelieved(),
    hadTurn: (name) => apis.hadTurn(name),
    settled: () => control.last(requests.own.instance) !== undefined && apis.settled(),
    status: (now) => statusOf('probes', health.probesPart(apis.turns()), now),
    certificates: {
      name: 'certificates',
      start() {},
      status: (now) => statusOf('certificates', health.certificatesPart(strangers()), now),
    },
  };
}

/** The parts of a prober, each given those that it asks. */
function assemble({ client, targets, clock, log, options: given = {}, onResult, onChange }: ProberInput) {
  const options = { ...PROBER_DEFAULTS, ...given };
  const runtime: AttemptRuntime = {
    slots: handshakeSlots(options.maxHandshakes, options.slotPatienceMs),
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
  const health = new ProbeHealth({ ...options, clock, log, onRefused: () => requests.refused() });
  const silences = new Silences();
  const shared = { options, targets, clock, log, rules, requests, asker, beliefs, control, schedule, health, silences };
  const runner: ProbeRunner = new ProbeRunner({
    ...shared,
    maxOpen: options.maxOpen,
    isCurrent: (api, plan) => apis.isCurrent(api, plan),
    hurry: (key) => schedule.hurry(key),
    onResult,
    onChange,
  });
  const apis: ProbedApis = new ProbedApis({ ...shared, run: (api, plan) => runner.run(api, plan) });
  return { ...shared, runtime, runner, apis, apiservers: new ProbedApiservers(shared) };
}

type Parts = ReturnType<typeof assemble>;

function startProbing(parts: Parts, signal: AbortSignal): void {
  if (signal.aborted) return;
  const { apis, apiservers, options, requests, runner, runtime, schedule, targets } = parts;
  reconcileAll(parts);
  const unsubscribe = targets.subscribe(({ kind, target }) => {
    if (kind === 'removed') apis.forget(target.name);
    else apis.reconcile(target, apiservers.known);
  });
  const timer = setInterval(() => reconcileAll(parts), options.intervalMs);
  const stop = (): void => {
    runner.stop();
    clearInterval(timer);
    unsubscribe();
    schedule.stop();
    for (const end of [...runtime.open]) end();
    requests.close();
  };
  signal.addEventListener('abort', stop, { once: true });
}

function reconcileAll({ apis, apiservers, beliefs, control, requests, targets }: Parts): void {
  if (beliefs.moved()) {
    // What was proved on another network counts no more; the way to the kube client's own server is the same everywhere.
    control.keep([requests.own]);
    apis.skipDirect();
  }
  apiservers.reconcile();
  const all = targets.all();
  apis.keep(new Set(all.map(({ name }) => name)));
  for (const target of all) apis.reconcile(target, apiservers.known);
}
