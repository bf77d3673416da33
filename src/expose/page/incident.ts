import type { CauseSpan, Happening, Incident, IncidentEvidence, VantageCount } from '../../domain/incident.ts';
import { VANTAGE_FACTS } from '../../domain/probe.ts';
import { sureness } from '../../domain/sureness.ts';
import { beginInWords, COINCIDES, hurtCountsInWords, lengthInWords, returnsInWords, stateInWords } from '../../incidents/report/words.ts';
import { bar, chip, titled } from './chips.ts';
import { moment, percent, plural, span } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import { INCIDENT_CHIPS, type IncidentPageOptions, incidentShell } from './incidents.ts';

/** One incident: what it was, how long, why, what came before it, who was hurt, what coincides with its end. */
export function renderIncidentPage(incident: Incident, options: IncidentPageOptions): string {
  const { id, apiservice, title, cause, category, confidence, state, pattern } = incident;
  const returns = returnsInWords(incident);
  const address = `/incidents/${encodeURIComponent(id)}`;
  return incidentShell(
    `Incident of ${apiservice}`,
    options,
    html`<section class="card${state === 'failing' ? ' bad' : ''}"><div class="head"><h2>${apiservice}</h2>${chip(...INCIDENT_CHIPS[state])}<span class="meta">${id}</span>
<a href="${address}.md" download>markdown</a><a href="/incidents?apiservice=${encodeURIComponent(apiservice)}">all of this API</a></div>
<p class="verdict">${title}</p>
<div class="head">${cause !== 'unknown' && html`<span class="conf">${bar(confidence)} ${sureness(confidence)} sure</span>${chip('info', category)}<a href="/runbooks/${encodeURIComponent(cause)}">runbook</a>`}</div>
<p class="lead">Began ${beginInWords(incident)}; lasted ${lengthInWords(incident)}; ${stateInWords(incident)}.</p>
<p class="lead">${pattern === 'none' ? '' : `${pattern}${returns === undefined ? '' : ': '}`}${returns}</p>
${together(incident)}
${titled('Causes', causes(incident.causes))}
${titled('Evidence', evidence(incident.evidence))}
<div class="two"><div>${titled('Before it began', happenings(incident.before))}</div>
<div>${titled(`What ${COINCIDES}`, incident.endedBy ? happenings([incident.endedBy]) : NOTHING)}
${titled('Who asked', vantages(incident.vantages))}
${titled('Who was hurt', hurt(incident))}</div></div></section>`,
  );
}

function together({ shared, apiservice }: Incident): Html {
  const others = shared?.apiservices.filter((name) => name !== apiservice) ?? [];
  if (!shared || others.length === 0) return NOTHING;
  return html`<p class="lead">${chip('warn', 'together')} ${shared.shared}; also failed: ${others.map((name, i) => html`${i > 0 && ', '}<a href="/incidents?apiservice=${encodeURIComponent(name)}">${name}</a>`)}</p>`;
}

const stretch = ({ from, to }: { readonly from: number; readonly to?: number }): Html =>
  html`${moment(from * 1000)}<div class="sub">${to === undefined ? 'until now' : `for ${span(to - from)}`}</div>`;

function causes(spans: readonly CauseSpan[]): Html {
  if (spans.length === 0) return NOTHING;
  return html`<div class="scroll"><table><tbody>${spans.map(
    ({
      cause,
      title,
      confidence,
      ...times
    }) => html`<tr><td class="t">${stretch(times)}</td><td>${title}<div class="sub">${cause}</div></td>
<td class="conf">${cause !== 'unknown' && html`${bar(confidence)} ${sureness(confidence)}`}</td></tr>`,
  )}</tbody></table></div>`;
}

function evidence(pieces: readonly IncidentEvidence[]): Html {
  if (pieces.length === 0) return NOTHING;
  return html`<ul class="evidence">${pieces.map(
    ({ says, sample, cause, from, to }) => html`<li><div class="row"><span class="says">${says}</span>${chip('mute', cause)}</div>
<div class="sub">${moment(from * 1000)} ${to === undefined ? 'until now' : `to ${moment(to * 1000)}`}</div>${sample !== undefined && html`<pre>${sample}</pre>`}</li>`,
  )}</ul>`;
}

function happenings(all: readonly Happening[]): Html {
  if (all.length === 0) return html`<p class="lead">No change and no event was seen in the quarter of an hour before.</p>`;
  return html`<div class="scroll"><table><tbody>${all.map(
    ({ at, what, says, message }) =>
      html`<tr><td class="t">${moment(at * 1000)}</td><td class="w">${chip(what === 'event' ? 'mute' : 'info', what)}</td><td>${says}${message && html`<div class="sub">${message}</div>`}</td></tr>`,
  )}</tbody></table></div>`;
}

function vantages(counts: readonly VantageCount[]): Html {
  if (counts.length === 0) return NOTHING;
  return html`<div class="scroll"><table><tbody>${counts.map(
    ({ vantage, asked, failed }) =>
      html`<tr><td>${vantage}<div class="sub">${VANTAGE_FACTS[vantage].words}</div></td><td class="n">${failed} of ${plural(asked, 'request')} failed${asked > 0 && html`<div class="sub">${percent(failed / asked)}</div>`}</td></tr>`,
  )}</tbody></table></div>`;
}

function hurt(incident: Incident): Html {
  const counts = hurtCountsInWords(incident);
  if (incident.hurt.length === 0) return counts === undefined ? NOTHING : html`<p class="lead">${counts}</p>`;
  return html`${counts !== undefined && html`<p class="lead">${counts}, at the most at once</p>`}<ul>${incident.hurt.map(
    ({ says, since }) => html`<li>${says}${since !== undefined && html` <span class="sub">since ${moment(since * 1000)}</span>`}</li>`,
  )}</ul>`;
}
