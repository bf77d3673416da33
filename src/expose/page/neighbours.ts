import type { ApiFacts, NeighbourEvent } from '../../domain/snapshot.ts';
import { unseen } from './backend.ts';
import { chip, type Tone } from './chips.ts';
import { more } from './happenings.ts';
import { type Html, html } from './html.ts';
import { absolute } from './times.ts';

const SHOWN = 12;

const SHOWS: Readonly<Record<NeighbourEvent['what'], readonly [Tone, string]>> = {
  started: ['mute', 'started'],
  evicted: ['warn', 'evicted'],
  'out-of-memory': ['warn', 'killed for memory'],
};

/** What other pods did on the nodes of the backend, newest first. */
export function renderNeighbours({ neighbours }: ApiFacts): Html {
  if (neighbours.state !== 'observed') return html`<p class="lead">${unseen(neighbours)}</p>`;
  if (neighbours.value.length === 0)
    return html`<p class="lead">In the last hour no other pod started there, was evicted, or was killed for its memory.</p>`;
  const newest = [...neighbours.value].sort((a, b) => b.at - a.at);
  return html`<div class="scroll" role="group" tabindex="0" aria-label="On the same nodes"><table><tbody>${newest.slice(0, SHOWN).map(row)}</tbody></table></div>${more(newest.length - SHOWN, 'happening')}`;
}

function row({ at, what, object, owner, node }: NeighbourEvent): Html {
  return html`<tr><td class="t">${absolute(at)}</td><td class="w">${chip(...SHOWS[what])}</td><td>${object}<div class="sub">${owner !== undefined && html`${owner}, `}on ${node}</div></td></tr>`;
}
