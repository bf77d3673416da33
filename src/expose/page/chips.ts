import { type Html, html, NOTHING } from './html.ts';

export type Tone = 'bad' | 'ok' | 'warn' | 'info' | 'mute';

export function chip(tone: Tone, text: string): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}

/** A bar from 0 to 1, drawn, because the Content-Security-Policy allows no style attributes. */
export function bar(ratio: number, soft = false): Html {
  const width = Math.round(Math.min(1, Math.max(0, ratio)) * 120);
  return html`<svg class="bar${soft && ' soft'}" viewBox="0 0 120 8" aria-hidden="true"><rect class="f" width="${width}" height="8"/></svg>`;
}

/** A heading with what stands below it; nothing when there is nothing. */
export function titled(title: string, content: Html): Html {
  return content.text === '' ? NOTHING : html`<h3>${title}</h3>${content}`;
}
