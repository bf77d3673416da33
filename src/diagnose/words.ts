import type { Signal } from '../domain/signal.ts';
import type { ApiFacts } from '../domain/snapshot.ts';

/** Replaces {namespace}, {service} and {apiservice}, the path of the API, and {value} where one is given. */
export function fill(text: string, api: ApiFacts, value?: string): string {
  const words: Readonly<Record<string, string | undefined>> = {
    namespace: api.backend.namespace,
    service: api.backend.service,
    apiservice: api.name,
    value,
  };
  const filled = text.replace(/\{(namespace|service|apiservice|value)\}/g, (whole, name: string) => {
    const word = words[name];
    // A pasted text may not tell them: a blank in a command would make it another one.
    return word === '' ? `<${name}>` : (word ?? whole);
  });
  return api.group === '' ? filled : filled.replaceAll('/apis/<group>/<version>', `/apis/${api.group}/${api.version}`);
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
