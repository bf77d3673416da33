import type { GenerateOptions } from '../options.ts';
import type { Link } from './panel.ts';
import { UIDS } from './panel-ids.ts';

/** Label matchers of the dashboard's variables. */
export interface Matchers {
  /** `cluster=~"$cluster"`; empty when there are no cluster labels. */
  readonly clusters: string;
  /** The clusters and one API. */
  readonly api: string;
}

export function matchersOf(options: GenerateOptions): Matchers {
  const clusters = options.clusterLabels.map((label) => `${label}=~"$${label}"`);
  return { clusters: clusters.join(', '), api: [...clusters, 'apiservice="$apiservice"'].join(', ') };
}

/** `metric{a="b", …}`, without braces when there is nothing to match. */
export function select(metric: string, ...matchers: readonly string[]): string {
  const given = matchers.filter((matcher) => matcher !== '');
  return given.length > 0 ? `${metric}{${given.join(', ')}}` : metric;
}

/** What was counted within an interval, its first event included: a series of these counters begins with that. */
export function countedIn(metric: string, ...matchers: readonly string[]): string {
  const series = select(metric, ...matchers);
  return `((${series} unless ${series} offset $__rate_interval) or increase(${series}[$__rate_interval]))`;
}

/** From a series with the label apiservice to the dashboard of that API. */
export function linkToApi(options: GenerateOptions): Link {
  const clusters = options.clusterLabels.map((label) => `var-${label}=\${__field.labels.${label}}&`).join('');
  return { title: 'This API', url: `/d/${UIDS.api}?${clusters}var-apiservice=\${__field.labels.apiservice}&\${__url_time_range}` };
}
