import { isoTime, printable, wrapped } from '../../diagnose/report/printable.ts';
import type { Incident } from '../../domain/incident.ts';
import { sureness } from '../../domain/sureness.ts';
import {
  beginInWords,
  COINCIDES,
  happeningInWords,
  hurtCountsInWords,
  lengthInWords,
  returnsInWords,
  spanInWords,
  stateInWords,
  vantageInWords,
} from './words.ts';

const INDENT = '  ';
const LABEL = 10;
const MOST_COLUMNS = 120;

/** Incidents for a person at a terminal, newest first, as they are given. @param width columns of the terminal. */
export function renderIncidentsText(incidents: readonly Incident[], width: number): string {
  const columns = Math.max(40, Math.min(width, MOST_COLUMNS)) - INDENT.length - LABEL;
  return incidents.map((incident) => `${block(incident, columns)}\n`).join('\n');
}

function block(incident: Incident, columns: number): string {
  const { apiservice, began, title, cause, category, confidence, state, pattern, shared, endedBy, id } = incident;
  const sure = cause === 'unknown' ? '' : `, ${sureness(confidence)} sure`;
  const returns = returnsInWords(incident);
  const counts = hurtCountsInWords(incident);
  const labelled = (label: string, texts: readonly string[]) =>
    texts.flatMap((text, item) =>
      wrapped(text, columns).map((line, index) => `${INDENT}${(item + index === 0 ? label : '').padEnd(LABEL)}${line}`),
    );
  return [
    `${state === 'ended' ? '✓' : '✖'} ${isoTime(began)} ${printable(apiservice)}: ${printable(title)}`,
    `${INDENT}cause ${cause}, category ${category}${sure}`,
    ...labelled('began', [beginInWords(incident)]),
    ...labelled('state', [`${stateInWords(incident)}; it lasted ${lengthInWords(incident)}`]),
    ...labelled('pattern', [`${pattern}${returns === undefined ? '' : `; ${returns}`}`]),
    ...labelled('together', shared ? [`${shared.apiservices.length} APIs share ${shared.shared}: ${shared.apiservices.join(', ')}`] : []),
    ...labelled('causes', incident.causes.map(spanInWords)),
    ...labelled(
      'evidence',
      incident.evidence.map(({ says, sample }) => `${says}${sample === undefined ? '' : ` > ${sample}`}`),
    ),
    ...labelled('before', incident.before.map(happeningInWords)),
    ...labelled('meanwhile', (incident.during ?? []).map(happeningInWords)),
    ...labelled('at its end', endedBy ? [`${happeningInWords(endedBy)} (${COINCIDES})`] : []),
    ...labelled('asked', incident.vantages.map(vantageInWords)),
    ...labelled('hurt', counts === undefined ? [] : [counts]),
    ...labelled('id', [id]),
  ].join('\n');
}
