import type { IncomingHttpHeaders } from 'node:http';

/** Milliseconds that the server asks to wait: seconds or an HTTP date. Undefined when it does not ask. */
export function retryAfterMs(headers: IncomingHttpHeaders, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
