import type { FailurePattern } from '../../domain/pattern.ts';
import { type Html, html } from './html.ts';

const WIDTH = 640;
const HOUR_MS = 3_600_000;

/** The last hour as a line: a mark for each start of a failure, a bar for the one that goes on. */
export function renderStrip(pattern: FailurePattern, now: number): Html {
  const x = (seconds: number) => Math.round(WIDTH * (1 - (now - seconds * 1000) / HOUR_MS));
  const inside = pattern.onsets.filter((onset) => now - onset * 1000 < HOUR_MS && now >= onset * 1000);
  const going = pattern.since === undefined ? undefined : Math.max(0, x(pattern.since));
  const label = `${inside.length} failures began in the last hour`;
  return html`<svg class="strip" viewBox="0 0 ${WIDTH} 26" role="img" aria-label="${label}"><title>${label}</title><line class="base" x1="0" x2="${WIDTH}" y1="13" y2="13"/>
${going !== undefined && html`<rect class="now" x="${going}" y="4" width="${Math.max(2, WIDTH - going)}" height="18" rx="2"/>`}
${inside.map((onset) => html`<rect class="on" x="${Math.min(WIDTH - 3, x(onset))}" y="4" width="3" height="18" rx="1"/>`)}</svg><div class="sub">the last hour, ending now</div>`;
}
