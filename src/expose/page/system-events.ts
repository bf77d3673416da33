import type { ClusterEvent, ClusterFacts } from '../../domain/snapshot.ts';
import { componentOf, SYSTEM_COMPONENTS } from '../../domain/system-components.ts';
import { unseen } from './backend.ts';
import { chip } from './chips.ts';
import { moment } from './format.ts';
import { more } from './happenings.ts';
import { type Html, html, NOTHING } from './html.ts';

const SHOWN = 12;

/** Warnings about what every API stands on, newest first. Nothing where nobody complains; where nobody could look, that is said. */
export function renderSystemEvents({ systemEvents }: ClusterFacts): Html {
  if (systemEvents.state === 'forbidden') return section(html`<p class="lead">${unseen(systemEvents)}</p>`);
  if (systemEvents.state !== 'observed' || systemEvents.value.length === 0) return NOTHING;
  const newest = [...systemEvents.value].sort((a, b) => b.at - a.at);
  return section(html`<table><tbody>${newest.slice(0, SHOWN).map(row)}</tbody></table>${more(newest.length - SHOWN, 'warning')}`);
}

function section(content: Html): Html {
  return html`<h2 id="system-events">Warnings in kube-system, last hour</h2><section class="card flush scroll">${content}</section>`;
}

function row(event: ClusterEvent): Html {
  const component = componentOf(event);
  const { at, reason, count, object, message, node, over } = event;
  return html`<tr><td class="t">${moment(at)}</td><td class="w">${chip(over ? 'mute' : 'warn', reason)}${count > 1 && html` ×${count}`}</td>
<td>${object}${component && html` ${chip('info', SYSTEM_COMPONENTS[component].words)}`}${over && html` ${chip('mute', 'over: the pod is ready now, or gone')}`}<div class="sub">${message}${node !== undefined && html` (on ${node})`}</div></td></tr>`;
}
