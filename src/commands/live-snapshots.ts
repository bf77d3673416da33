import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../domain/snapshot.ts';
import type { SourceState } from '../domain/sources.ts';
import { InputError } from '../read/dump/input-error.ts';
import { configFrom } from './configuration.ts';
import type { LiveOptions } from './diagnose.ts';
import { createLogger } from './logger.ts';
import { observeCluster } from './observe-cluster.ts';

const TICK_MS = 1000;
/** A cluster that has refused to tell its APIServices for so long is not waited for. */
const GIVES_UP_AFTER_MS = 5000;
const MAY_COME: ReadonlySet<SourceState> = new Set(['ok', 'pending', 'absent', 'disabled']);

/**
 * Snapshots of the live cluster, one a second, from when discovery has answered until the time is over or the signal aborts.
 * @throws InputError in one line when the cluster never told its APIServices, and why.
 */
export async function* liveSnapshots(options: LiveOptions): AsyncGenerator<Snapshot> {
  const config = configFrom(options);
  const log = createLogger({ ...config.log, level: 'error' });
  const { observer, client } = observeCluster(options, config, { log });
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const begin = performance.now();
  const left = () => begin + options.forMs - performance.now();
  let given = 0;
  try {
    observer.start(signal);
    while (left() > 0 && !signal.aborted) {
      await sleep(Math.min(TICK_MS, Math.max(0, left())));
      const snapshot = observer.snapshot();
      options.progress?.(progressOf(snapshot, left()));
      if (given === 0 && performance.now() - begin > GIVES_UP_AFTER_MS && refusal(snapshot) !== undefined) break;
      if (!observer.ready()) continue;
      given++;
      yield snapshot;
    }
    if (given > 0) return;
    const snapshot = observer.snapshot();
    const why = snapshot.apis.length === 0 ? refusal(snapshot) : undefined;
    if (why !== undefined) throw new InputError(`the cluster at ${client.server.origin} does not tell its APIServices: ${why}`);
    // Not everything answered in time: what is known now is still worth more than nothing, and says what it could not see.
    yield snapshot;
  } finally {
    stop.abort();
    client.close();
  }
}

/** Why APIServices are not told; undefined while they are, or may be. */
function refusal({ sources }: Snapshot): string | undefined {
  const discovery = sources.find(({ source }) => source === 'api-services');
  return discovery === undefined || MAY_COME.has(discovery.state) ? undefined : (discovery.message ?? discovery.state);
}

function progressOf({ sources, apis }: Snapshot, leftMs: number): Parameters<NonNullable<LiveOptions['progress']>>[0] {
  return {
    secondsLeft: Math.max(0, Math.round(leftMs / 1000)),
    waitingFor: sources.filter(({ state }) => state === 'pending').map(({ source }) => source),
    apis: apis.length,
  };
}
