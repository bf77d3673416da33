import type { ApiserverFacts } from '../../domain/snapshot.ts';
import { compareStates, SOURCE_STATES, type SourceState, type SourceStatus } from '../../domain/sources.ts';
import { unseen } from './backend.ts';
import { chip, type Tone } from './chips.ts';
import { duration, figure, percent } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import { relative } from './times.ts';

const TONES: Readonly<Record<SourceState, Tone>> = {
  ok: 'ok',
  absent: 'mute',
  disabled: 'mute',
  pending: 'info',
  stale: 'warn',
  forbidden: 'warn',
  unauthorised: 'bad',
  failed: 'bad',
};

/** What could not be looked at, or not as a whole, and the right that would open it; what was seen in one line. */
export function renderSources(sources: readonly SourceStatus[], now: number): Html {
  const isWhole = ({ state, message }: SourceStatus) => state === 'ok' && message === undefined;
  const seen = sources.filter(isWhole);
  const rest = sources.filter((status) => !isWhole(status)).sort((a, b) => compareStates(a.state, b.state));
  return html`${
    rest.length > 0 &&
    html`<section class="card flush"><table class="stack"><thead><tr><th>Source</th><th>State</th><th>Last answer</th><th>What is missing</th></tr></thead>
<tbody>${rest.map((status) => blindRow(status, now))}</tbody></table></section>`
  }
${seen.length > 0 && html`<p class="lead chips">${seen.map(({ source }) => html`${chip('ok', `✓ ${source}`)} `)}</p>`}`;
}

function blindRow({ source, state, lastSuccess, message, rule }: SourceStatus, now: number): Html {
  return html`<tr><td class="name">${source}</td><td class="w">${chip(TONES[state], state)}</td><td class="t">${lastSuccess === undefined ? 'never' : relative(lastSuccess, now)}</td>
<td>${message ?? SOURCE_STATES[state].says}${rule !== undefined && html`<div class="sub">opened by the rule <code>${rule}</code></div>`}</td></tr>`;
}

/** Each instance of the kube-apiserver: is it the kube-apiserver itself? */
export function renderApiservers(apiservers: readonly ApiserverFacts[], now: number): Html {
  if (apiservers.length === 0) return NOTHING;
  return html`<section class="card flush scroll" tabindex="0" aria-label="kube-apiserver instances"><table><thead><tr><th>Instance</th><th>/readyz</th><th class="n">In flight</th><th class="n">Rejected</th><th class="n">Request</th><th class="n">etcd</th><th>Its metrics</th></tr></thead>
<tbody>${apiservers.map((apiserver) => instanceRow(apiserver, now))}</tbody></table></section>`;
}

function controlCell({ control, unbelieved }: ApiserverFacts, now: number): Html {
  if (!control) return chip('mute', unbelieved ? 'not believed: it has not shown that it is a kube-apiserver' : 'not probed');
  const { ok, reason = 'failed', at } = control.last;
  return html`${ok ? chip('ok', '✓ ok') : chip('bad', `✕ ${reason}`)} <span class="sub">${relative(at, now)}</span>`;
}

function instanceRow(apiserver: ApiserverFacts, now: number): Html {
  const { instance, metrics } = apiserver;
  const read = metrics.state === 'observed' ? metrics.value : undefined;
  return html`<tr><td class="name">${instance}</td>
<td>${controlCell(apiserver, now)}</td>
<td class="n">${read && figure(read.inflightRequests)}${read?.inflightRatio !== undefined && html` <span class="sub">${percent(read.inflightRatio)}</span>`}</td>
<td class="n">${read && figure(read.rejectedRequests)}</td><td class="n">${read?.requestLatencySeconds !== undefined && duration(read.requestLatencySeconds)}</td>
<td class="n">${read?.etcdLatencySeconds !== undefined && duration(read.etcdLatencySeconds)}</td><td>${metrics.state === 'observed' ? chip('ok', 'read') : unseen(metrics)}</td></tr>`;
}
