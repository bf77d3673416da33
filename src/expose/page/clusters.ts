import { type Reach, reachOf, whyUnseen } from '../../domain/reach.ts';
import type { ExporterView, WaitingView } from '../view.ts';
import { chip, type Tone } from './chips.ts';
import { foot, observedAt } from './chrome.ts';
import { apiPath } from './fleet.ts';
import { plural } from './format.ts';
import { type Html, html } from './html.ts';
import { shell } from './shell.ts';
import { type ApiState, failingSince, type ShownApi, shownApis } from './state.ts';
import { absolute, relative } from './times.ts';

const REFRESH_SECONDS = 10;

/** One of several clusters, as the list shows it. */
export interface ListedCluster {
  readonly name: string;
  /** Undefined before its first tick. */
  readonly view: ExporterView | undefined;
  /** How far its sources are now. */
  readonly waiting: WaitingView;
}

export interface ClusterListOptions {
  readonly version: string;
  readonly prefix: string;
  /** Whether what was answered may be quoted: messages name addresses and users. */
  readonly quotes: boolean;
  /** Unix milliseconds. */
  readonly now: number;
  /** Only of this APIService, which these clusters have. */
  readonly api?: string;
}

/** Path of the pages of one cluster. */
export const clusterPath = (name: string) => `/clusters/${name}`;

/** What a cluster is in, worst first. Nothing that was not observed is healthy. */
const CLUSTER_STATES = ['failing', 'unseen', 'waiting', 'blind', 'recovering', 'empty', 'healthy'] as const;
type ClusterState = (typeof CLUSTER_STATES)[number];

const CHIPS: Readonly<Record<ClusterState, readonly [Tone, string]>> = {
  failing: ['bad', '✕ failing'],
  unseen: ['bad', '? not visible'],
  waiting: ['info', '… waiting for the first answers'],
  blind: ['warn', '? not observed'],
  recovering: ['warn', '↗ recovering'],
  empty: ['mute', '– no aggregated API'],
  healthy: ['ok', '✓ healthy'],
};

interface ShownCluster extends ListedCluster {
  readonly reach: Reach;
  readonly state: ClusterState;
  readonly apis: readonly ShownApi[];
}

/** One row for each cluster, worst first: what it is in, and how many of its APIs. */
export function renderClusterList(clusters: readonly ListedCluster[], { version, prefix, quotes, now, api }: ClusterListOptions): string {
  const shown = clusters
    .map((cluster) => shownCluster(cluster, api))
    .sort((a, b) => CLUSTER_STATES.indexOf(a.state) - CLUSTER_STATES.indexOf(b.state) || (a.name < b.name ? -1 : 1));
  const failing = shown.filter(({ state }) => state === 'failing').length;
  const title = failing > 0 ? `(${failing}) Clusters` : 'Clusters';
  return shell(
    { title, prefix, refreshSeconds: REFRESH_SECONDS },
    html`<main class="page"><header class="top"><h1>Clusters</h1><span class="meta" id="age">as of ${observedAt(now)}</span>
<nav aria-label="Other views"><a href="/metrics">metrics</a><span class="meta">${version}</span></nav></header>
<p id="stale" role="status" hidden></p>
<p class="lead">${api === undefined ? html`${plural(clusters.length, 'cluster')} watched by this exporter.` : html`${clusters.length === 0 ? 'No cluster has' : 'These clusters have'} <b>${api.slice(0, 253)}</b>. <a href="/">All clusters</a>`}</p>
<section class="card flush"><table class="stack"><thead><tr><th>Cluster</th><th>State</th><th>Aggregated APIs</th><th>Failing since</th></tr></thead>
<tbody>${shown.map((one) => row(one, { quotes, now, path: api === undefined ? '/' : apiPath(api) }))}</tbody></table></section>${foot()}</main>`,
  );
}

interface RowOptions extends Pick<ClusterListOptions, 'quotes' | 'now'> {
  /** Of the page that it leads to, below those of the cluster. */
  readonly path: string;
}

function row(cluster: ShownCluster, { quotes, now, path }: RowOptions): Html {
  const { name, state, reach, apis, waiting } = cluster;
  const since = Math.min(...apis.filter((api) => api.state === 'failing').map((api) => failingSince(api) ?? Number.POSITIVE_INFINITY));
  const said = reach === 'unseen' && (quotes ? `api-services ${whyUnseen(waiting.sources)}` : 'its page says why');
  return html`<tr><td class="name"><a href="${clusterPath(name)}${path}">${name}</a></td><td class="w">${chip(...CHIPS[state])}${reach === 'unseen' && state !== 'unseen' && html` ${chip(...CHIPS.unseen)}`}</td>
<td>${countsOf(apis)}${said !== false && html`<div class="sub">${said}</div>`}</td>
<td class="t">${Number.isFinite(since) && html`${relative(since, now)}<div class="sub">${absolute(since)}</div>`}</td></tr>`;
}

const SAID: Readonly<Record<ApiState, string>> = {
  failing: 'failing',
  blind: 'not observed',
  recovering: 'recovering',
  deleted: 'deleted while broken',
  healthy: 'healthy',
};

function countsOf(apis: readonly ShownApi[]): string {
  return Object.entries(countByState(apis))
    .map(([state, count]) => `${count} ${SAID[state as ApiState]}`)
    .join(', ');
}

/** In the order of the APIs, worst first; none of a state has no entry. */
function countByState(apis: readonly ShownApi[]): Partial<Record<ApiState, number>> {
  const counts: Partial<Record<ApiState, number>> = {};
  for (const { state } of apis) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function shownCluster(cluster: ListedCluster, only: string | undefined): ShownCluster {
  const apis = (cluster.view ? shownApis(cluster.view) : []).filter(({ api }) => only === undefined || api.name === only);
  const reach = reachOf(cluster.waiting.sources);
  return { ...cluster, apis, reach, state: stateOf(cluster, reach, apis) };
}

function stateOf({ view }: ListedCluster, reach: Reach, apis: readonly ShownApi[]): ClusterState {
  const has = (state: ApiState) => apis.some((api) => api.state === state);
  if (has('failing')) return 'failing';
  if (reach === 'unseen') return 'unseen';
  if (!view) return 'waiting';
  if (has('blind')) return 'blind';
  if (has('recovering')) return 'recovering';
  return has('healthy') ? 'healthy' : 'empty';
}
