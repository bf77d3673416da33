import type { Signal } from '../domain/signal.ts';
import { SignalRow, SignalSheet, type SignalValues } from '../domain/signal-values.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { SIGNALS } from './list.ts';

const ROWS = new WeakMap<readonly Signal[], SignalRow>();

/**
 * All signals of one snapshot, keyed by APIService, then by signal. A missing key is a signal that was not observed.
 * Values that are not finite count as not observed. Never throws: a signal that can't read a fact is missing, alone.
 */
export function readSignals(snapshot: Snapshot, signals: readonly Signal[] = SIGNALS): ReadonlyMap<string, SignalValues> {
  const row = rowOf(signals);
  // One array for all: two hundred small ones cost the collector more than what is in them.
  const numbers = new Float64Array(snapshot.apis.length * signals.length);
  const all = new Map<string, SignalValues>();
  for (const [index, api] of snapshot.apis.entries()) {
    const values = numbers.subarray(index * signals.length, (index + 1) * signals.length);
    signals.forEach((signal, place) => {
      values[place] = read(signal, api, snapshot);
    });
    all.set(api.name, new SignalSheet(row, values));
  }
  return all;
}

function rowOf(signals: readonly Signal[]): SignalRow {
  const row = ROWS.get(signals) ?? new SignalRow(signals.map(({ name }) => name));
  ROWS.set(signals, row);
  return row;
}

/** A recorded snapshot may come from another version: a fact that has not the expected shape is not observed, which is NaN. */
function read(signal: Signal, api: Snapshot['apis'][number], snapshot: Snapshot): number {
  try {
    const value = signal.observe(api, snapshot.cluster, snapshot.time);
    return value !== undefined && Number.isFinite(value) ? value : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
