import type { Candidate, Diagnosis, Evidence } from '../../domain/diagnosis.ts';
import { recurrenceInWords } from '../../domain/pattern.ts';
import { sureness } from '../../domain/sureness.ts';
import { bar, chip, titled } from './chips.ts';
import { apiPath } from './fleet.ts';
import { figure, plural, span } from './format.ts';
import { anchor, type Html, html, NOTHING } from './html.ts';
import type { ShownApi } from './state.ts';
import { absolute, relative } from './times.ts';

/** Verdict, reasons, what to do: in the order in which they are needed at night. */
export function renderDiagnosis(shown: ShownApi, diagnosis: Diagnosis, now: number): Html {
  return html`${verdict(diagnosis)}
<div class="head"><span class="conf">${bar(diagnosis.confidence, diagnosis.cause === 'unknown')} ${sureness(diagnosis.confidence)} sure</span>
${diagnosis.cause !== 'unknown' && html`${chip('info', diagnosis.category)}<a href="/runbooks/${encodeURIComponent(diagnosis.cause)}">runbook</a>`}${since(diagnosis, now)}</div>
<p class="lead">${diagnosis.summary}</p>
${diagnosis.startingUp !== undefined && html`<p class="lead">${diagnosis.startingUp}</p>`}
${diagnosis.vantages !== undefined && html`<p class="lead">${diagnosis.vantages}</p>`}
${sharedFailure(diagnosis)}
<div class="two">${diagnosis.evidence.length > 0 && html`<div>${titled('Evidence', evidenceList(diagnosis.evidence, now))}</div>`}<div>${titled('What to do', remedies(diagnosis))}
${diagnosis.nextCheck !== undefined && html`<h3>What would decide it</h3><p class="lead">${withCommands(diagnosis.nextCheck)}</p>`}
${titled('Failures in time', renderPattern(shown))}
${titled('Not seen', renderNotSeen(diagnosis.notSeen))}</div></div>
${alternatives(diagnosis, now)}`;
}

/** Of an API that recovers the present comes first: its cause is that of the failure that ended. */
function verdict({ state, endedAt, cause, title }: Diagnosis): Html {
  if (state === 'failing') return html`<p class="verdict">${title}</p>`;
  const passes = endedAt === undefined ? 'it passes' : html`it passes since ${absolute(endedAt * 1000)}`;
  return html`<p class="verdict">Recovering: ${passes}</p>
<p class="lead">${cause === 'unknown' ? 'Why it failed was not seen.' : html`It failed because: <b>${title}</b>.`}</p>`;
}

function since(diagnosis: Diagnosis, now: number): Html {
  if (diagnosis.since === undefined) return NOTHING;
  const at = diagnosis.since * 1000;
  return html`<span class="meta">${diagnosis.state === 'recovering' ? 'failed since' : 'since'} ${absolute(at)} (${relative(at, now)})</span>`;
}

function sharedFailure({ together: shared, apiservice }: Diagnosis): Html {
  const others = shared?.apiservices.filter((name) => name !== apiservice) ?? [];
  if (!shared || others.length === 0) return NOTHING;
  return html`<p class="lead">${chip('warn', 'one incident')} ${shared.shared}; also fails: ${others.map((name, i) => html`${i > 0 && ', '}<a href="${apiPath(name)}">${name}</a>`)}</p>`;
}

export function evidenceList(evidence: readonly Evidence[], now: number): Html {
  if (evidence.length === 0) return NOTHING;
  return html`<ul class="evidence">${evidence.map((piece, i) => evidenceRow(piece, evidence.slice(0, i), now))}</ul>`;
}

/** A line or a command that stands above already is not said again. */
function evidenceRow(piece: Evidence, above: readonly Evidence[], now: number): Html {
  const at = piece.since === undefined ? now : piece.since * 1000;
  const values = piece.readings ?? [];
  return html`<li><div class="row"><span class="says">${piece.says}</span>${weight(piece)}</div>
<div class="sub">since ${absolute(at)} (${relative(at, now)})${piece.lookBack && ', found in the last hour'}${values.length > 0 && html` · ${values.join('; ')}`}</div>
${piece.sample !== undefined && !above.some(({ sample }) => sample === piece.sample) && html`<pre>${piece.sample}</pre>`}
${piece.reproduce !== undefined && !above.some(({ reproduce }) => reproduce === piece.reproduce) && html`<code class="cmd">${piece.reproduce}</code>`}</li>`;
}

function weight({ points, weight: name }: Evidence): Html {
  return chip(points >= 4 ? 'bad' : points < 0 ? 'mute' : 'warn', `${name} ${points > 0 ? '+' : ''}${figure(points)}`);
}

function remedies({ remedy, verify }: Diagnosis): Html {
  if (remedy.length === 0 && !verify) return NOTHING;
  return html`${remedy.length > 0 && html`<ol>${remedy.map((step) => html`<li>${withCommands(step)}</li>`)}</ol>`}
${verify && html`<p class="lead">It worked when ${verify.expect}:</p><code class="cmd">${verify.command}</code>`}`;
}

/** Commands stand between backticks. */
function withCommands(text: string): Html {
  const parts = text.split('`');
  // A command stands in a block of its own: a full stop after it would be alone on a line.
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code class="cmd">${part}</code>` : i > 0 ? part.replace(/^\.(?=\s|$)/, '') : part))}`;
}

export function renderPattern({ pattern }: ShownApi): Html {
  if (!pattern || pattern.name === 'none') return NOTHING;
  const period = pattern.periodSeconds === undefined ? '' : `, every ${span(pattern.periodSeconds)}`;
  return html`<p class="lead">${pattern.name}${period}${pattern.matches !== undefined && html`: the same schedule as <b>${pattern.matches}</b>`}; ${plural(pattern.onsets.length, 'episode')} seen${recurrenceInWords(pattern)}</p>`;
}

export function renderNotSeen(gaps: Diagnosis['notSeen']): Html {
  if (gaps.length === 0) return NOTHING;
  return html`<ul>${gaps.map(({ source, why, rule }) => html`<li><b>${source}</b>: ${why}${rule !== undefined && html`; opened by <code>${rule}</code>`}</li>`)}</ul>`;
}

function alternatives({ alternatives: others, apiservice }: Diagnosis, now: number): Html {
  if (others.length === 0) return NOTHING;
  return html`<details id="${anchor(apiservice)}-alternatives"><summary>What else it could be (${others.length})</summary><ul class="evidence">${others.map((other) => alternative(other, now))}</ul></details>`;
}

function alternative(other: Candidate, now: number): Html {
  return html`<li><div class="row"><span class="says"><a href="/runbooks/${encodeURIComponent(other.cause)}">${other.cause}</a> <span class="sub">${other.category}</span></span>
<span class="conf">${bar(other.confidence, true)} ${sureness(other.confidence)}</span></div>${evidenceList(other.evidence, now)}</li>`;
}
