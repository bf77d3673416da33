import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { UNOBSERVED } from '../domain/observed.ts';
import type { ProbeTally } from '../domain/probe.ts';
import type { ApiFacts, ApiserverFacts, ClusterFacts, Snapshot } from '../domain/snapshot.ts';
import { SNAPSHOT_SCHEMA } from '../domain/snapshot.ts';
import { SOURCES, type SourceName, type SourceStatus } from '../domain/sources.ts';
import type { KubeClient } from '../kube/api.ts';
import { createAddressRules } from '../net/addresses.ts';
import type { ProberOptions } from '../probe/options.ts';
import { createProber } from '../probe/prober.ts';
import type { Clock } from '../source/clock.ts';
import { asSource } from '../source/context.ts';
import type { Logger } from '../source/logger.ts';
import type { Source } from '../source/source.ts';
import { worstOf } from '../source/status.ts';
import { createApiserverMetricsSource } from './apiserver-metrics/source.ts';
import { createBackendMetricsSource } from './backend-metrics.ts';
import { createDiscovery } from './discovery/discovery.ts';
import { unreadableFact } from './discovery/object-facts.ts';
import { createLogTail, type LogTailOptions } from './logs/log-tail.ts';
import { createPolicySource } from './policy/source.ts';
import { createResourceSource } from './resources/source.ts';
import { createRightsSource } from './rights.ts';
import { createTextMatches, mergeCounts, type Statement } from './text-matches.ts';

/** What may be switched off or tuned; everything has a default. Times in milliseconds. */
export interface ObserverOptions {
  readonly exclude: readonly string[];
  readonly disabled: readonly SourceName[];
  readonly probe: ProberOptions;
  readonly logs: Pick<LogTailOptions, 'maxStreams' | 'bytesPerMinute' | 'signatures'>;
  readonly apiserverMetricsIntervalMs?: number;
  readonly resourcesIntervalMs?: number;
  readonly backendMetricsIntervalMs?: number;
  readonly rightsIntervalMs?: number;
  readonly kubeletToken?: boolean;
  readonly prometheusUrl?: string;
}

export interface Observer {
  /** Starts every source; returns at once. */
  start(signal: AbortSignal): void;
  /** Starts a source anew in a moment, because an error came up in its work that nobody caught: who knows what of it still runs. */
  restart(source: SourceName): void;
  /** Everything that is known now. */
  snapshot(): Snapshot;
  /** How far each source is, from the first second on. */
  sources(): readonly SourceStatus[];
  /** True once discovery has answered and each target had its turn, or enough time for it: what had none is not observed, and says so. */
  ready(): boolean;
  /** Called when something changed that should not wait for the next tick. */
  onUrgent(listener: () => void): void;
}

