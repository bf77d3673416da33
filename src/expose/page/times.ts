import { ago, moment } from './format.ts';
import { type Html, html } from './html.ts';

/**
 * A time for people: UTC as sent, in the viewer's own zone once the script runs, with the other forms in its title. Kept as an element, so that
 * passing time alone changes nothing that would have to be sent again.
 */
export function absolute(ms: number): Html {
  return timeElement(ms, moment(ms), '');
}

/** `8 min ago`, which the script keeps true. */
export function relative(ms: number, now: number): Html {
  return timeElement(ms, ago(ms, now), ' class="r"');
}

function timeElement(ms: number, text: string, attribute: '' | ' class="r"'): Html {
  const iso = Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : undefined;
  if (iso === undefined) return html`${text}`;
  return attribute === '' ? html`<time datetime="${iso}">${text}</time>` : html`<time class="r" datetime="${iso}">${text}</time>`;
}

/** Our own words; the times in them, RFC 3339 in UTC, are those of who looks. */
export function withTimes(words: string): Html {
  return html`${words.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/).map((part, i) => (i % 2 === 1 ? absolute(Date.parse(part)) : part))}`;
}

/** The same markup without what changes by passing time: two renderings that agree in it say the same. */
export function timeless(markup: string): string {
  return markup.replace(/(<time class="r" [^>]*>)[^<]*/g, '$1');
}
