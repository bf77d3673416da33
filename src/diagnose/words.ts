import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';
import type { WindowCount } from './criteria.ts';

/**
 * Names of a sentence, from the snapshot; `values` are those that the evidence found: `{value}`, and `{value|pod|pods}` with its noun.
 * Commands: see commands.ts.
 */
export function fill(text: string, api: ApiFacts, values: Readonly<Record<string, string>> = {}): string {
  const { namespace, service } = api.backend;
  const words: Readonly<Record<string, string>> = {
    namespace,
    service,
    apiservice: api.name,
    group: api.group,
    version: api.version,
    ...values,
  };
  return text
    .replace(/\{value\|([^|}]*)\|([^|}]*)\}/g, (_, one: string, many: string) => `${words.value} ${words.value === '1' ? one : many}`)
    .replace(/\{([a-z]+)\}/g, (_, name: string) => words[name] || `(${name} not known)`);
}

/** A signal's value for people, by the unit in its metric's name. */
export function inWords(value: number, signal: Pick<Signal, 'metric' | 'kind'> | undefined): string {
  const metric = signal?.metric ?? '';
  if (signal?.kind === 'timestamp') return `${new Date(value * 1000).toISOString().slice(0, 19)}Z`;
  if (metric.endsWith('_ratio')) return `${round(value * 100)} %`;
  if (metric.endsWith('_seconds')) return secondsInWords(value);
  if (metric.endsWith('_bytes')) return `${round(value / 2 ** 20)} MiB`;
  // An extrapolated increase is no whole number; what happened is.
  return signal?.kind === 'counter' ? String(Math.max(1, Math.round(value))) : String(round(value));
}

/** `{met} of {of}`, `{from}` and `{r}` of a sentence about a window. */
export function windowInWords({ from, met, of, r }: WindowCount): Readonly<Record<string, string>> {
  return {
    from: `${new Date(from * 1000).toISOString().slice(11, 16)} UTC`,
    ...(met === undefined ? {} : { met: String(met) }),
    ...(of === undefined ? {} : { of: String(of) }),
    ...(r === undefined ? {} : { r: r.toFixed(2) }),
  };
}

export function secondsInWords(seconds: number): string {
  if (seconds < 1) return `${round(seconds * 1000)} ms`;
  if (seconds < 120) return `${round(seconds)} s`;
  if (seconds < 7200) return `${round(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${round(seconds / 3600)} h` : `${round(seconds / 86_400)} d`;
}

function round(value: number): number {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits));
}
