import type { Incident, IncidentQuery } from '../../domain/incident.ts';
import { lengthInWords } from '../../incidents/report/words.ts';
import { chip, type Tone } from './chips.ts';
import { ago, moment } from './format.ts';
import { type Html, html } from './html.ts';
import { shell } from './shell.ts';

export interface IncidentPageOptions {
  readonly version: string;
  readonly prefix: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Lines of the list; the rest is in the JSON. */
export const MOST_LINES = 200;

export const INCIDENT_CHIPS: Readonly<Record<Incident['state'], readonly [Tone, string]>> = {
  failing: ['bad', '✕ goes on'],
  recovering: ['warn', '↗ recovering'],
  'not-observed': ['warn', '? not observed'],
  ended: ['ok', '✓ ended'],
};

/** The frame of both pages. */
export function incidentShell(title: string, { version, prefix }: IncidentPageOptions, body: Html): string {
  return shell(
    { title, prefix },
    html`<div class="page"><header class="top"><h1>${title}</h1><nav><a href="/">status</a><a href="/incidents">incidents</a><a href="/api/v1/incidents">json</a><span class="meta">${version}</span></nav></header>
${body}<p class="foot">All times are UTC.</p></div>`,
  );
}

/** @param incidents newest first; of more than 200 the newest are shown. */
export function renderIncidentsPage(incidents: readonly Incident[], query: IncidentQuery, options: IncidentPageOptions): string {
  const shown = incidents.slice(0, MOST_LINES);
  return incidentShell(
    'Incidents',
    options,
    html`${askedFor(query)}${shown.length === 0 ? nothing(query) : table(shown, options.now)}
${incidents.length > MOST_LINES && html`<p class="sub">Older ones are in <a href="/api/v1/incidents">the JSON</a>.</p>`}`,
  );
}

function askedFor({ apiservice, since }: IncidentQuery): Html {
  if (apiservice === undefined && since === undefined) return html``;
  const parts = [
    ...(apiservice === undefined ? [] : [`of ${apiservice}`]),
    ...(since === undefined ? [] : [`that went on at ${moment(since * 1000)} or later`]),
  ];
  return html`<p class="lead">Those ${parts.join(' ')}. <a href="/incidents">All</a></p>`;
}

function nothing({ apiservice, since }: IncidentQuery): Html {
  const which = apiservice === undefined && since === undefined ? 'No incident is remembered' : 'None of them is remembered';
  return html`<section class="card empty"><b>${which}</b><span class="meta">What was not observed is not here: it is no proof that nothing failed.</span></section>`;
}

function table(incidents: readonly Incident[], now: number): Html {
  return html`<section class="card flush"><table class="stack">
<thead><tr><th>Began</th><th>API</th><th>State</th><th>Cause</th><th>Lasted</th><th>Pattern</th></tr></thead>
<tbody>${incidents.map((incident) => row(incident, now))}</tbody></table></section>`;
}

function row(incident: Incident, now: number): Html {
  const { id, apiservice, began, state, title, category, pattern, returned, ended } = incident;
  return html`<tr><td class="t"><a href="/incidents/${encodeURIComponent(id)}">${moment(began * 1000)}</a><div class="sub">${ago(began * 1000, now)}</div></td>
<td><a class="name" href="/incidents?apiservice=${encodeURIComponent(apiservice)}">${apiservice}</a></td>
<td class="w">${chip(...INCIDENT_CHIPS[state])}${ended !== undefined && html`<div class="sub">${moment(ended * 1000)}</div>`}</td>
<td>${title}<div class="sub">${category}</div></td>
<td class="w">${lengthInWords(incident)}</td>
<td class="w">${pattern}${returned > 0 && html`<div class="sub">came back ${returned} ×</div>`}</td></tr>`;
}
