import { setTimeout as sleep } from 'node:timers/promises';
import { isOf } from '../domain/shard.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { SOURCES, type SourceName, type SourceStatus } from '../domain/sources.ts';
import type { KubeClient } from '../kube/api.ts';
import { createAddressRules } from '../net/addresses.ts';
import { createProber } from '../probe/prober.ts';
import type { Clock } from '../source/clock.ts';
import type { Logger } from '../source/logger.ts';
import type { OpenSource, Surroundings } from './define-source.ts';
import { createDiscovery } from './discovery/discovery.ts';
import type { ObserverOptions } from './options.ts';
import { REGISTRY } from './registry.ts';
import { createRunning } from './running.ts';
import { createSnapshots } from './snapshot.ts';
import { createTextMatches } from './text-matches.ts';

export interface Observer {
  /** Starts every source; returns at once. */
  start(signal: AbortSignal): void;
  /** Starts a source anew in a moment, because an error came up in its work that nobody caught: who knows what of it still runs. */
  restart(source: SourceName): void;
  /** Everything that is known now. */
  snapshot(): Snapshot;
  /** How far each source is, from the first second on. */
  sources(): readonly SourceStatus[];
  /**
   * True once discovery has answered and each API had a turn, or time for it where there are few: what had none is not observed, and says so. A
   * verdict about one does not wait for two thousand others.
   */
  ready(): boolean;
  /** True once discovery has answered and each API had a turn, or enough time for it. Comes with `ready`, or after it. */
  complete(): boolean;
  /** Called when something changed that should not wait for the next tick. */
  onUrgent(listener: () => void): void;
}

export interface ObserverInput {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly options: ObserverOptions;
}

/** Runs the sources of one cluster: each looks at what discovery names, none can take another with it. */
export function createObserver(input: ObserverInput): Observer {
  const { clock, options } = input;
  const urgent: (() => void)[] = [];
  const ring = () => {
    for (const listener of urgent) listener();
  };
  const surroundings = surroundingsOf(input, () => {
    for (const { source } of sources.values()) source.hurry?.();
    ring();
  });
  const { discovery, prober, targets } = surroundings;
  const sources: ReadonlyMap<SourceName, OpenSource> = new Map(
    Object.values(REGISTRY).map((definition) => [definition.name, definition.open(surroundings)]),
  );
  const asked = [...sources.values()].filter(({ definition }) => !options.disabled.includes(definition.name));
  discovery.subscribe(ring);

  const statuses = (now: number): SourceStatus[] =>
    SOURCES.map((source) => {
      const open = options.disabled.includes(source) ? undefined : sources.get(source);
      return open ? open.source.status(now) : { source, state: 'disabled' };
    });
  /** What is read rarely would stay too old for minutes, when the clock was set or the machine slept: it is read soon. */
  const hurriedWhereStale = (told: SourceStatus[]): SourceStatus[] => {
    for (const { source, state } of told) if (state === 'stale') sources.get(source)?.source.hurry?.();
    return told;
  };
  const refused = () => discovery.source('api-services').status(clock()).state === 'forbidden';
  let discoveredAt: number | undefined;
  /** Each API had a turn since discovery, or so long for it. Without the right to see APIServices there is nothing to wait for. */
  const waited = (atMostMs: number): boolean => {
    if (refused()) return true;
    if (!discovery.synced()) return false;
    discoveredAt ??= performance.now();
    return performance.now() - discoveredAt >= atMostMs || targets.all().every(({ name }) => prober.hadTurn(name));
  };
  /** Resolves when the backends are known, or will not be for a while. */
  const discovered = async (signal: AbortSignal): Promise<void> => {
    const deadline = performance.now() + DISCOVERY_MS;
    while (!signal.aborted && !refused() && !discovery.synced() && performance.now() < deadline) await sleep(100);
  };
  const running = createRunning(asked, discovered, input.log);
  const snapshot = createSnapshots({ discovery, asked, texts: createTextMatches(options.logs.signatures), clock });

  return {
    start: running.start,
    restart: running.restart,
    snapshot: () => snapshot(hurriedWhereStale(statuses(clock()))),
    sources: () => statuses(clock()),
    ready: () => waited(FIRST_VERDICTS_MS),
    complete: () => waited(EVERY_TURN_MS),
    onUrgent: (listener) => void urgent.push(listener),
  };
}

const DISCOVERY_MS = 20_000;
/** Twice what a first turn takes where the processor is enough (firstWithinMs), and a burst begun. */
const FIRST_VERDICTS_MS = 5_000;
const EVERY_TURN_MS = 15_000;

function watchedBy({ exclude, shard }: ObserverOptions): (apiservice: string) => boolean {
  return (apiservice) => !exclude.includes(apiservice) && (shard === undefined || isOf(shard, apiservice));
}

/** Discovery and the prober, on which the other sources stand. @param onChange when a probed API began to fail, or recovers. */
function surroundingsOf({ client, clock, log, options }: ObserverInput, onChange: () => void): Surroundings {
  const discovery = createDiscovery({
    client,
    clock,
    log,
    isWatched: watchedBy(options),
    isFailing: (name) => prober.tallies(name).some(({ vantage, last }) => vantage === 'aggregator' && !last.ok),
  });
  const { targets } = discovery;
  const apiservers = () => discovery.apiservers();
  const prober = createProber({ client, targets, clock, log, options: { ...options.probe, apiservers }, onChange });
  const nodes: Surroundings['nodes'] = () => {
    const known = discovery.nodes();
    return known.state === 'observed' ? known.value : [];
  };
  const addresses = createAddressRules(options.probe.allowAddresses);
  return { client, clock, log, options, addresses, discovery, prober, targets, nodes, apiservers };
}
