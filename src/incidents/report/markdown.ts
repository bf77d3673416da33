import { code, plain } from '../../diagnose/report/markdown-text.ts';
import { isoTime } from '../../diagnose/report/printable.ts';
import type { Incident, IncidentEvidence } from '../../domain/incident.ts';
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

/** Several, for a ticket or a chat: newest first, as they are given. */
export function renderIncidentsMarkdown(incidents: readonly Incident[]): string {
  if (incidents.length === 0) return '# Incidents\n\nNo incident is remembered.\n';
  return ['# Incidents\n', ...incidents.map((incident) => renderIncidentMarkdown(incident, 2))].join('\n');
}

/** One incident for the ticket. @param level of its heading, 1 to 4. */
export function renderIncidentMarkdown(incident: Incident, level = 1): string {
  const heading = (title: string, below = 0) => `${'#'.repeat(level + below)} ${title}`;
  const parts = [heading(`${plain(incident.apiservice)}: ${plain(incident.title)}`), factsOf(incident)];
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length > 0) parts.push(heading(title, 1), lines.map((line) => `- ${line}`).join('\n'));
  };
  section('Causes', incident.causes.map(spanInWords).map(plain));
  section('Evidence', incident.evidence.map(evidenceItem));
  section('Before it began', incident.before.map(happeningInWords).map(plain));
  section('While it lasted', (incident.during ?? []).map(happeningInWords).map(plain));
  section('Who asked', incident.vantages.map(vantageInWords).map(plain));
  section('Who was hurt', hurtItems(incident));
  return `${parts.join('\n\n')}\n`;
}

function factsOf(incident: Incident): string {
  const { id, cause, category, confidence, pattern, endedBy, shared } = incident;
  const returns = returnsInWords(incident);
  return [
    `- **Incident**: ${code(id)}`,
    `- **Began**: ${plain(beginInWords(incident))}`,
    `- **State**: ${plain(stateInWords(incident))}`,
    `- **Lasted**: ${plain(lengthInWords(incident))}`,
    `- **Cause**: ${code(cause)} (${category}${cause === 'unknown' ? '' : `, ${sureness(confidence)} sure`})`,
    `- **Pattern**: ${pattern}${returns === undefined ? '' : `; ${plain(returns)}`}`,
    ...(shared
      ? [`- **Together**: ${plain(`${shared.apiservices.length} APIs share ${shared.shared}: ${shared.apiservices.join(', ')}`)}`]
      : []),
    ...(endedBy ? [`- **${COINCIDES.replace(/^c/, 'C')}**: ${plain(happeningInWords(endedBy))}`] : []),
  ].join('\n');
}

function evidenceItem({ says, from, to, sample }: IncidentEvidence): string {
  const item = `${isoTime(from)} ${to === undefined ? '…' : `to ${isoTime(to)}`}: ${plain(says)}`;
  return sample ? `${item}\n  - ${code(sample)}` : item;
}

function hurtItems(incident: Incident): string[] {
  const counts = hurtCountsInWords(incident);
  const each = incident.hurt.map(({ says, since }) => plain(`${says}${since === undefined ? '' : ` (since ${isoTime(since)})`}`));
  return counts === undefined ? each : [`${plain(counts)}, at the most at once`, ...each];
}
