import type { Signal } from './signal.ts';

/** A signal's value for people, by the unit in its metric's name. */
export function inWords(value: number, signal: Pick<Signal, 'metric' | 'kind'> | undefined): string {
  const metric = signal?.metric ?? '';
  if (signal?.kind === 'timestamp') return `${new Date(value * 1000).toISOString().slice(0, 19)}Z`;
  if (metric.endsWith('_ratio')) return `${rounded(value * 100)} %`;
  if (metric.endsWith('_seconds')) return secondsInWords(value);
  if (metric.endsWith('_bytes')) return `${rounded(value / 2 ** 20)} MiB`;
  // An extrapolated increase is no whole number; what happened is.
  return signal?.kind === 'counter' ? String(Math.max(1, Math.round(value))) : String(rounded(value));
}

export function secondsInWords(seconds: number): string {
  if (seconds < 1) return `${rounded(seconds * 1000)} ms`;
  if (seconds < 120) return `${rounded(seconds)} s`;
  if (seconds < 7200) return `${rounded(seconds / 60)} min`;
  return seconds < 2 * 86_400 ? `${rounded(seconds / 3600)} h` : `${rounded(seconds / 86_400)} d`;
}

/** Two digits after the point, fewer for larger numbers. */
export function rounded(value: number): number {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits));
}
