import type { ApiFacts, Change } from '../../domain/snapshot.ts';
import { unseen } from './backend.ts';
import { chip } from './chips.ts';
import { plural } from './format.ts';
import { type Html, html, NOTHING } from './html.ts';
import { absolute } from './times.ts';

const SHOWN = 12;

/** What changed, newest first: the first question at night. */
export function renderChanges(changes: readonly Change[]): Html {
  if (changes.length === 0) return html`<p class="lead">Nothing that the API depends on has changed in the last hour.</p>`;
  const newest = [...changes].sort((a, b) => b.at - a.at).slice(0, SHOWN);
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Changes"><table class="stack"><tbody>${newest.map(
    (change) =>
      html`<tr><td class="t">${absolute(change.at)}</td><td class="w">${chip('info', change.what)}</td><td>${change.object}<div class="sub">${change.summary}${change.manager !== undefined && html`, by ${change.manager}`}</div></td></tr>`,
  )}</tbody></table></div>${more(changes.length - SHOWN, 'change')}`;
}

export function renderEvents({ events }: ApiFacts): Html {
  if (events.state !== 'observed') return html`<p class="lead">${unseen(events)}</p>`;
  if (events.value.recent.length === 0) return html`<p class="lead">No events in the last hour.</p>`;
  const newest = [...events.value.recent].sort((a, b) => b.at - a.at).slice(0, SHOWN);
  return html`<div class="scroll" role="group" tabindex="0" aria-label="Events"><table class="stack"><tbody>${newest.map(
    (event) =>
      html`<tr><td class="t">${absolute(event.at)}</td><td class="w">${chip(event.type === 'Warning' ? 'warn' : 'mute', event.reason)}${event.count > 1 && html` ×${event.count}`}</td><td>${event.object}<div class="sub">${event.message}</div></td></tr>`,
  )}</tbody></table></div>${more(events.value.recent.length - SHOWN, 'event')}`;
}

export function more(count: number, what: string): Html {
  return count > 0 ? html`<p class="sub">and ${plural(count, what)} more</p>` : NOTHING;
}
