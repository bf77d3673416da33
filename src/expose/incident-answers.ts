import { INCIDENTS_SCHEMA, type Incident, type IncidentBook, type IncidentQuery } from '../domain/incident.ts';
import type { Shard } from '../domain/shard.ts';
import type { Answer } from './answers.ts';

/** The newest so many are answered. */
export const MOST_ANSWERED = 1000;

const ALLOWED = ['since', 'apiservice'] as const;
const API_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const AGO = /^(\d{1,9})(s|m|h|d)$/;
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What a query asks for, or what is wrong with it. @param now Unix seconds. */
export function readIncidentQuery(
  query: Readonly<Record<string, unknown>>,
  now: number,
): { readonly query: IncidentQuery } | { readonly error: string } {
  const unknown = Object.keys(query).find((name) => !ALLOWED.some((allowed) => allowed === name));
  if (unknown !== undefined)
    return { error: `${JSON.stringify(unknown.slice(0, 100))}: no such parameter; allowed are ${ALLOWED.join(', ')}` };
  const since = given(query.since);
  const from = since === undefined ? undefined : momentOf(since, now);
  if (from !== undefined && !Number.isFinite(from))
    return {
      error: `since ${shown(since)}: Unix seconds, a time such as 2026-01-05T09:00:00Z, or how long ago, such as 30m, 24h or 7d, is allowed, once`,
    };
  const name = given(query.apiservice);
  if (name !== undefined && !isName(name))
    return { error: `apiservice ${shown(name)}: the name of one APIService such as v1beta1.metrics.k8s.io is allowed, once` };
  return { query: { ...(from !== undefined && { since: from }), ...(name !== undefined && { apiservice: name }) } };
}

/** An empty field of a form is none. */
const given = (value: unknown): unknown => (value === '' ? undefined : value);

const isName = (value: unknown): value is string => typeof value === 'string' && API_NAME.test(value);

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? 'nothing';

/** NaN: it is none. */
function momentOf(text: unknown, now: number): number {
  if (typeof text !== 'string') return Number.NaN;
  const [, amount, unit] = AGO.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * UNITS[unit as keyof typeof UNITS];
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text)) return Number(text);
  return RFC_3339.test(text) ? Date.parse(text) / 1000 : Number.NaN;
}
const RFC_3339 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?$/;

export interface IncidentsBody {
  readonly schema: typeof INCIDENTS_SCHEMA;
  /** Unix seconds of the answer. */
  readonly time: number;
  /** Since when this exporter has been recording, Unix seconds: what is older is of earlier runs. */
  readonly recordingSince: number;
  /** Whose APIs these are; absent where they are not shared out. */
  readonly shard?: Shard;
  /** Newest first. */
  readonly incidents: readonly Incident[];
  /** There are more: these are the newest. */
  readonly truncated: boolean;
}

/** GET /api/v1/incidents[?since=][&apiservice=]: the incidents that went on then or later, newest first. */
export function incidentsAnswer(
  { book, recordingSince, shard }: { readonly book: IncidentBook; readonly recordingSince: number; readonly shard?: Shard | undefined },
  query: Readonly<Record<string, unknown>>,
  now: number,
): Answer {
  const read = readIncidentQuery(query, now);
  if ('error' in read) return { status: 400, body: { error: read.error } };
  const found = book.list({ ...read.query, limit: MOST_ANSWERED + 1 });
  const body: IncidentsBody = {
    schema: INCIDENTS_SCHEMA,
    time: now,
    recordingSince,
    ...(shard && { shard }),
    incidents: found.slice(0, MOST_ANSWERED),
    truncated: found.length > MOST_ANSWERED,
  };
  return { status: 200, body };
}
