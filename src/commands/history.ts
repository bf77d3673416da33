import { isoTime } from '../diagnose/report/printable.ts';
import type { Incident } from '../domain/incident.ts';
import { INCIDENTS_SCHEMA } from '../domain/incident.ts';
import { readBoundedFile } from '../files/bounded-file.ts';
import { parseIncident } from '../incidents/parse-incident.ts';
import { renderIncidentsMarkdown } from '../incidents/report/markdown.ts';
import { renderIncidentsText } from '../incidents/report/text.ts';
import { endpointOf, getText } from '../net/get.ts';

const TIMEOUT_MS = 10_000;
/** As many incidents as an exporter answers, each as long as one can be. */
const MOST_BYTES = 64 * 2 ** 20;

export interface HistoryOptions {
  /** Of the exporter, e.g. http://localhost:9944; a path prefix is kept. */
  readonly url: string;
  readonly tokenFile?: string;
  /** How far back, milliseconds. */
  readonly backMs: number;
  /** Of these only; none = of all. */
  readonly apiservices: readonly string[];
}

interface HistoryBody {
  readonly schema: string;
  readonly time: number;
  readonly recordingSince: number;
  readonly truncated: boolean;
  readonly incidents: readonly Incident[];
}

/** Asks a running exporter which incidents went on since then. @throws Error that says what was asked and what was answered. */
export async function askHistory({ url, tokenFile, backMs, apiservices }: HistoryOptions): Promise<HistoryBody> {
  const target = urlOf(url, backMs, apiservices);
  const token = tokenFile === undefined ? undefined : readBoundedFile(tokenFile).trim();
  const shown = `${target.origin}${target.pathname}`;
  const { status, text } = await getText({
    ...endpointOf(target),
    path: `${target.pathname}${target.search}`,
    headers: { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MOST_BYTES,
  }).catch((error: Error) => {
    throw new Error(`${shown} does not answer: ${error.message}; --exporter.url names where an exporter runs`, { cause: error });
  });
  if (status !== 200) throw new Error(`${shown} answers ${status}: ${text.trim().slice(0, 300)}`);
  const body = bodyOf(text, shown);
  return apiservices.length === 0
    ? body
    : { ...body, incidents: body.incidents.filter(({ apiservice }) => apiservices.includes(apiservice)) };
}

/** What is printed: for people, with what may be missing in it. */
export function printHistory(
  { incidents, truncated, recordingSince, time }: HistoryBody,
  output: 'text' | 'markdown',
  width: number,
): string {
  const notes = [
    ...(truncated ? [`There were more: these are the newest ${incidents.length}.`] : []),
    `The exporter has been recording since ${isoTime(recordingSince)} (it is ${isoTime(time)} now); what is older is from its file, as far as it has one.`,
  ];
  if (output === 'markdown') return `${renderIncidentsMarkdown(incidents)}\n${notes.join('\n')}\n`;
  const found = incidents.length === 0 ? 'No incident in this time.\n' : renderIncidentsText(incidents, width);
  return `${found}\n${notes.join('\n')}\n`;
}

function urlOf(text: string, backMs: number, apiservices: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new Error(`--exporter.url ${JSON.stringify(text)}: an http:// or https:// URL without a query is allowed`);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/incidents`;
  url.searchParams.set('since', `${Math.ceil(backMs / 1000)}s`);
  const [only, ...more] = apiservices;
  if (only !== undefined && more.length === 0) url.searchParams.set('apiservice', only);
  return url;
}

function bodyOf(text: string, shown: string): HistoryBody {
  const body = jsonOf(text) as Partial<HistoryBody> | undefined;
  if (body?.schema !== INCIDENTS_SCHEMA || !Array.isArray(body.incidents))
    throw new Error(`${shown} answers with ${JSON.stringify(body?.schema ?? text.slice(0, 100))}; ${INCIDENTS_SCHEMA} is understood`);
  const incidents = body.incidents.flatMap((one) => parseIncident(one) ?? []);
  if (incidents.length < body.incidents.length)
    throw new Error(
      `${shown} answers with ${body.incidents.length - incidents.length} incidents that are none; is it of the same version?`,
    );
  const { schema, time = Number.NaN, recordingSince = Number.NaN, truncated = false } = body;
  if (!Number.isFinite(time) || !Number.isFinite(recordingSince))
    throw new Error(`${shown} answers without its time; is it of the same version?`);
  return { schema, time, recordingSince, truncated, incidents };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
