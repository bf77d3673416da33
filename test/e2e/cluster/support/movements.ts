import type { Signal } from '../../../../src/domain/signal.ts';
import { SIGNALS } from '../../../../src/signals/list.ts';
import { parseExposition, type Series } from '../harness/exposition.ts';

/** What the exporter publishes of one API, by signal; a signal that is not observed is missing. */
type Values = ReadonlyMap<string, number>;

/** By API. */
export type Reading = ReadonlyMap<string, Values>;

const BY_METRIC = new Map<string, Signal[]>();
for (const signal of SIGNALS) BY_METRIC.set(signal.metric, [...(BY_METRIC.get(signal.metric) ?? []), signal]);

export function readSignals(exposition: string): Reading {
  const reading = new Map<string, Map<string, number>>();
  for (const series of parseExposition(exposition, 'aggregated_api_')) {
    const { apiservice } = series.labels;
    if (apiservice === undefined) continue;
    const values = reading.get(apiservice) ?? new Map<string, number>();
    reading.set(apiservice, values);
    for (const signal of BY_METRIC.get(series.name) ?? []) if (isOf(signal, series)) values.set(signal.name, series.value);
  }
  return reading;
}

function isOf({ labels = {} }: Signal, series: Series): boolean {
  const wanted = Object.entries(labels);
  return wanted.every(([label, value]) => series.labels[label] === value) && Object.keys(series.labels).length === wanted.length + 1;
}

/** Signals that have, at any of these moments, another value than at the first; a signal that comes or goes moves too. */
export function movements(before: Reading, during: readonly Reading[], api: string): Set<string> {
  const first = before.get(api) ?? new Map<string, number>();
  const moved = new Set<string>();
  for (const reading of during) {
    const now = reading.get(api) ?? new Map<string, number>();
    for (const name of new Set([...first.keys(), ...now.keys()])) if (first.get(name) !== now.get(name)) moved.add(name);
  }
  return moved;
}
