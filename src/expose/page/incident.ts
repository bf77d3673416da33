import type { CauseSpan, Happening, Incident, IncidentEvidence, VantageCount } from '../../domain/incident.ts';
import { VANTAGE_FACTS } from '../../domain/probe.ts';
import { sureness } from '../../domain/sureness.ts';
import { beginInWords, COINCIDES, hurtCountsInWords, lengthInWords, returnsInWords, stateInWords } from '../../incidents/report/words.ts';
import { bar, chip, titled } from './chips.ts';
import { apiPath } from './fleet.ts';
import { percent, plural, span } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import { courseOf } from './incident-course.ts';
import { INCIDENT_CHIPS, type IncidentPageOptions, incidentFrame } from './incidents.ts';
import { type LivePage, Regions } from './regions.ts';
import { renderTimeline } from './timeline.ts';
import { renderTimelineTable } from './timeline-table.ts';
import { absolute, relative, withTimes } from './times.ts';

export const incidentPath = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

/** One incident: what it was, how long, why, its course on one axis, what came before it, who was hurt, what coincides with its end. */
export function renderIncidentPage(incident: Incident, options: IncidentPageOptions): LivePage {
  const { id, apiservice, state } = incident;
  const regions = new Regions();
  const course = courseOf(incident, options.now);
  return incidentFrame(
    {
      title: `${INCIDENT_CHIPS[state][1]} Incident of ${apiservice}`,
      heading: html`<a href="/">Aggregated APIs</a> / <a href="/incidents">Incidents</a> / ${apiservice}`,
      page: incidentPath(id),
      regions,
    },
    options,
    html`${regions.add('verdict', verdict(incident, options.now))}
<section class="card" aria-label="${course.title}"><h2>${course.title}</h2>${renderTimeline(course, regions)}${renderTimelineTable(course, regions)}</section>
<section class="card" aria-label="Account">${regions.div('causes', titled('Causes', causes(incident.causes)))}
${regions.div('evidence', titled('Evidence', evidence(incident.evidence)))}
<div class="two"><div>${regions.div('before', titled('Before it began', before(incident)))}
${regions.div('during', titled('While it lasted', happenings(incident.during ?? [])))}</div>
<div>${regions.div('end', titled(`What ${COINCIDES}`, happenings(incident.endedBy ? [incident.endedBy] : [])))}
${regions.div('asked', titled('Who asked', vantages(incident.vantages)))}
${regions.div('hurt', titled('Who was hurt', hurt(incident)))}</div></div></section>`,
  );
}

function verdict(incident: Incident, now: number): Html {
  const { id, apiservice, title, cause, category, confidence, state, pattern, began } = incident;
  const returns = returnsInWords(incident);
  return html`<section class="card ${TONES[state]}" id="verdict" data-r><div class="head"><h2>${apiservice}</h2>${chip(...INCIDENT_CHIPS[state])}<span class="meta">${id}</span>
<a href="${incidentPath(id)}.md" download>markdown</a><a href="/incidents?apiservice=${encodeURIComponent(apiservice)}">all of this API</a><a href="${apiPath(apiservice)}">this API now</a></div>
<p class="verdict">${title}</p>
<div class="head">${cause !== 'unknown' && html`<span class="conf">${bar(confidence)} ${sureness(confidence)} sure</span>${chip('info', category)}<a href="/runbooks/${encodeURIComponent(cause)}">runbook</a>`}</div>
<p class="lead">Began ${withTimes(beginInWords(incident))} (${relative(began * 1000, now)}); lasted ${lengthInWords(incident)}; ${withTimes(stateInWords(incident))}.</p>
<p class="lead">${pattern === 'none' ? '' : `${pattern}${returns === undefined ? '' : ': '}`}${returns !== undefined && withTimes(returns)}</p>
${together(incident)}</section>`;
}

const TONES: Readonly<Record<Incident['state'], string>> = { failing: 'bad', recovering: 'blind', 'not-observed': 'blind', ended: 'ok' };

function together({ shared, apiservice }: Incident): Html {
  const others = shared?.apiservices.filter((name) => name !== apiservice) ?? [];
  if (!shared || others.length === 0) return NOTHING;
  return html`<p class="lead">${chip('warn', 'together')} ${shared.shared}; also failed: ${others.map((name, i) => html`${i > 0 && ', '}<a href="/incidents?apiservice=${encodeURIComponent(name)}">${name}</a>`)}</p>`;
}

const stretch = ({ from, to }: { readonly from: number; readonly to?: number }): Html =>
  html`${absolute(from * 1000)}<div class="sub">${to === undefined ? 'until now' : `for ${span(to - from)}`}</div>`;

function causes(spans: readonly CauseSpan[]): Html {
  if (spans.length === 0) return NOTHING;
  return html`${scrolled(
    'Causes',
    spans.map(
      ({
        cause,
        title,
        confidence,
        ...times
      }) => html`<tr><td class="t">${stretch(times)}</td><td>${title}<div class="sub">${cause}</div></td>
<td class="conf">${cause !== 'unknown' && html`${bar(confidence)} ${sureness(confidence)}`}</td></tr>`,
    ),
  )}`;
}

function scrolled(label: string, rows: readonly Html[]): Html {
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${label}"><table class="stack"><tbody>${rows}</tbody></table></div>`;
}

function evidence(pieces: readonly IncidentEvidence[]): Html {
  if (pieces.length === 0) return NOTHING;
  return html`<ul class="evidence">${pieces.map(
    ({ says, sample, cause, from, to }, i) => html`<li><div class="row"><span class="says">${says}</span>${chip('mute', cause)}</div>
<div class="sub">${absolute(from * 1000)} ${to === undefined ? 'until now' : html`to ${absolute(to * 1000)}`}</div>${sample !== undefined && !pieces.slice(0, i).some((above) => above.sample === sample) && html`<pre>${sample}</pre>`}</li>`,
  )}</ul>`;
}

function before({ before: all }: Incident): Html {
  return all.length === 0 ? html`<p class="lead">No change and no event was seen in the quarter of an hour before.</p>` : happenings(all);
}

function happenings(all: readonly Happening[]): Html {
  if (all.length === 0) return NOTHING;
  return scrolled(
    'Changes and events',
    all.map(
      ({ at, what, says, message }) =>
        html`<tr><td class="t">${absolute(at * 1000)}</td><td class="w">${chip(what === 'event' ? 'mute' : what === 'restart' ? 'warn' : 'info', what)}</td><td>${says}${message !== undefined && message !== '' && html`<div class="sub">${message}</div>`}</td></tr>`,
    ),
  );
}

function vantages(counts: readonly VantageCount[]): Html {
  if (counts.length === 0) return NOTHING;
  return scrolled(
    'Who asked',
    counts.map(
      ({ vantage, asked, failed }) =>
        html`<tr><td>${vantage}<div class="sub">${VANTAGE_FACTS[vantage].words}</div></td><td class="n">${failed} of ${plural(asked, 'request')} failed${asked > 0 && html`<div class="sub">${percent(failed / asked)}</div>`}</td></tr>`,
    ),
  );
}

function hurt(incident: Incident): Html {
  const counts = hurtCountsInWords(incident);
  if (incident.hurt.length === 0) return counts === undefined ? NOTHING : html`<p class="lead">${counts}</p>`;
  return html`${counts !== undefined && html`<p class="lead">${counts}, at the most at once</p>`}<ul>${incident.hurt.map(
    ({ says, since }) =>
      html`<li>${withTimes(says)}${since !== undefined && html` <span class="sub">since ${absolute(since * 1000)}</span>`}</li>`,
  )}</ul>`;
}
