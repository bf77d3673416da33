import { ESSENTIAL_SOURCES } from '../domain/sources.ts';
import { dashboardUrl, onCluster, runbookUrl, statusUrl } from './annotations.ts';
import { PANELS } from './dashboards/panel-ids.ts';
import { alertPage } from './names.ts';
import type { GenerateOptions } from './options.ts';
import { levelOf } from './promql.ts';
import type { AlertingRule, RuleGroup } from './rule-book.ts';

/**
 * Nobody is told of what is normal: nearly every backend refuses our anonymous requests, and should; ConfigMaps of the backends'
 * namespaces may be read only where somebody chose to grant it. The page names both.
 */
const REFUSED_BY_MOST = ['backend-metrics', 'config-maps'] as const;

/** One series for each shard that sees its APIs: how many there are. */
export const SHARDS = 'aggregated_api_exporter_shards';

/** Who watches the watchman: silence of the exporter must not read as health. */
export function exporterGroup(options: GenerateOptions): RuleGroup {
  return {
    name: 'aggregated-api-exporter',
    says: 'The watch on the exporter itself: its silence must not read as health.',
    interval: options.scrapeInterval,
    rules: [down(options), blind('warning', '=~', 600, options), blind('info', '!~', 1800, options), stale(options), shardMissing(options)],
  };
}

function by(labels: readonly string[]): string {
  return labels.length > 0 ? ` by (${labels.join(', ')})` : '';
}

function down(options: GenerateOptions): AlertingRule {
  const clusters = by(options.clusterLabels);
  const before = `max${clusters} (present_over_time(aggregated_api_exporter_build_info[6h]))`;
  const on = `on (${options.clusterLabels.join(', ')})`;
  return exporterAlert('AggregatedAPIExporterDown', 'warning', options, {
    for: 300,
    // A cluster that was seen in the last hours, or none at all: absent() alone cannot say which cluster went silent.
    expr: `(${before} unless ${on} max${clusters} (aggregated_api_exporter_build_info))\nor\n(absent(aggregated_api_exporter_build_info) unless on () ${before})`,
    says: 'A cluster whose exporter was scraped within six hours is not for five minutes.',
    summary: 'The exporter that diagnoses aggregated APIs is not scraped.',
    description: `aggregated-api-exporter${onCluster(options)} gives no series: it is down, or Prometheus does not reach it. Failures of aggregated APIs are not seen now.`,
  });
}

function blind(severity: 'warning' | 'info', operator: '=~' | '!~', seconds: number, options: GenerateOptions): AlertingRule {
  const essential = severity === 'warning';
  const sources = essential ? ESSENTIAL_SOURCES : [...ESSENTIAL_SOURCES, ...REFUSED_BY_MOST];
  return exporterAlert('AggregatedAPIExporterBlind', severity, options, {
    for: seconds,
    expr: `max${by([...options.clusterLabels, 'source'])} (aggregated_api_exporter_source_up{source${operator}"${sources.join('|')}"}) == 0`,
    page: 'top',
    says: essential
      ? 'A source that nothing can be diagnosed without gives no answer for ten minutes.'
      : 'Another source gives no answer for half an hour.',
    summary: essential ? 'The exporter cannot see aggregated APIs.' : 'The exporter lacks a source of observations.',
    description: `aggregated-api-exporter${onCluster(options)} cannot read {{ $labels.source }}: it is forbidden, refused our credentials, stale or failing. ${
      essential
        ? 'Nothing is diagnosed without it.'
        : 'Diagnoses are less sure without it. Grant the right, or disable the source in the configuration.'
    }`,
  });
}

function stale(options: GenerateOptions): AlertingRule {
  return exporterAlert('AggregatedAPIExporterStale', 'warning', options, {
    for: 120,
    expr: `time() - max by (${levelOf(options)}) (aggregated_api_last_probe_timestamp_seconds{vantage="aggregator"}) > 300`,
    page: 'api',
    says: 'No probe of an API has begun for five minutes.',
    summary: 'The exporter no longer probes an aggregated API.',
    description: `The last probe of {{ $labels.apiservice }}${onCluster(options)} through the kube-apiserver began {{ $value | humanizeDuration }} ago. What the exporter says about it is out of date.`,
  });
}

/** One that is there and sees nothing has no series either. Of two numbers of shards neither leaves every API to exactly one. */
function shardMissing(options: GenerateOptions): AlertingRule {
  const clusters = by(options.clusterLabels);
  const most = `max${clusters} (${SHARDS})`;
  return exporterAlert('AggregatedAPIExporterShardMissing', 'warning', options, {
    for: 300,
    expr: `${most} > count${clusters} (count${by([...options.clusterLabels, 'shard'])} (${SHARDS}))\nor\n${most} > min${clusters} (${SHARDS})`,
    page: 'top',
    says: 'Of the shards that share the APIs out one is missing, or two of them count another number of shards, for five minutes.',
    summary: 'Some aggregated APIs are watched by no exporter.',
    description: `The APIs${onCluster(options)} are shared out among {{ $value }} shards of aggregated-api-exporter, and one of these is not scraped, does not see its APIs, or was told another number of shards. APIs that fall to it are not watched now.`,
  });
}

interface Particulars {
  /** Seconds for which it must hold. */
  readonly for: number;
  readonly expr: string;
  readonly says: string;
  readonly summary: string;
  readonly description: string;
  /** What to open of the exporter; absent where the exporter itself does not answer. */
  readonly page?: 'top' | 'api';
}

function exporterAlert(alert: string, severity: string, options: GenerateOptions, particulars: Particulars): AlertingRule {
  return {
    kind: 'alert',
    alert,
    says: particulars.says,
    expr: particulars.expr,
    for: particulars.for,
    keepFiringFor: 120,
    labels: { severity, ...options.labels },
    annotations: {
      summary: particulars.summary,
      description: particulars.description,
      ...(particulars.page === undefined ? {} : { status_url: statusUrl(options, particulars.page === 'api') }),
      runbook_url: runbookUrl(alertPage(alert), options),
      dashboard_url: dashboardUrl(PANELS.sources, options, false),
    },
  };
}
