import type { GenerateOptions } from '../options.ts';
import { printSelector } from '../verify/selectors.ts';

/** Which API is explained: its name, and what tells its cluster from others. */
export interface Where {
  readonly apiservice: string;
  readonly cluster: Readonly<Record<string, string>>;
}

/** The series of a metric that are of that API. @param more labels that must have these values. */
export function seriesOf(metric: string, { apiservice, cluster }: Where, more: Readonly<Record<string, string>> = {}): string {
  const labels = { ...cluster, apiservice, ...more };
  return printSelector(
    metric,
    Object.entries(labels).map(([label, value]) => ({ label, operator: '=' as const, value })),
  );
}

/** The labels of a series that say which cluster it is of; those that it lacks are empty, which selects series without them. */
export function clusterOf(
  labels: Readonly<Record<string, string>>,
  { clusterLabels }: Pick<GenerateOptions, 'clusterLabels'>,
): Record<string, string> {
  return Object.fromEntries(clusterLabels.map((label) => [label, labels[label] ?? '']));
}

/** `on cluster harbour`, as alerts say it; empty where there is no such label. */
export function inWords(cluster: Where['cluster']): string {
  return Object.entries(cluster)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => ` on ${label} ${value}`)
    .join('');
}
