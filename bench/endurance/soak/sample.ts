import type { Held } from '../exporter-inside.ts';
import { lineThrough } from './slope.ts';

/** One look at the process. */
export interface Sample extends Held {
  /** Since the start. */
  readonly minutes: number;
  /** APIs that the cluster had. */
  readonly apis: number;
  /** Pods of all APIs, those included that are over and that nobody took away. */
  readonly pods: number;
  /** Incidents that the exporter remembered. */
  readonly incidents: number;
  /** Things that were done to the cluster since the start. */
  readonly deeds: number;
}

/** What is drawn and whose slope is told; the unit is the one of the column. */
export const CURVES = [
  { id: 'rss', label: 'RSS, MiB', of: ({ rss }: Sample) => rss },
  { id: 'heap', label: 'JavaScript heap, MiB', of: ({ heap }: Sample) => heap },
  { id: 'live', label: 'of it, after a full collection, MiB', of: ({ live }: Sample) => live },
  { id: 'files', label: 'open files and sockets', of: ({ files }: Sample) => files },
  { id: 'timers', label: 'timers', of: ({ resources }: Sample) => resources['Timeout'] ?? 0 },
] as const;

/** A table for whoever wants to compute otherwise. */
export function csvOf(samples: readonly Sample[]): string {
  const kinds = [...new Set(samples.flatMap(({ resources }) => Object.keys(resources)))].sort();
  const header = [
    'minutes',
    'rss_mib',
    'own_mib',
    'heap_mib',
    'live_mib',
    'heap_taken_mib',
    'external_mib',
    'files',
    'apis',
    'pods',
    'incidents',
    'deeds',
    ...kinds,
  ];
  const rows = samples.map(({ minutes, rss, own, heap, live, heapTaken, external, files, apis, pods, incidents, deeds, resources }) =>
    [
      ...[minutes, rss, own, heap, live, heapTaken, external].map((value) => value.toFixed(2)),
      ...[files, apis, pods, incidents, deeds, ...kinds.map((kind) => resources[kind] ?? 0)],
    ].join(','),
  );
  return `${[header.join(','), ...rows].join('\n')}\n`;
}

export interface Slope {
  readonly label: string;
  /** Per hour, from all samples. */
  readonly whole: number | undefined;
  /** Per hour, from the later half: what fills up at the beginning is full by then. */
  readonly later: number | undefined;
  readonly least: number;
  readonly most: number;
}

export function slopesOf(samples: readonly Sample[]): Slope[] {
  return CURVES.map(({ label, of }) => {
    const points = samples.map((sample): [number, number] => [sample.minutes / 60, of(sample)]);
    const values = points.map(([, y]) => y);
    return {
      label,
      whole: lineThrough(points)?.slope,
      later: lineThrough(points.slice(points.length >> 1))?.slope,
      least: Math.min(...values),
      most: Math.max(...values),
    };
  });
}
