import { otherShardOf } from '../../domain/shard.ts';
import { profileOf } from '../../profiles/find.ts';
import type { HourBook } from '../hour/hour-book.ts';
import type { ExporterView } from '../view.ts';
import { renderBackend } from './backend.ts';
import { chip } from './chips.ts';
import { foot, observedAt, type PageOptions, shownUnder, top } from './chrome.ts';
import { renderDiagnosis, renderPattern } from './diagnosis.ts';
import { apiPath, patternWords, STATE_CHIPS } from './fleet.ts';
import { renderChanges, renderEvents } from './happenings.ts';
import { hourOf } from './hour.ts';
import { type Html, html, NOTHING } from './html.ts';
import { renderImpact } from './impact.ts';
import { logsTitle, renderLogs } from './logs.ts';
import { renderNeighbours } from './neighbours.ts';
import { renderProfile } from './profile.ts';
import { type LivePage, Regions } from './regions.ts';
import { renderElsewhere } from './shard.ts';
import { shell } from './shell.ts';
import { backendText, type ShownApi, shownApis } from './state.ts';
import { renderTimeline } from './timeline.ts';
import { renderTimelineTable } from './timeline-table.ts';
import { relative } from './times.ts';
import { renderVantages } from './vantages.ts';

const REFRESH_SECONDS = 10;
const GONE = 'This API is not watched any more: what is shown is the last that was seen of it.';

const CARD: Readonly<Record<ShownApi['state'], string>> = {
  failing: 'bad',
  blind: 'blind',
  recovering: 'blind',
  healthy: 'ok',
  deleted: 'gone',
};

/** All that is known of one API: verdict, its last hour on one axis, and what was observed. undefined = it is not watched. */
export function renderApiPage(view: ExporterView, name: string, hours: HourBook, options: PageOptions): LivePage | undefined {
  const shown = shownApis(view).find(({ api }) => api.name === name);
  if (!shown) return undefined;
  const { snapshot } = view;
  const now = snapshot.time;
  const regions = new Regions();
  const happenings = hours.happenings(shown.api, snapshot.cluster.changes);
  const hour = hourOf(shown, { minutes: hours.api(name, now), load: hours.load(now), happenings, now });
  const body = html`<main class="page">${top(html`<a href="/">Aggregated APIs</a> / ${name}`, html`observed ${observedAt(now)}`, options.version)}
${regions.add('verdict', verdict(shown, now))}
<section class="card" aria-label="${hour.title}"><h2>${hour.title}</h2>${renderTimeline(hour, regions)}${renderTimelineTable(hour, regions)}</section>
${facts(shown, view, regions)}${foot()}</main>`;
  const title = `${STATE_CHIPS[shown.state][1]} ${name}`;
  return {
    title,
    at: now,
    regions: regions.all,
    lists: regions.lists,
    document: shell(
      { ...shownUnder(options), title, refreshSeconds: REFRESH_SECONDS, live: { page: apiPath(name), at: now, gone: GONE } },
      body,
    ),
  };
}

function verdict(shown: ShownApi, now: number): Html {
  const { api, state, diagnosis } = shown;
  return html`<section class="card ${CARD[state]}" id="verdict" data-r><div class="head"><h2>Verdict</h2>${chip(...STATE_CHIPS[state])}
<span class="meta">${backendText(api)}</span>${patternWords(shown) !== '' && chip('mute', patternWords(shown))}<a href="/incidents?apiservice=${encodeURIComponent(api.name)}">its incidents</a></div>
${state === 'deleted' && html`<p class="lead">The APIService was deleted ${api.deletedAt !== undefined && relative(api.deletedAt, now)}, while it was broken.</p>`}
${state === 'blind' && html`<p class="lead">Nothing was seen yet that tells whether this API works. It may be healthy or not.</p>`}
${diagnosis ? renderDiagnosis(shown, diagnosis, now) : renderPattern(shown)}</section>`;
}

/** Everything that was observed; of a failing API the vantages are open. */
function facts({ api, state, diagnosis }: ShownApi, view: ExporterView, regions: Regions): Html {
  const now = view.snapshot.time;
  const fails = state === 'failing';
  const profile = profileOf(api);
  const changes = [...api.changes, ...view.snapshot.cluster.changes];
  const fold = (id: string, title: string, content: Html, open: boolean) =>
    regions.fold(id, { title: html`<b>${title}</b>`, content, open, className: 'card fold' });
  const events = api.events.state === 'observed' ? ` (${api.events.value.recent.length})` : '';
  const hurt = fails ? renderImpact(api, now) : NOTHING;
  return html`${regions.div('hurt', hurt.text === '' ? NOTHING : html`<section class="card"><h2>Who is hurt</h2>${hurt}</section>`)}
${fold('probes', 'Probes from each vantage', renderVantages(api, now), true)}
${fold('backend', 'Backend', renderBackend(api, now), fails)}
${profile && fold('profile', `What is normal for ${profile.title}`, renderProfile(profile, api), false)}
${fold('changes', `Recent changes (${changes.length})`, renderChanges(changes), fails && changes.length > 0)}
${fold('events', `Events${events}`, renderEvents(api), false)}
${fold('neighbours', 'On the same nodes', renderNeighbours(api), false)}
${fold('logs', logsTitle(api.logs), renderLogs(api.logs, api.textMatches), diagnosis?.cause === 'unknown')}`;
}

/** A page for an APIService that is not there, so that an old link leads on. */
export function renderUnknownApi(name: string, options: PageOptions): string {
  const { version, shard, shardUrl } = options;
  const other = shard && otherShardOf(shard, name);
  const why = other
    ? renderElsewhere(apiPath(name), other, shardUrl)
    : html`No APIService of that name is served by a Service in this cluster.`;
  return shell(
    { ...shownUnder(options), title: `${name} is not watched` },
    html`<main class="page">${top(html`<a href="/">Aggregated APIs</a>`, html``, version)}
<section class="card empty"><b>${name} is not watched</b><span class="meta">${why} <a href="/">All that are watched</a></span></section></main>`,
  );
}
