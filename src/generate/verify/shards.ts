import { SHARDS } from '../exporter-alerts.ts';
import type { GenerateOptions } from '../options.ts';
import type { Query } from '../prometheus.ts';

/** Of each cluster whose APIs are shared out: which shard is not there, and whether all count as many. */
export async function missingShards(query: Query, { clusterLabels }: Pick<GenerateOptions, 'clusterLabels'>): Promise<string[]> {
  const clusters = new Map<string, { readonly counts: Set<number>; readonly there: Set<number> }>();
  for (const { labels, value } of await query(`max by (${[...clusterLabels, 'shard'].join(', ')}) (${SHARDS})`)) {
    const where = clusterLabels.map((label) => `${label}=${JSON.stringify(labels[label] ?? '')}`).join(', ');
    const seen = clusters.get(where) ?? { counts: new Set(), there: new Set() };
    clusters.set(where, seen);
    seen.counts.add(value);
    seen.there.add(Number(labels.shard));
  }
  return [...clusters].flatMap(([where, { counts, there }]) => {
    const most = Math.max(...counts);
    const missing = Array.from({ length: most }, (_, index) => index).filter((index) => !there.has(index));
    const of = where === '' ? '' : ` of ${where}`;
    return [
      ...(counts.size > 1
        ? [`the shards${of} count ${[...counts].sort((a, b) => a - b).join(' and ')} shards: give all the same --shard i/n`]
        : []),
      ...(missing.length > 0
        ? [
            `of ${most} shards${of} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: not scraped, or without a sight of its APIs; the APIs that fall there are not watched`,
          ]
        : []),
    ];
  });
}
