import { SOURCE_STATES, type SourceStatus } from '../../domain/sources.ts';
import type { ExporterView, WaitingView } from '../view.ts';
import { renderBackend } from './backend.ts';
import { chip } from './chips.ts';
import { renderDiagnosis, renderPattern } from './diagnosis.ts';
import { patternWords, renderFleet, STATE_CHIPS } from './fleet.ts';
import { ago, moment } from './format.ts';
import { renderChanges, renderEvents } from './happenings.ts';
import { anchor, type Html, html, NOTHING } from './html.ts';
import { renderImpact } from './impact.ts';
import { logsTitle, renderLogs } from './logs.ts';
import { shell } from './shell.ts';
import { renderApiservers, renderSources } from './sources.ts';
import { backendText, type ShownApi, shownApis } from './state.ts';
import { renderSystemEvents } from './system-events.ts';
import { renderVantages } from './vantages.ts';

/** Without JavaScript the page reloads this often; with it, it renews itself every five seconds. */
const REFRESH_SECONDS = 10;
const WAITING_REFRESH_SECONDS = 2;

export interface PageOptions {
  readonly version: string;
  /** Path under which people see the pages; default none. */
  readonly prefix?: string;
}

/** The status page: the whole answer to "which API, why, how sure, since when, what to do" without a click. */
export function renderStatusPage(view: ExporterView, options: PageOptions): string {
  const failing = view.round.diagnoses.diagnoses.filter(({ state }) => state === 'failing').length;
  return shell(
    {
      title: failing > 0 ? `(${failing}) Aggregated APIs` : 'Aggregated APIs',
      refreshSeconds: REFRESH_SECONDS,
      prefix: options.prefix ?? '',
    },
    html`<div class="page">${content(view, options)}</div>`,
  );
}

/** Before the first tick: nothing is known of any API, but all of what stands in the way. */
export function renderWaitingPage(waiting: WaitingView, { version, prefix = '' }: PageOptions): string {
  return shell(
    { title: 'Aggregated APIs', refreshSeconds: WAITING_REFRESH_SECONDS, prefix },
    html`<div class="page">${top(html`starting`, version)}${whatIsMissing(waiting)}
<h2>What is observed</h2>${renderSources(waiting.sources, waiting.time)}</div>`,
  );
}

function whatIsMissing({ sources }: WaitingView): Html {
  const first = sources.find(({ source }) => source === 'api-services');
  if (first && first.state !== 'pending' && SOURCE_STATES[first.state].blind) return notVisible(first);
  return html`<section class="card empty"><b>Waiting for the first answers</b>
<span class="meta">The APIServices are being listed and probed for the first time. Nothing is known yet, good or bad.</span></section>`;
}

function top(meta: Html, version: string): Html {
  return html`<header class="top"><h1>Aggregated APIs</h1><span class="meta" id="age">${meta}</span>
<nav><a href="/incidents">incidents</a><a href="/metrics">metrics</a><a href="/api/v1/diagnoses">diagnoses</a><a href="/api/v1/status">status</a><span class="meta">${version}</span></nav></header>`;
}

function content(view: ExporterView, { version }: PageOptions): Html {
  const { snapshot } = view;
  const apis = shownApis(view);
  const server = snapshot.cluster.serverVersion;
  return html`${top(html`observed ${moment(snapshot.time)} UTC${server !== undefined && html` · Kubernetes ${server}`}`, version)}
${apis.length === 0 ? nothingWatched(snapshot.sources) : html`${tiles(apis, snapshot.sources)}${apis.some(({ state }) => state !== 'healthy') && renderFleet(apis, snapshot.time)}`}
${apis.filter(({ state }) => state !== 'healthy').map((shown) => section(shown, view))}
${healthyOnes(apis, view)}
${renderApiservers(snapshot.cluster.apiservers, snapshot.time)}
${renderSystemEvents(snapshot.cluster)}
<h2>What is observed</h2>${renderSources(snapshot.sources, snapshot.time)}
<p class="foot">All times are UTC. Nothing that was not observed is called healthy.</p>`;
}

function nothingWatched(sources: readonly SourceStatus[]): Html {
  const apiServices = sources.find(({ source }) => source === 'api-services');
  if (apiServices?.state === 'ok')
    return html`<section class="card empty"><b>No aggregated APIs</b><span class="meta">This cluster has no APIService that is served by a Service. A new one appears here within a second.</span></section>`;
  return notVisible(apiServices);
}

function notVisible(apiServices: SourceStatus | undefined): Html {
  const said =
    apiServices &&
    `The source api-services ${SOURCE_STATES[apiServices.state].says}${apiServices.message === undefined ? '.' : `: ${apiServices.message}`}`;
  return html`<section class="card empty"><b>APIServices are not visible</b><span class="meta">${said ?? 'The source api-services has not answered.'}
${apiServices?.rule !== undefined && html` The rule that opens it: <code>${apiServices.rule}</code>`} Nothing is known of any aggregated API now, good or bad.</span></section>`;
}