/** Wires the sources of one cluster: each looks at what discovery names, none can take another with it. */
export function createObserver({
  client,
  clock,
  log,
  options,
}: {
  client: KubeClient;
  clock: Clock;
  log: Logger;
  options: ObserverOptions;
}): Observer {
  const enabled = (source: SourceName) => !options.disabled.includes(source);
  const discovery = createDiscovery({
    client,
    clock,
    log,
    exclude: options.exclude,
    isFailing: (name) => prober.tallies(name).some(({ vantage, last }) => vantage === 'aggregator' && !last.ok),
  });
  const { targets } = discovery;
  const addresses = createAddressRules(options.probe.allowAddresses);
  const urgent: (() => void)[] = [];
  const ring = () => {
    for (const listener of urgent) listener();
  };
  const apiservers = () => discovery.apiservers();
  const nodes = () => {
    const known = discovery.nodes();
    return known.state === 'observed' ? known.value : [];
  };
  const changed = () => {
    rights.hurry();
    apiserverMetrics.hurry();
    resources.hurry();
    backendMetrics.hurry();
    ring();
  };
  const prober = createProber({ client, targets, clock, log, options: { ...options.probe, apiservers }, onChange: changed });
  const policy = createPolicySource({ client, targets, nodes, apiservers, clock, log });
  const rights = createRightsSource({ client, targets, clock, log, ...interval(options.rightsIntervalMs) });
  const logs = createLogTail({ client, targets, clock, log, options: options.logs });
  const apiserverMetrics = createApiserverMetricsSource({
    client,
    apiservers,
    clock,
    log,
    options: { ...interval(options.apiserverMetricsIntervalMs), addresses },
  });
  const resources = createResourceSource({
    client,
    targets,
    nodes,
    clock,
    log,
    options: {
      ...interval(options.resourcesIntervalMs),
      addresses,
      kubeletToken: options.kubeletToken ?? false,
      ...(options.prometheusUrl === undefined ? {} : { prometheusUrl: options.prometheusUrl }),
    },
  });
  const backendMetrics = createBackendMetricsSource({
    targets,
    clock,
    log,
    vouchesFor: (api, target) => prober.vouchesFor(api, target),
    options: { ...interval(options.backendMetricsIntervalMs), addresses },
  });
  const texts = createTextMatches(options.logs.signatures);
  const sources: readonly Source[] = [...discovery.sources, prober, policy, rights, logs, apiserverMetrics, resources, backendMetrics];
  policy.onChange((change, namespace) => {
    for (const target of targets.all()) if (target.backend.namespace === namespace) discovery.recordChange(target.name, change);
  });
  discovery.subscribe(ring);

  function apiFacts(name: string): ApiFacts | undefined {
    const facts = discovery.facts(name);
    if (!facts) return undefined;
    const probes = prober.tallies(name);
    const unbelieved = prober.unbelieved(name);
    readTexts(name, facts, probes);
    // Whose pods those would be is not known: none of what is looked up by them says anything of this API.
    const blind = unreadableFact('the APIService', discovery.unreadable(name));
    if (blind)
      return { ...facts, probes, logs: blind, policy: blind, resources: blind, backendMetrics: blind, rights: blind, textMatches: [] };
    return {
      ...facts,
      probes,
      ...(unbelieved.length > 0 && { unbelieved }),
      logs: enabled('logs') ? logs.factsFor(name) : UNOBSERVED,
      policy: policy.factsFor(name),
      resources: enabled('resources') ? resources.factsFor(name) : UNOBSERVED,
      backendMetrics: enabled('backend-metrics') ? backendMetrics.factsFor(name) : UNOBSERVED,
      rights: rights.factsFor(name),
      textMatches: mergeCounts(texts.factsFor(name), enabled('logs') ? logs.apiserverMatches(name) : []),
    };
  }

  function readTexts(name: string, { condition, events }: Pick<ApiFacts, 'condition' | 'events'>, probes: ApiFacts['probes']): void {
    const now = clock();
    texts.stand(name, [...statedBy(condition, now), ...probes.flatMap((tally) => statementsOf(tally, now))], now);
    if (events.state === 'observed')
      // What a Normal event tells is a change, and known as one.
      for (const event of events.value.recent)
        if (event.type !== 'Normal') texts.record(name, event.message, event.at, `${event.object} ${event.reason}`);
  }

  function clusterFacts(): ClusterFacts {
    const control = prober.control();
    const unbelieved = new Map(prober.unbelievedControl().map((stranger) => [stranger.target, stranger]));
    const instances = new Set([...control.keys(), ...unbelieved.keys(), ...apiserverMetrics.instances()]);
    return {
      ...(discovery.serverVersion() === undefined ? {} : { serverVersion: discovery.serverVersion()! }),
      nodes: discovery.nodes(),
      apiservers: [...instances].sort().map((instance): ApiserverFacts => {
        const tally = control.get(instance);
        const stranger = unbelieved.get(instance);
        return {
          instance,
          ...(tally ? { control: tally } : {}),
          ...(stranger && { unbelieved: stranger }),
          metrics: enabled('apiserver-metrics') ? apiserverMetrics.metrics(instance) : UNOBSERVED,
        };
      }),
      frontProxyCa: rights.frontProxyCa(),
      cronJobs: discovery.cronJobs(),
      changes: discovery.clusterChanges(),
      apiserverLogs: enabled('logs') ? logs.apiserverFacts() : UNOBSERVED,
    };
  }

  function statuses(now: number): SourceStatus[] {
    const reported = new Map(sources.map((source) => [source.name, source]));
    return SOURCES.map((name) => {
      if (!enabled(name)) return { source: name, state: 'disabled' };
      if (name === 'config-maps')
        return worstOf(name, [rights.configMaps.status(now), ...(reported.has(name) ? [reported.get(name)!.status(now)] : [])]);
      // Seen in the handshakes of the direct probes.
      if (name === 'certificates') return prober.certificates.status(now);
      return reported.get(name)?.status(now) ?? { source: name, state: 'pending' };
    });
  }

  /** Resolves when the backends are known, or will not be for a while. */
  const discovered = async (signal: AbortSignal): Promise<void> => {
    const deadline = performance.now() + DISCOVERY_MS;
    while (!signal.aborted && !refused() && !discovery.synced() && performance.now() < deadline) await sleep(100);
  };

  const everyTurn = () => targets.all().every((target) => prober.tallies(target.name).length > 0);
  let discoveredAt: number | undefined;
  /** One target that has no turn, or two thousand that wait for theirs, must not keep silent what the others show. */
  const waitedLongEnough = () => {
    discoveredAt ??= performance.now();
    return performance.now() - discoveredAt >= FIRST_TURN_MS;
  };

  const refused = () => sources.find(({ name }) => name === 'api-services')?.status(clock()).state === 'forbidden';

  /** Of each source that runs: what ends it alone. */
  const ends = new Map<SourceName, AbortController>();
  let whole: AbortSignal | undefined;

  function begin(source: Source, signal: AbortSignal): void {
    const own = new AbortController();
    ends.set(source.name, own);
    const either = AbortSignal.any([signal, own.signal]);
    // A source listens with each of its loops, streams and probes.
    setMaxListeners(0, either);
    asSource(source.name, () => source.start(either));
  }

  return {
    start(signal) {
      whole = signal;
      const wanted = sources.filter(({ name }) => enabled(name));
      for (const source of wanted) if (!AFTER_DISCOVERY.includes(source.name)) begin(source, signal);
      void discovered(signal).then(() => {
        for (const source of wanted) if (AFTER_DISCOVERY.includes(source.name)) begin(source, signal);
      });
    },
    restart(name) {
      const source = sources.find((one) => one.name === name);
      const running = ends.get(name);
      // Each probe has a deadline of its own and comes again by itself: to start them all anew would lose what they counted.
      if (!source || !running || running.signal.aborted || name === 'probes') return;
      running.abort();
      const signal = whole;
      const timer = setTimeout(() => {
        if (signal && !signal.aborted) begin(source, signal);
      }, RESTART_MS);
      timer.unref();
    },
    snapshot() {
      const time = clock();
      const apis = discovery
        .names()
        .sort()
        .flatMap((name) => apiFacts(name) ?? []);
      return { schema: SNAPSHOT_SCHEMA, time, cluster: clusterFacts(), apis, sources: statuses(time) };
    },
    sources: () => statuses(clock()),
    // Without the right to see APIServices there is nothing to wait for: what is published then is that the right is missing.
    ready: () => refused() || (discovery.synced() && (everyTurn() || waitedLongEnough())),
    onUrgent: (listener) => void urgent.push(listener),
  };
}

