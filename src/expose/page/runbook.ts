import { Html, html } from './html.ts';
import { shell } from './shell.ts';

/** A runbook from generate/: a whole page is sent as it is, a fragment gets our frame. It is our own text, hence not escaped. */
export function renderRunbookPage(cause: string, text: string, prefix = ''): string {
  if (/^\s*<!doctype/i.test(text)) return text;
  return shell(
    { title: `Runbook: ${cause}`, prefix },
    html`<div class="page"><header class="top"><h1>Runbook</h1><nav><a href="/">Status</a></nav></header><article class="card">${new Html(text)}</article></div>`,
  );
}
