import type { ApiFacts, NeighbourCpu, NeighbourEvent, NodeCpuFacts } from '../../domain/snapshot.ts';
import { unseen } from './backend.ts';
import { chip, type Tone } from './chips.ts';
import { percent } from './format.ts';
import { more } from './happenings.ts';
import { type Html, html } from './html.ts';
import { absolute } from './times.ts';

const SHOWN = 12;

const SHOWS: Readonly<Record<NeighbourEvent['what'], readonly [Tone, string]>> = {
  started: ['mute', 'started'],
  evicted: ['warn', 'evicted'],
  'out-of-memory': ['warn', 'killed for memory'],
};

/** What other pods take of the CPUs of the backend's nodes, and what they did there, newest first. */
export function renderNeighbours(api: ApiFacts): Html {
  return html`${api.neighbourCpu && renderCpu(api.neighbourCpu)}${renderHappenings(api)}`;
}

function renderCpu(of: NonNullable<ApiFacts['neighbourCpu']>): Html {
  if (of.state !== 'observed') return html`<p class="lead">What other pods take of the CPUs: ${unseen(of)}</p>`;
  if (of.value.length === 0) return html`<p class="lead">No pod of the backend is on a node.</p>`;
  return html`<div class="scroll" role="group" tabindex="0" aria-label="CPU that others take"><table><thead><tr><th>Node</th><th class="n">Others take</th><th>Most of it</th></tr></thead><tbody>${of.value.slice(0, SHOWN).map(cpuRow)}</tbody></table></div>${more(of.value.length - SHOWN, 'node')}`;
}

function cpuRow({ node, cpus, taken, top }: NodeCpuFacts): Html {
  return html`<tr><td>${node}</td><td class="n">${percent(taken / cpus)} of ${cpus} CPUs</td><td>${top.length === 0 ? 'none takes a twentieth of it' : top.map((pod) => html`<div>${podWords(pod, cpus)}</div>`)}</td></tr>`;
}

function podWords({ object, cpus, since, before }: NeighbourCpu, of: number): Html {
  const from = since !== undefined && html`<div class="sub">since ${absolute(since)}, ${percent((before ?? 0) / of)} before</div>`;
  return html`${object}: ${percent(cpus / of)}${from}`;
}

function renderHappenings({ neighbours }: ApiFacts): Html {
  if (neighbours.state !== 'observed') return html`<p class="lead">${unseen(neighbours)}</p>`;
  if (neighbours.value.length === 0)
    return html`<p class="lead">In the last hour no other pod started there, was evicted, or was killed for its memory.</p>`;
  const newest = [...neighbours.value].sort((a, b) => b.at - a.at);
  return html`<div class="scroll" role="group" tabindex="0" aria-label="On the same nodes"><table><tbody>${newest.slice(0, SHOWN).map(row)}</tbody></table></div>${more(newest.length - SHOWN, 'happening')}`;
}

function row({ at, what, object, owner, node }: NeighbourEvent): Html {
  return html`<tr><td class="t">${absolute(at)}</td><td class="w">${chip(...SHOWS[what])}</td><td>${object}<div class="sub">${owner !== undefined && html`${owner}, `}on ${node}</div></td></tr>`;
}
