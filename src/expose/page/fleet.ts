import { bar, chip, type Tone } from './chips.ts';
import { ago, moment, span, sureness } from './format.ts';
import { anchor, type Html, html } from './html.ts';
import { type ApiState, backendText, failingSince, type ShownApi } from './state.ts';

export const STATE_CHIPS: Readonly<Record<ApiState, readonly [Tone, string]>> = {
  failing: ['bad', '✕ failing'],
  blind: ['warn', '? not observed'],
  recovering: ['warn', '↗ recovering'],
  healthy: ['ok', '✓ healthy'],
  deleted: ['mute', '– deleted'],
};

/** One line per API, worst first. */
export function renderFleet(apis: readonly ShownApi[], now: number): Html {
  return html`<section class="card flush"><table class="stack">
<thead><tr><th>API</th><th>State</th><th>Cause</th><th>Confidence</th><th>Pattern</th><th>Since</th></tr></thead>
<tbody>${apis.map((shown) => row(shown, now))}</tbody></table></section>`;
}

function row(shown: ShownApi, now: number): Html {
  const { api, state, diagnosis } = shown;
  const since = failingSince(shown);
  return html`<tr><td><a class="name" href="#${anchor(api.name)}">${api.name}</a><div class="sub">${backendText(api)}</div></td>
<td class="w">${chip(...STATE_CHIPS[state])}</td>
<td>${diagnosis && html`${diagnosis.title}<div class="sub">${diagnosis.category}</div>`}</td>
<td class="conf">${diagnosis && html`${bar(diagnosis.confidence, diagnosis.cause === 'unknown')} ${sureness(diagnosis.confidence)}`}</td>
<td class="w">${patternWords(shown)}</td>
<td class="t">${since !== undefined && html`${ago(since, now)}<div class="sub">${moment(since)}</div>`}</td></tr>`;
}

export function patternWords({ pattern }: ShownApi): string {
  if (!pattern || pattern.name === 'none') return '';
  return pattern.periodSeconds === undefined ? pattern.name : `${pattern.name}, every ${span(pattern.periodSeconds)}`;
}
