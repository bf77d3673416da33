import type { Signal } from '../domain/signal.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { SIGNALS } from './list.ts';

/**
 * All signals of one snapshot, keyed by APIService, then by signal. A missing key is a signal that was not observed.
 * Values that are not finite count as not observed. Never throws: a signal that can't read a fact is missing, alone.
 */
export function readSignals(snapshot: Snapshot, signals: readonly Signal[] = SIGNALS): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const all = new Map<string, ReadonlyMap<string, number>>();
  for (const api of snapshot.apis) {
    const values = new Map<string, number>();
    for (const signal of signals) {
      const value = read(signal, api, snapshot);
      if (value !== undefined && Number.isFinite(value)) values.set(signal.name, value);
    }
    all.set(api.name, values);
  }
  return all;
}

/** A recorded snapshot may come from another version: a fact that has not the expected shape is not observed. */
function read(signal: Signal, api: Snapshot['apis'][number], snapshot: Snapshot): number | undefined {
  try {
    return signal.observe(api, snapshot.cluster, snapshot.time);
  } catch {
    return undefined;
  }
}
