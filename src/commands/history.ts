import { isoTime } from '../diagnose/report/printable.ts';
import type { Incident } from '../domain/incident.ts';
import { INCIDENTS_SCHEMA } from '../domain/incident.ts';
import { type Shard, shardInWords } from '../domain/shard.ts';
import { parseIncident } from '../incidents/parse-incident.ts';
import { renderIncidentsMarkdown } from '../incidents/report/markdown.ts';
import { renderIncidentsText } from '../incidents/report/text.ts';
import { askExporter, bodyOf, type ExporterAddress, type ExporterAnswer } from './ask-exporter.ts';

export interface HistoryOptions extends ExporterAddress {
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
  readonly shard?: Shard;
  readonly incidents: readonly Incident[];
}

/** Asks a running exporter which incidents went on since then. @throws Error that says what was asked and what was answered. */
export async function askHistory({ backMs, apiservices, ...exporter }: HistoryOptions): Promise<HistoryBody> {
  const [only, ...more] = apiservices;
  const query = { since: `${Math.ceil(backMs / 1000)}s`, ...(only !== undefined && more.length === 0 && { apiservice: only }) };
  const body = historyOf(await askExporter(exporter, { path: '/api/v1/incidents', query }, '--exporter.url'));
  return apiservices.length === 0
    ? body
    : { ...body, incidents: body.incidents.filter(({ apiservice }) => apiservices.includes(apiservice)) };
}

/** What is printed: for people, with what may be missing in it. */
export function printHistory(
  { incidents, truncated, recordingSince, time, shard }: HistoryBody,
  output: 'text' | 'markdown',
  width: number,
): string {
  const notes = [
    ...(truncated ? [`There were more: these are the newest ${incidents.length}.`] : []),
    `The exporter has been recording since ${isoTime(recordingSince)} (it is ${isoTime(time)} now); what is older is from its file, as far as it has one.`,
    ...(shard ? [shardInWords(shard)] : []),
  ];
  if (output === 'markdown') return `${renderIncidentsMarkdown(incidents)}\n${notes.join('\n')}\n`;
  const found = incidents.length === 0 ? 'No incident in this time.\n' : renderIncidentsText(incidents, width);
  return `${found}\n${notes.join('\n')}\n`;
}

/** The incidents of an answer. @throws Error when it is none, or lacks something. */
export function historyOf(answer: ExporterAnswer): HistoryBody {
  const body = bodyOf<HistoryBody>(answer, INCIDENTS_SCHEMA);
  const { schema = INCIDENTS_SCHEMA, time = Number.NaN, recordingSince = Number.NaN, truncated = false, shard } = body;
  const listed: readonly unknown[] = Array.isArray(body.incidents) ? body.incidents : [];
  const incidents = listed.flatMap((one) => parseIncident(one) ?? []);
  if (incidents.length < listed.length)
    throw new Error(`${answer.shown} answers with ${listed.length - incidents.length} incidents that are none; is it of the same version?`);
  if (!Array.isArray(body.incidents) || !Number.isFinite(time) || !Number.isFinite(recordingSince))
    throw new Error(`${answer.shown} answers without its time; is it of the same version?`);
  return { schema, time, recordingSince, truncated, incidents, ...(shard && { shard }) };
}
