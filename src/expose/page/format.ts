/** `2026-01-05 09:00:00` in UTC, from Unix milliseconds. */
export function moment(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString().slice(0, 19).replace('T', ' ') : 'unknown';
}

/** Two units at most: `42 s`, `3 min`, `2 h 5 min`, `4 d`. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} d`;
}

/** `3 min ago`; in the future, as clocks differ, `now`. */
export function ago(ms: number, now: number): string {
  return now - ms < 1000 ? 'now' : `${span((now - ms) / 1000)} ago`;
}

/** Probe times: `0.4 ms`, `12 ms`, `1.20 s`. */
export function duration(seconds: number): string {
  const ms = seconds * 1000;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${seconds.toFixed(2)} s`;
}

/** A share, 0 to 1. */
export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** At most four significant digits, for the values of evidence. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
