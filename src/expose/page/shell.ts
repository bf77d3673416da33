import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';
import { SCRIPT, STYLE } from './style.ts';

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing from elsewhere, and of inline text only our own two, by their hashes: an escaping fault would still run no script. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${hash(STYLE)}`,
  `script-src ${hash(SCRIPT)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A square with a magnifying lens over a broken line. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b5cad'/%3E%3Cpath d='M2 9h3l2-5 2 8 2-5h3' stroke='%23fff' stroke-width='1.6' fill='none'/%3E%3C/svg%3E";

export interface ShellOptions {
  readonly title: string;
  /** The page replaces itself every five seconds by script, or reloads after this long without. */
  readonly refreshSeconds?: number;
  /** Path under which people see the pages; links are written from the root. */
  readonly prefix?: string;
}

export function shell({ title, refreshSeconds, prefix = '' }: ShellOptions, body: Html): string {
  // The two inline texts are put in as they are: their hashes stand in the Content-Security-Policy.
  const style = `<style>${STYLE}</style>`;
  const script = refreshSeconds === undefined ? '' : `<script>${SCRIPT}</script>`;
  const refresh = refreshSeconds === undefined ? '' : `<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>`;
  const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="icon" href="${ICON}">`;
  return `<!doctype html>\n<html lang="en"><head>${head.text}${refresh}${style}</head><body>${prefix === '' ? body.text : body.text.replaceAll('href="/', `href="${html`${prefix}`.text}/`)}${script}</body></html>\n`;
}