function statedBy(condition: ApiFacts['condition'], now: number): Statement[] {
  if (condition.state !== 'observed' || condition.value.status === 'True') return [];
  return [{ text: condition.value.message, at: condition.value.lastTransition ?? now, where: 'condition' }];
}

/**
 * What the kube-apiserver says to a probe now; of a connection of our own the reason of its failure is known. A failure that recurs
 * is not ended by one pass.
 */
function statementsOf({ vantage, request, target, last, lastFailure, recurred }: ProbeTally, now: number): Statement[] {
  if (vantage !== 'aggregator' || !lastFailure?.detail) return [];
  const recurs = now - (recurred?.[lastFailure.reason ?? 'other'] ?? Number.NEGATIVE_INFINITY) <= RECURS_MS;
  return last.ok && !recurs ? [] : [{ text: lastFailure.detail, at: lastFailure.at, where: `${request} ${target}` }];
}

/** These read everything now and then; a first reading before the backends are known would find nothing, and call it a success. */
const AFTER_DISCOVERY: readonly SourceName[] = ['role-bindings', 'resources', 'backend-metrics'];
const DISCOVERY_MS = 20_000;
const FIRST_TURN_MS = 15_000;
const RECURS_MS = 60_000;
const RESTART_MS = 1_000;

function interval(milliseconds: number | undefined): { intervalMs?: number } {
  return milliseconds === undefined ? {} : { intervalMs: milliseconds };
}
