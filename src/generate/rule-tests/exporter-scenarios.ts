import { ESSENTIAL_SOURCES } from '../../domain/sources.ts';
import { SHARDS } from '../exporter-alerts.ts';
import type { GenerateOptions } from '../options.ts';
import type { AlertingRule } from '../rule-book.ts';
import { clusterOf, NEIGHBOUR, PATIENT, type Scenario } from './scenario.ts';

const STEP = 30;

/** The neighbour of these tests is another cluster, where one is named, and else another source or API. */
export function exporterScenarios(alerts: readonly AlertingRule[], options: GenerateOptions): Scenario[] {
  return alerts.flatMap((alert) => {
    switch (alert.alert) {
      case 'AggregatedAPIExporterDown':
        return [down(alert, options)];
      case 'AggregatedAPIExporterBlind':
        return alert.labels.severity === 'info'
          ? [blind(alert, options, 'logs')]
          : [blind(alert, options, ESSENTIAL_SOURCES[1]), blindFromTheStart(alert, options)];
      case 'AggregatedAPIExporterStale':
        return [stale(alert, options)];
      case 'AggregatedAPIExporterShardMissing':
        return [shardGone(alert, options), resized(alert, options)];
      default:
        return [];
    }
  });
}

/** Series end at 10:00 with the staleness that a failed scrape leaves; they are back at 30:00. */
function down(alert: AlertingRule, options: GenerateOptions): Scenario {
  const here = clusterOf(options.clusterLabels);
  const elsewhere = Object.fromEntries(Object.keys(here).map((label) => [label, 'lighthouse']));
  const metric = 'aggregated_api_exporter_build_info';
  return {
    alert,
    title: 'not scraped for twenty minutes',
    interval: STEP,
    series: [
      { metric, labels: { ...here, instance: '10.1.0.9:9944' }, values: '1x19 stale _x38 1x60' },
      ...(options.clusterLabels.length > 0 ? [{ metric, labels: { ...elsewhere, instance: '10.2.0.9:9944' }, values: '1x200' }] : []),
    ],
    checks: [
      { at: 600 },
      { at: 870 },
      { at: 900, firing: { labels: here, value: 1 } },
      { at: 1770, firing: { labels: here, value: 1 } },
      { at: 1920 },
    ],
  };
}

function blind(alert: AlertingRule, options: GenerateOptions, source: string): Scenario {
  const here = clusterOf(options.clusterLabels);
  const metric = 'aggregated_api_exporter_source_up';
  const after = 600 + (alert.for ?? 0);
  const firing = { labels: { ...here, source }, value: 0 };
  return {
    alert,
    title: `no answer from ${source}`,
    interval: STEP,
    series: [
      { metric, labels: { ...here, source }, values: `1x19 0x80 1x60` },
      { metric, labels: { ...here, source: 'pods' }, values: '1x200' },
    ],
    checks: [{ at: 570 }, { at: after - STEP }, { at: after, firing }, { at: 3000, firing }, { at: 3180 }],
  };
}

/** The exporter starts at 5:00 and its first list never succeeds: pending, then failed, and no series of any API. */
function blindFromTheStart(alert: AlertingRule, options: GenerateOptions): Scenario {
  const here = clusterOf(options.clusterLabels);
  const source = ESSENTIAL_SOURCES[0];
  const after = 300 + (alert.for ?? 0);
  const firing = { labels: { ...here, source }, value: 0 };
  return {
    alert,
    title: `no answer from ${source} since the start`,
    interval: STEP,
    series: [
      { metric: 'aggregated_api_exporter_source_up', labels: { ...here, source }, values: '_x10 0x190' },
      { metric: 'aggregated_api_exporter_source_up', labels: { ...here, source: 'pods' }, values: '_x10 0x190' },
    ],
    checks: [{ at: 270 }, { at: after - STEP }, { at: after, firing }, { at: 1800, firing }],
  };
}

const shardSeries = (labels: Readonly<Record<string, string>>, shard: string, values: string) => ({
  metric: SHARDS,
  labels: { ...labels, shard },
  values,
});

/** Of three, each with two replicas, one loses a replica at 5:00 and the other at 10:00; another cluster has all of its two. */
function shardGone(alert: AlertingRule, options: GenerateOptions): Scenario {
  const here = clusterOf(options.clusterLabels);
  const elsewhere = Object.fromEntries(Object.keys(here).map((label) => [label, 'lighthouse']));
  const replica = (instance: string) => ({ ...here, instance });
  const firing = { labels: here, value: 3 };
  return {
    alert,
    title: 'a shard that is gone for twenty minutes',
    interval: STEP,
    series: [
      shardSeries(replica('10.1.0.7:9944'), '0', '3x200'),
      shardSeries(replica('10.1.0.8:9944'), '1', '3x200'),
      shardSeries(replica('10.1.0.9:9944'), '2', '3x9 stale'),
      shardSeries(replica('10.1.1.9:9944'), '2', '3x19 stale _x38 3x60'),
      ...(options.clusterLabels.length > 0 ? [shardSeries(elsewhere, '0', '2x200'), shardSeries(elsewhere, '1', '2x200')] : []),
    ],
    checks: [{ at: 600 }, { at: 870 }, { at: 900, firing }, { at: 1770, firing }, { at: 1920 }],
  };
}

/** The second of two never hears that there are three now. */
function resized(alert: AlertingRule, options: GenerateOptions): Scenario {
  const here = clusterOf(options.clusterLabels);
  const firing = { labels: here, value: 3 };
  return {
    alert,
    title: 'shards that count another number of shards',
    interval: STEP,
    series: [shardSeries(here, '0', '2x19 3x180'), shardSeries(here, '1', '2x200'), shardSeries(here, '2', '_x20 3x180')],
    checks: [{ at: 600 }, { at: 870 }, { at: 900, firing }],
  };
}

/** The last probe begins at 10:00 and none follows until 20:00. */
function stale(alert: AlertingRule, options: GenerateOptions): Scenario {
  const here = clusterOf(options.clusterLabels);
  const metric = 'aggregated_api_last_probe_timestamp_seconds';
  const series = (apiservice: string, values: string) => ({ metric, labels: { ...here, apiservice, vantage: 'aggregator' }, values });
  const labels = { ...here, apiservice: PATIENT };
  return {
    alert,
    title: 'no probe for ten minutes',
    interval: STEP,
    series: [series(PATIENT, '0+30x20 600x19 1200+30x60'), series(NEIGHBOUR, '0+30x200')],
    checks: [
      { at: 900 },
      { at: 1020 },
      { at: 1050, firing: { labels, value: 450 } },
      { at: 1170, firing: { labels, value: 570 } },
      { at: 1380 },
    ],
  };
}
