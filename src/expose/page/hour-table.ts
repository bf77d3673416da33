import type { ApiMinute, VantageMinute } from '../hour/api-hour.ts';
import { HOUR_VANTAGES } from '../hour/api-hour.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { MINUTE_MS } from '../hour/minute-ring.ts';
import { duration, percent } from './format.ts';
import type { Happening, Hour } from './hour.ts';
import { VANTAGE_WORDS } from './hour.ts';
import { type Html, html } from './html.ts';
import type { Regions } from './regions.ts';

/** The same hour for who does not see the drawing, and for who wants the numbers: a row per minute, newest first. */
export function renderHourTable(hour: Hour, regions: Regions): Html {
  const rows = hour.minutes.map((minute, i) => row(hour, i, minute, regions)).reverse();
  regions.list(
    'minutes',
    rows.map(({ id }) => id),
  );
  return html`<details id="hour-table"><summary>The same hour as a table</summary><div class="scroll" role="group" tabindex="0" aria-label="The last hour, minute by minute"><table><thead><tr><th>Minute</th>${HOUR_VANTAGES.map((vantage) => html`<th>${VANTAGE_WORDS[vantage]}</th>`)}<th>Latency</th><th>Ready</th><th>kube-apiserver</th><th>What happened</th></tr></thead>
<tbody id="minutes" data-l>${rows.map(({ markup }) => markup)}</tbody></table></div></details>`;
}

function row(hour: Hour, index: number, minute: ApiMinute | undefined, regions: Regions): { readonly id: string; readonly markup: Html } {
  const at = hour.from + index * MINUTE_MS;
  const id = `m${at / MINUTE_MS}`;
  const iso = new Date(at).toISOString();
  return {
    id,
    markup: regions.add(
      id,
      html`<tr id="${id}" data-r><td class="t"><time class="hm" datetime="${iso}">${iso.slice(11, 16)}</time></td>${HOUR_VANTAGES.map((vantage) => html`<td>${failed(minute?.vantages[vantage])}</td>`)}<td>${latency(minute)}</td><td>${ready(minute)}</td><td>${load(hour.load[index])}</td><td>${happened(hour, at, minute)}</td></tr>`,
    ),
  };
}

const NOT_SEEN = '–';

function failed(seen: VantageMinute | undefined): string {
  if (!seen) return NOT_SEEN;
  return seen.failures === 0 ? `${seen.attempts} passed` : `${seen.failures} of ${seen.attempts} failed`;
}

function latency(minute: ApiMinute | undefined): string {
  const seconds = minute?.vantages.aggregator?.seconds ?? minute?.vantages.endpoint?.seconds;
  return seconds === undefined ? NOT_SEEN : duration(seconds);
}

function ready(minute: ApiMinute | undefined): string {
  if (minute?.ready === undefined) return NOT_SEEN;
  return minute.notReady === undefined || minute.notReady === 0 ? String(minute.ready) : `${minute.ready}, ${minute.notReady} not`;
}

function load(minute: LoadMinute | undefined): string {
  if (!minute) return NOT_SEEN;
  const words = [
    ...(minute.inflight === undefined ? [] : [percent(minute.inflight)]),
    ...(minute.seconds === undefined ? [] : [duration(minute.seconds)]),
    ...(minute.failing ? ['fails /readyz'] : []),
  ];
  return words.length === 0 ? NOT_SEEN : words.join(', ');
}

const SAID = 6;

function happened(hour: Hour, at: number, minute: ApiMinute | undefined): string {
  const isIn = (moment: { readonly at: number }) => moment.at >= at && moment.at < at + MINUTE_MS;
  const said = [
    ...hour.moments.filter(isIn).map(({ says }) => says),
    ...hour.happenings.filter(isIn).map(({ says }: Happening) => says),
    ...(minute?.signatures ?? []).map(({ signature, count }) => `${signature} ×${count}`),
    ...(minute?.policy === 'blocks' ? ['policies block'] : []),
  ];
  return `${said.slice(0, SAID).join('; ')}${said.length > SAID ? `; and ${said.length - SAID} more` : ''}`;
}
