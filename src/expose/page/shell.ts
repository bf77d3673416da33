import { createHash } from 'node:crypto';
import { type Html, html, NOTHING } from './html.ts';
import { SCRIPT } from './script/script.ts';
import { STYLE } from './style.ts';

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing from elsewhere, and of inline text only our own two, by their hashes: an escaping fault would still run no script. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${hash(STYLE)}`,
  `script-src ${hash(SCRIPT)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** A square with a magnifying lens over a broken line. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b5cad'/%3E%3Cpath d='M2 9h3l2-5 2 8 2-5h3' stroke='%23fff' stroke-width='1.6' fill='none'/%3E%3C/svg%3E";

export interface ShellOptions {
  readonly title: string;
  /** Seconds after which the page is loaded again without script; with it, it follows `live`, or is fetched again this often where it has none. */
  readonly refreshSeconds?: number;
  /** The page whose changes are streamed, the tick that it shows (Unix milliseconds), and what to say when it is there no more. */
  readonly live?: { readonly page: string; readonly at: number; readonly gone: string };
  /** Path under which people see the pages; links are written from the root. */
  readonly prefix?: string;
  readonly cluster?: ShownOf | undefined;
}

/** Which of several clusters a page is about, and the path of the list of all. */
export interface ShownOf {
  readonly name: string;
  readonly list: string;
}

export function shell({ title, refreshSeconds, live, prefix = '', cluster }: ShellOptions, body: Html): string {
  // The two inline texts are put in as they are: their hashes stand in the Content-Security-Policy.
  const style = `<style>${STYLE}</style>`;
  const script = refreshSeconds === undefined ? '' : `<script>${SCRIPT}</script>`;
  const refresh = refreshSeconds === undefined ? '' : `<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`;
  const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${titleOf(title, cluster)}</title><link rel="icon" href="${ICON}">`;
  const followed =
    live && html` data-live="${prefix}/live?page=${encodeURIComponent(live.page)}" data-at="${live.at}" data-gone="${live.gone}"`;
  return `<!doctype html>\n<html lang="en"><head>${head.text}${refresh}${style}</head><body${html`${followed}`.text}>${whichCluster(cluster).text}${underPrefix(body.text, prefix)}${script}</body></html>\n`;
}

/** With the name of the cluster, so that tabs of several are told apart. */
export function titleOf(title: string, cluster: ShownOf | undefined): string {
  return cluster ? `${title} · ${cluster.name}` : title;
}

function whichCluster(cluster: ShownOf | undefined): Html {
  return cluster
    ? html`<nav class="page of" aria-label="Cluster">cluster <b>${cluster.name}</b> · <a href="${cluster.list}">all clusters</a></nav>`
    : NOTHING;
}

/** Links are written from the root; this puts the path before them under which people see it. */
export function underPrefix(markup: string, prefix: string): string {
  return prefix === '' ? markup : markup.replaceAll('href="/', `href="${html`${prefix}`.text}/`);
}
