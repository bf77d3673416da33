import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../domain/snapshot.ts';
import type { LiveOptions } from './diagnose.ts';
import { configFrom } from './flags.ts';
import { createLogger } from './logger.ts';
import { observeCluster } from './observe-cluster.ts';

const TICK_MS = 1000;

/** Snapshots of the live cluster, one a second, from when discovery has answered until the time is over or the signal aborts. */
export async function* liveSnapshots(options: LiveOptions): AsyncGenerator<Snapshot> {
  const config = configFrom(options);
  const log = createLogger({ ...config.log, level: 'error' });
  const { observer, client } = observeCluster(options, config, log);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const end = Date.now() + options.forMs;
  let given = 0;
  try {
    observer.start(signal);
    while (Date.now() < end && !signal.aborted) {
      await sleep(Math.min(TICK_MS, Math.max(0, end - Date.now())));
      if (!observer.ready()) continue;
      given++;
      yield observer.snapshot();
    }
    // Not everything answered in time: what is known now is still worth more than nothing, and says what it could not see.
    if (given === 0) yield observer.snapshot();
  } finally {
    stop.abort();
    client.close();
  }
}
