import type { ApiMinute, VantageMinute } from '../hour/api-hour.ts';
import type { LoadMinute } from '../hour/load-hour.ts';
import { MINUTE_MS } from '../hour/minute-ring.ts';
import { duration, percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { Regions } from './regions.ts';
import type { Happening, Timeline } from './timeline.ts';
import { absolute } from './times.ts';

/** The same for who does not see the drawing, and for who wants the numbers: a row for each, newest first. */
export function renderTimelineTable(of: Timeline, regions: Regions): Html {
  const rows = of.rows.map((minute, i) => row(of, i, minute, regions)).reverse();
  regions.list(
    'minutes',
    rows.map(({ id }) => id),
  );
  return html`<details id="hour-table"><summary>${of.tableTitle}</summary><div class="scroll" role="group" tabindex="0" aria-label="${of.title}, row by row"><table><thead><tr><th>${of.step === MINUTE_MS ? 'Minute' : 'From'}</th>${of.vantages.map(([, words]) => html`<th>${words}</th>`)}<th>Latency</th><th>Ready</th><th>kube-apiserver</th><th>What happened</th></tr></thead>
<tbody id="minutes" data-l>${rows.map(({ markup }) => markup)}</tbody></table></div></details>`;
}

function row(of: Timeline, index: number, seen: ApiMinute | undefined, regions: Regions): { readonly id: string; readonly markup: Html } {
  const at = of.from + index * of.step;
  const id = `m${at / of.step}`;
  const iso = new Date(at).toISOString();
  const time = of.step === MINUTE_MS ? html`<time class="hm" datetime="${iso}">${iso.slice(11, 16)}</time>` : absolute(at);
  return {
    id,
    markup: regions.add(
      id,
      html`<tr id="${id}" data-r><td class="t">${time}</td>${of.vantages.map(([vantage]) => html`<td>${failed(seen?.vantages[vantage])}</td>`)}<td>${latency(seen)}</td><td>${ready(seen)}</td><td>${load(of.load[index])}</td><td>${happened(of, at, seen)}</td></tr>`,
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

function happened(of: Timeline, at: number, minute: ApiMinute | undefined): string {
  const isIn = (moment: { readonly at: number }) => moment.at >= at && moment.at < at + of.step;
  const said = [
    ...of.moments.filter(isIn).map(({ says }) => says),
    ...of.happenings.filter(isIn).map(({ says }: Happening) => says),
    ...of.bands
      .filter(({ stretches }) => stretches.some(({ from, to, tone }) => tone !== 'pass' && from < at + of.step && to >= at))
      .map(({ words }) => words),
    ...(minute?.signatures ?? []).map(({ signature, count }) => `${signature} ×${count}`),
    ...(minute?.policy === 'blocks' ? ['policies block'] : []),
  ];
  return `${said.slice(0, SAID).join('; ')}${said.length > SAID ? `; and ${said.length - SAID} more` : ''}`;
}
