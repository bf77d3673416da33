import type { Shard } from '../../domain/shard.ts';
import { SOURCE_STATES, type SourceStatus } from '../../domain/sources.ts';
import type { ExporterView, WaitingView } from '../view.ts';
import { chip } from './chips.ts';
import { foot, observedAt, type PageOptions, shownUnder, top } from './chrome.ts';
import { filterForm, fleetRow, fleetTable, isWanted, sorted } from './fleet.ts';
import { plural } from './format.ts';
import { renderGroups } from './groups.ts';
import { anchor, type Html, html } from './html.ts';
import { EVERYTHING, type FleetQuery } from './query.ts';
import { type LivePage, Regions } from './regions.ts';
import { renderReplica } from './replica.ts';
import { renderShard } from './shard.ts';
import { shell } from './shell.ts';
import { renderApiservers, renderSources } from './sources.ts';
import { type ShownApi, STATES, shownApis } from './state.ts';
import { renderSystemEvents } from './system-events.ts';

/** Without JavaScript the page reloads this often; with it, only what changed is sent. */
const REFRESH_SECONDS = 10;
const WAITING_REFRESH_SECONDS = 2;

/** The fleet: one row per API, the incidents that several share above, and what was not seen below. */
export function renderFleetPage(view: ExporterView, options: PageOptions, query: FleetQuery = EVERYTHING): LivePage {
  const { snapshot, round } = view;
  const apis = shownApis(view);
  const failing = round.diagnoses.diagnoses.filter(({ state }) => state === 'failing').length;
  const title = failing > 0 ? `(${failing}) Aggregated APIs` : 'Aggregated APIs';
  const regions = new Regions();
  const server = snapshot.cluster.serverVersion;
  const observed = html`observed ${observedAt(snapshot.time)}${server !== undefined && html` · Kubernetes ${server}`}`;
  const body = html`<main class="page">${top(html`Aggregated APIs`, observed, options.version)}
${options.shard && regions.div('shard', renderShard(options))}
${view.replica && regions.div('replica', renderReplica(view.replica))}
${regions.div('summary', apis.length === 0 ? nothingWatched(snapshot.sources, options.shard) : tiles(apis, snapshot.sources, options.shard))}
${renderGroups(apis, regions, snapshot.time)}
${filterForm(apis, query, `${options.prefix ?? ''}/`)}
${fleetTable(query, rows(apis, query, regions, snapshot.time))}
${whatIsObserved(view, regions)}${foot()}</main>`;
  return {
    title,
    at: snapshot.time,
    regions: regions.all,
    lists: regions.lists,
    document: shell(
      { ...shownUnder(options), title, refreshSeconds: REFRESH_SECONDS, live: { page: '/', at: snapshot.time, gone: '' } },
      body,
    ),
  };
}

/** A row's region is the row as everybody sees it: what a reader hides is hidden in that reader's document only. */
function rows(apis: readonly ShownApi[], query: FleetQuery, regions: Regions, now: number): readonly Html[] {
  for (const shown of apis) regions.add(anchor(shown.api.name), fleetRow(shown, now));
  regions.list(
    'rows',
    apis.map(({ api }) => anchor(api.name)),
  );
  return sorted(apis, query).map((shown) => fleetRow(shown, now, !isWanted(shown, query)));
}

function whatIsObserved({ snapshot: { sources, cluster, time } }: ExporterView, regions: Regions): Html {
  const blind = sources.filter(({ state }) => SOURCE_STATES[state].blind).length;
  const title = html`<b>What is observed</b> ${blind > 0 ? chip('warn', `${plural(blind, 'source')} not visible`) : chip('ok', `✓ ${plural(sources.length, 'source')}`)}`;
  const apiservers = renderApiservers(cluster.apiservers, time);
  return html`${regions.fold('observed', { title, content: renderSources(sources, time), className: 'card fold' })}
${renderSystemEvents(cluster, regions)}
${cluster.apiservers.length > 0 && regions.fold('apiservers', { title: html`<b>kube-apiserver</b> ${plural(cluster.apiservers.length, 'instance')}`, content: apiservers, className: 'card fold' })}`;
}

/** Before the first tick: nothing is known of any API, but all of what stands in the way. */
export function renderWaitingPage(waiting: WaitingView, options: PageOptions): string {
  return shell(
    { ...shownUnder(options), title: 'Aggregated APIs', refreshSeconds: WAITING_REFRESH_SECONDS },
    html`<main class="page">${top(html`Aggregated APIs`, html`starting`, options.version)}${whatIsMissing(waiting)}
<h2>What is observed</h2>${renderSources(waiting.sources, waiting.time)}</main>`,
  );
}

function whatIsMissing({ sources }: WaitingView): Html {
  const first = sources.find(({ source }) => source === 'api-services');
  if (first && first.state !== 'pending' && SOURCE_STATES[first.state].blind) return notVisible(first);
  return html`<section class="card empty"><b>Waiting for the first answers</b>
<span class="meta">The APIServices are being listed and probed for the first time. Nothing is known yet, good or bad.</span></section>`;
}

function nothingWatched(sources: readonly SourceStatus[], shard: Shard | undefined): Html {
  const apiServices = sources.find(({ source }) => source === 'api-services');
  if (apiServices?.state === 'ok' && shard)
    return html`<section class="card empty"><b>No aggregated API falls to this shard</b><span class="meta">Of the APIServices that are served by a Service, as far as there are any, all fall to other shards by their names. A new one that falls to this one appears here within a second.</span></section>`;
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

const TILES: Readonly<Record<ShownApi['state'], { readonly tone: string; readonly says: string; readonly always?: true }>> = {
  failing: { tone: 'bad', says: 'failing', always: true },
  blind: { tone: 'warn', says: 'not observed' },
  recovering: { tone: 'warn', says: 'recovering' },
  deleted: { tone: '', says: 'deleted while broken' },
  healthy: { tone: 'ok', says: 'healthy', always: true },
};

function tiles(apis: readonly ShownApi[], sources: readonly SourceStatus[], shard: Shard | undefined): Html {
  const count = (state: ShownApi['state']) => apis.filter((shown) => shown.state === state).length;
  const blindSources = sources.filter(({ state }) => SOURCE_STATES[state].blind).length;
  const ofShard = shard ? ' of this shard' : '';
  const shown = STATES.filter((state) => TILES[state].always || count(state) > 0);
  return html`<div class="summary">${shown.map(
    (state) =>
      html`<a class="tile ${count(state) > 0 && TILES[state].tone}" href="/?state=${state}" data-state="${state}"><b>${count(state)}</b><span>${TILES[state].says}</span></a>`,
  )}
${blindSources > 0 && html`<a class="tile warn" href="#observed"><b>${blindSources}</b><span>${blindSources === 1 ? 'source' : 'sources'} not visible</span></a>`}</div>
${count('failing') + count('blind') + count('recovering') === 0 && html`<p class="lead">${chip('ok', '✓')} ${count('healthy') === 1 ? `The one aggregated API${ofShard} answers` : `All ${count('healthy')} aggregated APIs${ofShard} answer`}.</p>`}`;
}
