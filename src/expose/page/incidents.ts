import type { Incident, IncidentQuery } from '../../domain/incident.ts';
import { lengthInWords } from '../../incidents/report/words.ts';
import { chip, type Tone } from './chips.ts';
import { foot, observedAt, type PageOptions, shownUnder, top } from './chrome.ts';
import { type Html, html, NOTHING } from './html.ts';
import { type LivePage, Regions } from './regions.ts';
import { renderShard } from './shard.ts';
import { shell } from './shell.ts';
import { absolute, relative } from './times.ts';

const REFRESH_SECONDS = 10;

export interface IncidentPageOptions extends PageOptions {
  readonly prefix: string;
  /** The tick that the page shows, Unix milliseconds. */
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

export interface IncidentFrame {
  readonly title: string;
  readonly heading: Html;
  /** Path and query of this page, as it is followed. */
  readonly page: string;
  readonly regions: Regions;
}

/** The frame of both pages. */
export function incidentFrame({ title, heading, page, regions }: IncidentFrame, options: IncidentPageOptions, body: Html): LivePage {
  const { version, now } = options;
  const live = { page, at: now, gone: 'This incident is not remembered any more: what is shown is the last that was known of it.' };
  return {
    title,
    at: now,
    regions: regions.all,
    lists: regions.lists,
    document: shell(
      { ...shownUnder(options), title, refreshSeconds: REFRESH_SECONDS, live },
      html`<main class="page">${top(heading, html`as of ${observedAt(now)}`, version)}
${body}${foot()}</main>`,
    ),
  };
}

/** @param incidents newest first; of more than 200 the newest are shown. @param page as IncidentFrame. */
export function renderIncidentsPage(
  incidents: readonly Incident[],
  { query, page }: { readonly query: IncidentQuery; readonly page: string },
  options: IncidentPageOptions,
): LivePage {
  const regions = new Regions();
  const shown = incidents.slice(0, MOST_LINES);
  const goOn = shown.filter(({ ended }) => ended === undefined).length;
  return incidentFrame(
    { title: goOn > 0 ? `(${goOn}) Incidents` : 'Incidents', heading: html`<a href="/">Aggregated APIs</a> / Incidents`, page, regions },
    options,
    html`${options.shard && regions.div('shard', renderShard(options))}${regions.div('asked', askedFor(query))}${regions.div('none', shown.length === 0 ? nothing(query) : NOTHING)}
${table(shown, options.now, regions)}
<p class="sub">${regions.span('older', html`${incidents.length > MOST_LINES && 'Older ones are in the JSON. '}`)}<a href="/api/v1/incidents">The same as JSON</a></p>`,
  );
}

function askedFor({ apiservice, since }: IncidentQuery): Html {
  if (apiservice === undefined && since === undefined) return html``;
  return html`<p class="lead">Those${apiservice !== undefined && html` of ${apiservice}`}${since !== undefined && html` that went on at ${absolute(since * 1000)} or later`}. <a href="/incidents">All</a></p>`;
}

function nothing({ apiservice, since }: IncidentQuery): Html {
  const which = apiservice === undefined && since === undefined ? 'No incident is remembered' : 'None of them is remembered';
  return html`<section class="card empty"><b>${which}</b><span class="meta">What was not observed is not here: it is no proof that nothing failed.</span></section>`;
}

/** Hidden by its style while it has no row. */
function table(incidents: readonly Incident[], now: number, regions: Regions): Html {
  regions.list('incidents', incidents.map(rowId));
  return html`<section class="card flush"><table class="stack">
<thead><tr><th>Began</th><th>API</th><th>State</th><th>Cause</th><th>Lasted</th><th>Pattern</th></tr></thead>
<tbody id="incidents" data-l>${incidents.map((incident) => regions.add(rowId(incident), row(incident, now)))}</tbody></table></section>`;
}

const rowId = ({ id }: Incident): string => `i-${id}`;

function row(incident: Incident, now: number): Html {
  const { id, apiservice, began, state, title, category, pattern, returned, ended } = incident;
  return html`<tr id="${rowId(incident)}" data-r><td class="t"><a href="/incidents/${encodeURIComponent(id)}">${absolute(began * 1000)}</a><div class="sub">${relative(began * 1000, now)}</div></td>
<td><a class="name" href="/incidents?apiservice=${encodeURIComponent(apiservice)}">${apiservice}</a></td>
<td class="w">${chip(...INCIDENT_CHIPS[state])}${ended !== undefined && html`<div class="sub">${absolute(ended * 1000)}</div>`}</td>
<td>${title}<div class="sub">${category}</div></td>
<td class="w">${lengthInWords(incident)}</td>
<td class="w">${pattern === 'none' ? '' : pattern}${returned > 0 && html`<div class="sub">came back ${returned} ×</div>`}</td></tr>`;
}
