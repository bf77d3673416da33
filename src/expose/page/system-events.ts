import type { ClusterEvent, ClusterFacts } from '../../domain/snapshot.ts';
import { componentOf, SYSTEM_COMPONENTS } from '../../domain/system-components.ts';
import { unseen } from './backend.ts';
import { chip } from './chips.ts';
import { more } from './happenings.ts';
import { type Html, html } from './html.ts';
import type { Regions } from './regions.ts';
import { absolute } from './times.ts';

const SHOWN = 12;

/** Warnings about what every API stands on, newest first. Nothing where nobody complains; where nobody could look, that is said. */
export function renderSystemEvents({ systemEvents }: ClusterFacts, regions: Regions): Html {
  if (systemEvents.state === 'forbidden') return fold(regions, chip('warn', 'not seen'), html`<p class="lead">${unseen(systemEvents)}</p>`);
  if (systemEvents.state !== 'observed' || systemEvents.value.length === 0) return regions.div('system-events', html``);
  const newest = [...systemEvents.value].sort((a, b) => b.at - a.at);
  const content = html`<div class="scroll" role="group" tabindex="0" aria-label="Warnings"><table><tbody>${newest.slice(0, SHOWN).map(row)}</tbody></table></div>${more(newest.length - SHOWN, 'warning')}`;
  return fold(regions, chip('warn', String(newest.length)), content);
}

/** One region: it comes and goes with its content. */
function fold(regions: Regions, count: Html, content: Html): Html {
  return regions.div(
    'system-events',
    html`<details class="card fold" id="system"><summary><b>Warnings in kube-system, last hour</b> ${count}</summary>${content}</details>`,
  );
}

function row(event: ClusterEvent): Html {
  const component = componentOf(event);
  const { at, reason, count, object, message, node, over } = event;
  return html`<tr><td class="t">${absolute(at)}</td><td class="w">${chip(over ? 'mute' : 'warn', reason)}${count > 1 && html` ×${count}`}</td>
<td>${object}${component && html` ${chip('info', SYSTEM_COMPONENTS[component].words)}`}${over && html` ${chip('mute', 'over: the pod is ready now, or gone')}`}<div class="sub">${message}${node !== undefined && html` (on ${node})`}</div></td></tr>`;
}
