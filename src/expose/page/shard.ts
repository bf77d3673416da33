import { printShard, type Shard } from '../../domain/shard.ts';
import type { PageOptions } from './chrome.ts';
import { type Html, html, NOTHING } from './html.ts';

/** Whose APIs these are, and where the others are; nothing where they are not shared out. */
export function renderShard({ shard, shardUrl }: Pick<PageOptions, 'shard' | 'shardUrl'>): Html {
  if (!shard) return NOTHING;
  const others = Array.from({ length: shard.count }, (_, index) => index).filter((index) => index !== shard.index);
  const links =
    shardUrl !== undefined &&
    others.length > 0 &&
    html` The others: ${others.map((index) => html`${link(shardUrl, { index, count: shard.count }, '/')} `)}`;
  return html`<p class="lead">This is shard <b>${printShard(shard)}</b>: it watches the aggregated APIs that fall to it by their name, and what is said here of all is of these.${links}</p>`;
}

/** That an API which is not here may be elsewhere, and where. */
export function renderElsewhere(path: string, shard: Shard, shardUrl: string | undefined): Html {
  const words = html`It falls to shard <b>${printShard(shard)}</b>, and is watched there if it is in the cluster.`;
  return shardUrl === undefined ? words : html`${words} ${link(shardUrl, shard, path)}`;
}

/** Whole addresses: the path under which this one is seen is not that of another one. */
function link(shardUrl: string, shard: Shard, path: string): Html {
  const address = `${shardUrl.replaceAll('{shard}', String(shard.index)).replace(/\/$/, '')}${path}`;
  return html`<a href="${address}">shard ${printShard(shard)}</a>`;
}