function tiles(apis: readonly ShownApi[], sources: readonly SourceStatus[]): Html {
  const count = (state: ShownApi['state']) => apis.filter((shown) => shown.state === state).length;
  const blindSources = sources.filter(({ state }) => SOURCE_STATES[state].blind).length;
  return html`<div class="summary">
<div class="tile ${count('failing') > 0 && 'bad'}"><b>${count('failing')}</b><span>failing</span></div>
<div class="tile ${count('healthy') > 0 && 'ok'}"><b>${count('healthy')}</b><span>healthy</span></div>
${count('blind') > 0 && html`<div class="tile warn"><b>${count('blind')}</b><span>not observed</span></div>`}
${count('recovering') > 0 && html`<div class="tile warn"><b>${count('recovering')}</b><span>recovering</span></div>`}
${count('deleted') > 0 && html`<div class="tile"><b>${count('deleted')}</b><span>deleted while broken</span></div>`}
${blindSources > 0 && html`<div class="tile warn"><b>${blindSources}</b><span>${blindSources === 1 ? 'source' : 'sources'} not visible</span></div>`}</div>
${count('failing') + count('blind') + count('recovering') === 0 && html`<p class="lead">${chip('ok', '✓')} ${count('healthy') === 1 ? 'The one aggregated API answers' : `All ${count('healthy')} aggregated APIs answer`}.</p><br>`}`;
}

const CARD: Readonly<Record<ShownApi['state'], string>> = {
  failing: 'bad',
  blind: 'blind',
  recovering: 'blind',
  healthy: 'ok',
  deleted: 'gone',
};

function section(shown: ShownApi, view: ExporterView): Html {
  const { api, state, diagnosis } = shown;
  const now = view.snapshot.time;
  return html`<section class="card ${CARD[state]}" id="${anchor(api.name)}"><div class="head"><h2>${api.name}</h2>${chip(...STATE_CHIPS[state])}
<span class="meta">${backendText(api)}</span>${patternWords(shown) !== '' && chip('mute', patternWords(shown))}</div>
${state === 'deleted' && html`<p class="lead">The APIService was deleted ${api.deletedAt !== undefined && ago(api.deletedAt, now)}, while it was broken.</p>`}
${state === 'blind' && html`<p class="lead">Nothing was seen yet that tells whether this API works. It may be healthy or not.</p>`}
${diagnosis ? renderDiagnosis(shown, diagnosis, now) : renderPattern(shown, now)}
${facts(shown, view, state === 'failing')}</section>`;
}

/** Everything that was observed, folded; of a failing API the vantages are open. */
function facts({ api, diagnosis }: ShownApi, view: ExporterView, open: boolean): Html {
  const id = anchor(api.name);
  const now = view.snapshot.time;
  const changes = [...api.changes, ...view.snapshot.cluster.changes];
  const hurt = open ? renderImpact(api, now) : NOTHING;
  return html`${hurt !== NOTHING && folded(`${id}-hurt`, 'Who is hurt', hurt, open)}
${folded(`${id}-probes`, 'Probes from each vantage', renderVantages(api, now), open)}
${folded(`${id}-backend`, 'Backend', renderBackend(api, now))}
${folded(`${id}-changes`, `Recent changes (${changes.length})`, renderChanges(changes), open && changes.length > 0)}
${folded(`${id}-events`, `Events${api.events.state === 'observed' ? ` (${api.events.value.recent.length})` : ''}`, renderEvents(api))}
${folded(`${id}-logs`, logsTitle(api.logs), renderLogs(api.logs, api.textMatches), diagnosis?.cause === 'unknown')}`;
}

function folded(id: string, title: string, content: Html, open = false): Html {
  return html`<details id="${id}"${open && html` open`}><summary>${title}</summary>${content}</details>`;
}

/** Folded to one line each: hundreds of them must not bury what fails. */
function healthyOnes(apis: readonly ShownApi[], view: ExporterView): Html {
  const healthy = apis.filter(({ state }) => state === 'healthy');
  return html`${healthy.length > 0 && html`<h2>Healthy</h2>`}${healthy.map((shown) => healthyOne(shown, view))}`;
}

function healthyOne(shown: ShownApi, view: ExporterView): Html {
  const { api } = shown;
  return html`<details class="card ok fold" id="${anchor(api.name)}"><summary><b>${api.name}</b> ${chip(...STATE_CHIPS.healthy)}
<span class="meta">${backendText(api)}</span> ${patternWords(shown) !== '' && chip('mute', patternWords(shown))}</summary>
${renderPattern(shown, view.snapshot.time)}${facts(shown, view, false)}</details>`;
}
