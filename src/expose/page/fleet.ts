import { impactOf } from '../../domain/impact.ts';
import { sureness } from '../../domain/sureness.ts';
import { bar, chip, type Tone } from './chips.ts';
import { span } from './format.ts';
import { anchor, type Html, html } from './html.ts';
import { type FleetQuery, type SortKey, searchOf } from './query.ts';
import { type ApiState, backendText, failingSince, type ShownApi, STATES } from './state.ts';
import { absolute, relative } from './times.ts';

export const STATE_CHIPS: Readonly<Record<ApiState, readonly [Tone, string]>> = {
  failing: ['bad', '✕ failing'],
  blind: ['warn', '? not observed'],
  recovering: ['warn', '↗ recovering'],
  healthy: ['ok', '✓ healthy'],
  deleted: ['mute', '– deleted'],
};

export const apiPath = (name: string) => `/apis/${encodeURIComponent(name)}`;

/** One row; `hidden` where the reader asked for others. */
export function fleetRow(shown: ShownApi, now: number, hidden = false): Html {
  const { api, state, diagnosis } = shown;
  const since = failingSince(shown);
  return html`<tr id="${anchor(api.name)}" data-r data-s="${state}" data-n="${api.backend.namespace}"${
    diagnosis && html` data-c="${diagnosis.category}" data-p="${diagnosis.confidence.toFixed(3)}"`
  }${since !== undefined && html` data-t="${Math.round(since / 1000)}"`}${hidden && html` hidden`}><td><a class="name" href="${apiPath(api.name)}">${api.name}</a><div class="sub">${backendText(api)}</div></td>
<td class="w">${chip(...STATE_CHIPS[state])}</td>
<td>${diagnosis && html`${diagnosis.title}<div class="sub">${diagnosis.category}</div>${hurtWords(shown) !== undefined && html`<div class="hurt">${hurtWords(shown)}</div>`}`}</td>
<td class="conf">${diagnosis && html`${bar(diagnosis.confidence, diagnosis.cause === 'unknown')} ${sureness(diagnosis.confidence)}`}</td>
<td class="w">${patternWords(shown)}</td>
<td class="t">${since !== undefined && html`${relative(since, now)}<div class="sub">${absolute(since)}</div>`}</td></tr>`;
}

/** Only of what fails: somebody else's trouble would be blamed on it. */
function hurtWords({ api, diagnosis }: ShownApi): string | undefined {
  return diagnosis?.state === 'failing' ? impactOf(api)?.says : undefined;
}

export function patternWords({ pattern }: ShownApi): string {
  if (!pattern || pattern.name === 'none') return '';
  return pattern.periodSeconds === undefined ? pattern.name : `${pattern.name}, every ${span(pattern.periodSeconds)}`;
}

/** What the reader asked for: the text is looked for in what the row says, times aside. */
export function isWanted(shown: ShownApi, query: FleetQuery): boolean {
  const { api, state, diagnosis } = shown;
  if (query.state !== '' && state !== query.state) return false;
  if (query.namespace !== '' && api.backend.namespace !== query.namespace) return false;
  if (query.category !== '' && diagnosis?.category !== query.category) return false;
  return query.text === '' || textOf(shown).includes(query.text);
}

function textOf(shown: ShownApi): string {
  const { api, state, diagnosis } = shown;
  const words = [
    api.name,
    backendText(api),
    STATE_CHIPS[state][1],
    diagnosis?.title,
    diagnosis?.category,
    hurtWords(shown),
    patternWords(shown),
  ];
  return words
    .filter((word) => word !== undefined)
    .join(' ')
    .toLowerCase();
}

type Order = (a: ShownApi, b: ShownApi) => number;

/** Before the order of `shownApis`, worst first, which stays among equals. What has no such value comes last, whichever way. */
const ORDERS: Readonly<Record<SortKey, (descending: boolean) => Order>> = {
  worst: () => () => 0,
  name: by(({ api }) => api.name),
  state: by(({ state }) => STATES.indexOf(state)),
  cause: by(({ diagnosis }) => diagnosis?.title),
  sure: by(({ diagnosis }) => diagnosis?.confidence),
  pattern: by((shown) => patternWords(shown) || undefined),
  since: by(failingSince),
};

function by(value: (shown: ShownApi) => string | number | undefined): (descending: boolean) => Order {
  return (descending) => (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    const order = left < right ? -1 : left > right ? 1 : 0;
    return descending ? -order : order;
  };
}

export function sorted(apis: readonly ShownApi[], { sort, descending }: FleetQuery): readonly ShownApi[] {
  return [...apis].sort(ORDERS[sort](descending));
}

const COLUMNS: readonly (readonly [SortKey, string])[] = [
  ['name', 'API'],
  ['state', 'State'],
  ['cause', 'Cause'],
  ['sure', 'Confidence'],
  ['pattern', 'Pattern'],
  ['since', 'Since'],
];

/** The heads of the columns sort, by links that work without the script. */
export function fleetTable(query: FleetQuery, rows: readonly Html[]): Html {
  return html`<section class="card flush"><table class="stack" id="fleet"><thead><tr>${COLUMNS.map(([key, title]) => head(key, title, query))}</tr></thead>
<tbody id="rows" data-l>${rows}</tbody></table></section>`;
}

function head(key: SortKey, title: string, query: FleetQuery): Html {
  const isSorted = query.sort === key;
  const direction = isSorted ? (query.descending ? 'descending' : 'ascending') : undefined;
  const next = { key, descending: isSorted && !query.descending };
  return html`<th${direction !== undefined && html` aria-sort="${direction}"`}><a href="/${searchOf(query, next)}" data-k="${key}">${title}</a></th>`;
}

/** A form that the server answers, and that the script answers as one types. */
export function filterForm(apis: readonly ShownApi[], query: FleetQuery, path: string): Html {
  const namespaces = [...new Set(apis.map(({ api }) => api.backend.namespace))].filter((name) => name !== '').sort();
  const categories = [...new Set(apis.flatMap(({ diagnosis }) => diagnosis?.category ?? []))].sort();
  const wanted = apis.filter((shown) => isWanted(shown, query)).length;
  const sort = query.sort === 'worst' ? '' : `${query.descending ? '-' : ''}${query.sort}`;
  return html`<form class="filter" id="filter" method="get" action="${path}" role="search">
<label>Filter <input type="search" name="q" id="q" value="${query.text}" autocomplete="off" spellcheck="false" placeholder="name, backend, cause"></label>
${select('state', 'State', STATES, query.state)}${select('namespace', 'Namespace', withChosen(namespaces, query.namespace), query.namespace)}${select('category', 'Category', withChosen(categories, query.category), query.category)}
<input type="hidden" name="sort" value="${sort}"><button type="submit" id="apply">Show</button>
<a href="/" id="clear"${isAll(query) && html` hidden`}>show all</a><output id="count" class="meta">${isAll(query) ? '' : `${wanted} of ${apis.length} shown`}</output></form>`;
}

const isAll = (query: FleetQuery) => searchOf(query, { key: 'worst', descending: false }) === '';

/** A link to what is not there any more shows what it asks for, and nothing found. */
const withChosen = (values: readonly string[], chosen: string) => (chosen === '' || values.includes(chosen) ? values : [...values, chosen]);

function select(name: string, title: string, values: readonly string[], chosen: string): Html {
  return html`<label>${title} <select name="${name}" id="f-${name}"><option value="">all</option>${values.map(
    (value) => html`<option value="${value}"${value === chosen && html` selected`}>${value === 'blind' ? 'not observed' : value}</option>`,
  )}</select></label>`;
}
