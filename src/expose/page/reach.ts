import { failureOf, type NodeReach, type ReachState, reachInWords, reachState } from '../../domain/node-reach.ts';
import { chip, type Tone } from './chips.ts';
import { type Html, html, NOTHING } from './html.ts';
import { relative } from './times.ts';

const CHIPS: Readonly<Record<ReachState, readonly [Tone, string]>> = {
  unreached: ['bad', '✕ not reached'],
  partly: ['warn', '◐ in part'],
  unknown: ['mute', 'nothing is known'],
  reached: ['ok', '✓ reached'],
};
const WORST_FIRST = Object.keys(CHIPS) as readonly ReachState[];
const MOST_ROWS = 20;

/** From which nodes the backend is reached; the worst first. Nothing where no agents are listened to. */
export function renderReach(reach: readonly NodeReach[] | undefined, now: number): Html {
  if (!reach) return NOTHING;
  const says = reachInWords(reach);
  if (says === undefined) return html`<p class="lead">No agent on a node has reported yet: from where it is reached is not known.</p>`;
  const rows = [...reach].sort((a, b) => WORST_FIRST.indexOf(reachState(a)) - WORST_FIRST.indexOf(reachState(b)));
  const more = rows.length - MOST_ROWS;
  return html`<p class="lead">By agents on nodes: ${says}.</p>
<div class="scroll" role="group" tabindex="0" aria-label="Nodes"><table class="stack"><thead><tr><th>Node</th><th>Backend</th><th>Reported</th></tr></thead>
<tbody>${rows.slice(0, MOST_ROWS).map((of) => row(of, now))}</tbody></table></div>${more > 0 && html`<p class="lead">And ${more} more.</p>`}`;
}

function row(of: NodeReach, now: number): Html {
  const state = reachState(of);
  const failed = of.probes.filter(({ ok }) => !ok);
  return html`<tr><td>${of.node}<div class="sub">${of.network === 'host' ? 'its own network' : 'from a pod on it'}</div></td>
<td>${chip(...CHIPS[state])}${failed.length > 0 && html` <span class="sub">${failureOf(of)}</span>`}${failed.map(
    ({ vantage, target, phase = '', reason = '' }) => html`<div class="sub">${vantage} ${target}: ${phase}, ${reason}</div>`,
  )}${of.silent && html`<div class="sub">its agent does not report any more</div>`}</td><td class="t">${relative(of.heardAt, now)}</td></tr>`;
}
