import type { Seconds } from '../domain/criterion.ts';

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
];

/** Prometheus's duration syntax, largest units first: 90 → `1m30s`. Whole milliseconds. */
export function printDuration(seconds: Seconds): string {
  let rest = Math.round(seconds * 1000);
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / (size * 1000));
    rest -= count * size * 1000;
    if (count > 0) text += `${count}${unit}`;
  }
  return rest > 0 ? `${text}${rest}ms` : text || '0s';
}

/** Seconds from `30s`, `1m30s`, `500ms`; undefined when it is not a duration. */
export function parseDuration(text: string): Seconds | undefined {
  const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (!match || text === '') return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = match;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(milliseconds) / 1000;
}
