import type { Shard } from '../../domain/shard.ts';
import { type Html, html } from './html.ts';
import type { ShellOptions, ShownOf } from './shell.ts';
import { absolute } from './times.ts';

export interface PageOptions {
  readonly version: string;
  /** Path under which people see the pages; default none. */
  readonly prefix?: string;
  /** Which of several clusters this is. */
  readonly cluster?: ShownOf | undefined;
  /** Whose APIs these are, where several exporters share them out. */
  readonly shard?: Shard;
  /** Where people open the pages of a shard: `{shard}` stands for its number. */
  readonly shardUrl?: string;
}

/** For `shell`. */
export function shownUnder({ prefix = '', cluster }: PageOptions): Pick<ShellOptions, 'prefix' | 'cluster'> {
  return { prefix, cluster };
}

/** The head of every page about the cluster. */
export function top(title: Html, meta: Html, version: string): Html {
  return html`<header class="top"><h1>${title}</h1><span class="meta" id="age">${meta}</span>
<nav aria-label="Other views"><a href="/incidents">incidents</a><a href="/metrics">metrics</a><a href="/api/v1/diagnoses">diagnoses</a><a href="/api/v1/status">status</a><a href="/api/v1/openapi.json">openapi</a><span class="meta">${version}</span></nav></header>
<p id="stale" role="status" hidden></p>`;
}

/** The script keeps it true by the message of each tick. */
export function observedAt(ms: number): Html {
  return html`<span id="observed-at">${absolute(ms)}</span>`;
}

export function foot(): Html {
  return html`<p class="foot"><span id="zone">All times are UTC.</span> Nothing that was not observed is called healthy.</p>`;
}
