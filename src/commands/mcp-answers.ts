import { createDiagnostician } from '../diagnose/diagnostician.ts';
import { renderMarkdown } from '../diagnose/report/markdown.ts';
import { isoTime, printable } from '../diagnose/report/printable.ts';
import { DIAGNOSES_SCHEMA, type Diagnoses } from '../domain/diagnosis.ts';
import { shardInWords } from '../domain/shard.ts';
import { SOURCE_STATES } from '../domain/sources.ts';
import { sureness } from '../domain/sureness.ts';
import { STATUS_SCHEMA, type StatusBody, type StatusTarget } from '../expose/answers.ts';
import { DIAGNOSES } from '../expose/openapi/diagnoses.ts';
import { STATUS } from '../expose/openapi/status.ts';
import { renderIncidentsText } from '../incidents/report/text.ts';
import { redact } from '../redact/redact.ts';
import { askExporter, bodyOf, type ExporterAddress, type ExporterAnswer } from './ask-exporter.ts';
import { catalogueOptions } from './catalogue-options.ts';
import { WHAT_TO_PASTE } from './diagnose.ts';
import { historyOf } from './history.ts';

const FLAG = '--url';
const MOST_LISTED = 200;
const MOST_INCIDENTS = 20;
const WIDTH = 120;

/** The APIs that the exporter watches, the failing ones first, as a list for people. @throws Error that says what the exporter answered. */
export async function listApis(exporter: ExporterAddress, failing: boolean): Promise<string> {
  const answer = await askExporter(exporter, { path: '/api/v1/status' }, FLAG);
  const status = understood(STATUS.safeParse(bodyOf<StatusBody>(answer, STATUS_SCHEMA)).data, answer);
  if (!status.ready) return `The exporter has not looked at the cluster yet. ${blindSources(status)}`;
  const errs = ({ cause }: StatusTarget) => cause !== null;
  const targets = [...status.targets].sort((a, b) => Number(errs(b)) - Number(errs(a))).filter((one) => !failing || errs(one));
  const lines = targets.slice(0, MOST_LISTED).map(lineOf);
  const more = targets.length > lines.length ? [`- and ${targets.length - lines.length} more`] : [];
  const none = targets.length === 0 ? [failing ? 'None of them errs.' : 'None is watched.'] : [];
  const head = `${status.targets.length} aggregated APIs, Kubernetes ${printable(status.serverVersion ?? 'of an unknown version')}, as of ${isoTime(status.time)}:`;
  const whose = status.shard ? [shardInWords(status.shard)] : [];
  return [head, ...whose, '', ...lines, ...more, ...none, '', blindSources(status)].join('\n').trim();
}

function lineOf({ apiservice, backend, available, answer, cause, confidence, pattern, deletedAt }: StatusTarget): string {
  const said = [
    answer ?? 'nothing-to-judge',
    ...(cause === null ? [] : [cause === 'unknown' ? 'the cause is not known' : `${cause}, ${sureness(confidence ?? 0)} sure`]),
    ...(pattern === null || pattern === 'none' ? [] : [pattern]),
    available === null ? 'its condition was not observed' : `Available ${available}`,
    ...(deletedAt === undefined ? [] : [`deleted ${isoTime(deletedAt)}`]),
  ];
  return `- ${printable(apiservice)} (Service ${printable(`${backend.namespace}/${backend.service}`)}): ${said.join('; ')}`;
}

function blindSources({ sources }: Pick<StatusBody, 'sources'>): string {
  const blind = sources.filter(({ state }) => SOURCE_STATES[state].blind);
  if (blind.length === 0) return 'Every source of facts that is switched on answers.';
  const words = blind.map(({ source, state, rule }) => `${source} ${SOURCE_STATES[state].says}${rule === undefined ? '' : ` (${rule})`}`);
  return `Not seen, and so never called healthy: ${words.map(printable).join('; ')}.`;
}

/** Verdict, evidence and remedy of a pasted text, as markdown. Secrets are cut out before anything reads it. */
export async function diagnoseText(text: string): Promise<string> {
  if (text.trim() === '') throw new Error(`the text is empty; ${WHAT_TO_PASTE}`);
  const { readPaste } = await import('../read/text/read-text.ts');
  const doctor = createDiagnostician(catalogueOptions());
  let found: Diagnoses | undefined;
  for (const snapshot of await readPaste(redact(text).text)) found = doctor.observe(snapshot).diagnoses;
  if (!found || found.examined.length === 0) return `Nothing to judge: no aggregated API was found in the text; ${WHAT_TO_PASTE}.`;
  return renderMarkdown(found);
}

/** The same of an API that the exporter watches. */
export async function diagnoseApi(exporter: ExporterAddress, apiservice: string): Promise<string> {
  const answer = await askExporter(exporter, { path: '/api/v1/diagnoses', query: { apiservice } }, FLAG);
  return renderMarkdown(understood(DIAGNOSES.safeParse(bodyOf<Diagnoses>(answer, DIAGNOSES_SCHEMA)).data, answer));
}

/** The newest incidents, as a list for people. */
export async function listIncidents(exporter: ExporterAddress, since: string, apiservice: string | undefined): Promise<string> {
  const query = { since, ...(apiservice !== undefined && { apiservice }) };
  const { incidents, truncated, recordingSince, shard } = historyOf(
    await askExporter(exporter, { path: '/api/v1/incidents', query }, FLAG),
  );
  const told = incidents.slice(0, MOST_INCIDENTS);
  const found = told.length === 0 ? 'No incident in this time.' : renderIncidentsText(told, WIDTH);
  const more = told.length < incidents.length || truncated ? `There were more: these are the newest ${told.length}.\n` : '';
  return `${found}\n\n${more}The exporter has been recording since ${isoTime(recordingSince)}.${shard ? ` ${shardInWords(shard)}` : ''}`;
}

/** One incident in full, as markdown. */
export async function tellIncident(exporter: ExporterAddress, id: string): Promise<string> {
  const path = `/incidents/${encodeURIComponent(id)}`;
  const { status, text } = await askExporter(
    exporter,
    { path, query: { format: 'markdown' }, accept: 'text/markdown', answers: [200, 404] },
    FLAG,
  );
  if (status === 404)
    throw new Error(`${JSON.stringify(id)}: the exporter remembers no incident of this id; without an id the newest are listed`);
  return text;
}

/** The runbook of a cause, as markdown. */
export async function explainCause(cause: string): Promise<string> {
  const [{ BUILT_IN }, { runbookPages }, { printMarkdown }] = await Promise.all([
    import('../generate/built-in.ts'),
    import('../generate/runbooks/files.ts'),
    import('../generate/runbooks/page.ts'),
  ]);
  const ids = [...BUILT_IN.causes.map(({ id }): string => id), 'unknown'];
  const page = ids.includes(cause) ? runbookPages(BUILT_IN).find(({ id }) => id === cause) : undefined;
  if (!page) throw new Error(`${JSON.stringify(cause)}: no cause is called so; allowed are ${ids.join(', ')}`);
  return printMarkdown(page);
}

function understood<T>(body: T | undefined, { shown }: ExporterAnswer): T {
  if (body === undefined) throw new Error(`${shown} answers in a form that is not understood; is it of the same version?`);
  return body;
}
