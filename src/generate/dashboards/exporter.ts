import type { GenerateOptions } from '../options.ts';
import { matchersOf, select } from './matchers.ts';
import type { DashboardSpec, PanelSpec } from './panel.ts';
import { PANELS, UIDS } from './panel-ids.ts';

/** Only the exporter's own process: others have process_… too. */
const OURS = 'aggregated_api_exporter_build_info';

export function exporterDashboard(options: GenerateOptions): DashboardSpec {
  const { clusters } = matchersOf(options);
  return {
    uid: UIDS.exporter,
    title: 'Aggregated APIs / Exporter',
    description: 'The exporter itself: what it sees, and what it costs.',
    variables: [],
    annotations: [],
    rows: [
      { title: 'What it sees', panels: [...sourcePanels(clusters), ...outputPanels(clusters)] },
      { title: 'What it costs', panels: costPanels(clusters) },
    ],
  };
}

function sourcePanels(clusters: string): PanelSpec[] {
  return [
    {
      id: PANELS.sources.panel,
      kind: 'state-timeline',
      title: 'Sources',
      description: 'Whether each source of observations answers. One that is switched off is not listed.',
      unit: 'none',
      width: 12,
      height: 12,
      states: [
        { value: 0, text: 'no answer', color: 'red' },
        { value: 1, text: 'ok', color: 'green' },
      ],
      targets: [{ expr: `max by (source) (${select('aggregated_api_exporter_source_up', clusters)})`, legend: '{{source}}' }],
    },
    {
      id: 2,
      kind: 'state-timeline',
      title: 'Missing rights',
      description: 'Sources that RBAC refuses. The status page names the rule that opens each.',
      unit: 'none',
      width: 12,
      height: 12,
      states: [
        { value: 0, text: 'granted', color: 'green' },
        { value: 1, text: 'forbidden', color: 'orange' },
      ],
      targets: [{ expr: `max by (source) (${select('aggregated_api_exporter_source_forbidden', clusters)})`, legend: '{{source}}' }],
    },
  ];
}

function outputPanels(clusters: string): PanelSpec[] {
  return [
    {
      id: 3,
      kind: 'stat',
      title: 'Age of the newest snapshot',
      description: 'Everything that is published comes from it. Normal is the diagnosis interval and the scrape interval together.',
      unit: 's',
      width: 8,
      height: 6,
      steps: [
        { from: null, color: 'green' },
        { from: 120, color: 'red' },
      ],
      targets: [
        { expr: `time() - min(${select('aggregated_api_exporter_last_tick_timestamp_seconds', clusters)})`, legend: 'age', instant: true },
      ],
    },
    {
      id: 4,
      kind: 'timeseries',
      title: 'Probes',
      description: 'Probes per second, by vantage.',
      unit: 'ops',
      width: 8,
      height: 6,
      min: 0,
      targets: [
        { expr: `sum by (vantage) (rate(${select('aggregated_api_probes_total', clusters)}[$__rate_interval]))`, legend: '{{vantage}}' },
      ],
    },
    {
      id: 5,
      kind: 'timeseries',
      title: 'Series dropped',
      description: 'Series over the cap of their family: raise limits.series_per_family when it is not 0.',
      unit: 'ops',
      width: 8,
      height: 6,
      min: 0,
      targets: [
        {
          expr: `sum by (family) (rate(${select('aggregated_api_exporter_series_dropped_total', clusters)}[$__rate_interval]))`,
          legend: '{{family}}',
        },
      ],
    },
  ];
}

function costPanels(clusters: string): PanelSpec[] {
  const own = (metric: string) => `${select(metric, clusters)} and on (instance, job) ${select(OURS, clusters)}`;
  return [
    {
      id: 6,
      kind: 'timeseries',
      title: 'Duration of a tick',
      description: 'Observing, diagnosing and publishing once: 99th percentile and median.',
      unit: 's',
      width: 8,
      height: 7,
      min: 0,
      targets: [0.99, 0.5].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(${select('aggregated_api_exporter_tick_duration_seconds_bucket', clusters)}[$__rate_interval])))`,
        legend: `p${quantile * 100}`,
      })),
    },
    {
      id: 7,
      kind: 'timeseries',
      title: 'Memory',
      description: 'Resident memory of the process.',
      unit: 'bytes',
      width: 8,
      height: 7,
      min: 0,
      targets: [{ expr: own('process_resident_memory_bytes'), legend: '{{instance}}' }],
    },
    {
      id: 8,
      kind: 'timeseries',
      title: 'CPU',
      description: 'Cores used by the process.',
      unit: 'short',
      width: 8,
      height: 7,
      min: 0,
      targets: [
        {
          expr: `rate(${select('process_cpu_seconds_total', clusters)}[$__rate_interval]) and on (instance, job) ${select(OURS, clusters)}`,
          legend: '{{instance}}',
        },
      ],
    },
  ];
}
