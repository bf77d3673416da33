import type { GenerateOptions } from '../options.ts';
import { levelOf } from '../promql.ts';
import { SERIES } from '../series.ts';
import { INCIDENTS_LINK, PAGE_LINK, runbookLink } from './exporter-links.ts';
import { incidentAnnotation } from './incidents.ts';
import { countedIn, matchersOf, select } from './matchers.ts';
import { CONFIDENCE_STEPS, type DashboardSpec, OK_FAILING, type PanelSpec, SHARE_STEPS } from './panel.ts';
import { PANELS, UIDS } from './panel-ids.ts';

/** One API: the symptom, the cause and its evidence under each other on one time axis. */
export function oneApiDashboard(options: GenerateOptions): DashboardSpec {
  const { clusters, api } = matchersOf(options);
  const level = levelOf(options);
  return {
    uid: UIDS.api,
    title: 'Aggregated APIs / One API',
    description: 'One aggregated API: the symptom, the cause with its evidence, and the phases of the probes.',
    variables: [
      { name: 'apiservice', label: 'API', query: `label_values(${select('aggregated_api_info', clusters)}, apiservice)`, multi: false },
    ],
    annotations: [
      incidentAnnotation(api, level),
      {
        name: 'Verdict',
        expr: `${select(SERIES.verdict, api, 'cause!="unknown"')} unless on (${level}, cause) (${select(SERIES.verdict, api)} offset 1m)`,
        title: '{{cause}}',
      },
      {
        name: 'Change',
        expr: `changes(${select('aggregated_api_last_change_timestamp_seconds', api)}[1m]) > 0`,
        title: '{{what}} changed',
      },
    ],
    rows: [
      {
        title: 'Symptom, cause, evidence',
        panels: [statePanel(api, level), ...causePanels(api, level, options), patternPanel(api, level), impactPanel(api, level)],
      },
      { title: 'Probes', panels: [...failurePanels(api), ...durationPanels(api)] },
      { title: 'Backend', panels: [...podPanels(api), ...reportPanels(api), certificatePanel(api)] },
    ],
  };
}

function statePanel(api: string, level: string): PanelSpec {
  return {
    id: PANELS.failing.panel,
    kind: 'state-timeline',
    title: 'State',
    description: 'Whether the newest observation errs, and whether the alert AggregatedAPIDown holds the API for down.',
    unit: 'none',
    width: 24,
    height: 5,
    states: OK_FAILING,
    links: [PAGE_LINK, INCIDENTS_LINK],
    targets: [
      { expr: select(SERIES.failing, api), legend: 'observed' },
      { expr: select(SERIES.down, api), legend: 'alert: down' },
      { expr: `1 - min by (${level}) (${select('aggregated_api_available', api)})`, legend: 'condition Available' },
    ],
  };
}

function causePanels(api: string, level: string, options: GenerateOptions): PanelSpec[] {
  return [
    {
      id: PANELS.causes.panel,
      kind: 'state-timeline',
      title: 'Cause',
      description: 'Confidence of each cause that has evidence. Above 60 % the alert of the cause fires.',
      unit: 'percentunit',
      width: 24,
      height: 7,
      min: 0,
      max: 1,
      steps: CONFIDENCE_STEPS,
      links: [runbookLink(options)],
      targets: [{ expr: `${select(SERIES.confidence, api)} > 0.02`, legend: '{{cause}}' }],
    },
    {
      id: 6,
      kind: 'state-timeline',
      title: 'Evidence',
      description: 'Points of each piece of evidence of the causes above while it is met; negative ones speak against the cause.',
      unit: 'none',
      width: 24,
      height: 10,
      steps: [
        { from: null, color: 'orange' },
        { from: 0, color: 'transparent' },
        { from: 1, color: 'blue' },
        { from: 4, color: 'red' },
      ],
      targets: [
        {
          expr: `(${select(SERIES.evidence, api)} != 0) and on (${level}, cause) (${select(SERIES.confidence, api)} > 0.02)`,
          legend: '{{cause}}: {{evidence}}',
        },
      ],
    },
  ];
}

function patternPanel(api: string, level: string): PanelSpec {
  return {
    id: 7,
    kind: 'state-timeline',
    title: 'Pattern',
    description: 'How the failures of the last hour spread over time.',
    unit: 'none',
    width: 24,
    height: 5,
    states: [
      { value: 0, text: ' ', color: 'transparent' },
      { value: 1, text: 'current', color: 'blue' },
    ],
    targets: [{ expr: `max by (${level}, pattern) (${select('aggregated_api_failure_pattern', api)})`, legend: '{{pattern}}' }],
  };
}

function impactPanel(api: string, level: string): PanelSpec {
  return {
    id: 25,
    kind: 'timeseries',
    title: 'Who is hurt',
    description:
      'HPAs that cannot scale, namespaces that hang in their deletion, and others, counted while the API errs. A kind that may not be seen has no line.',
    unit: 'none',
    width: 24,
    height: 6,
    min: 0,
    targets: [{ expr: `max by (${level}, kind) (${select('aggregated_api_impact', api)})`, legend: '{{kind}}' }],
  };
}

function failurePanels(api: string): PanelSpec[] {
  return [
    {
      id: PANELS.errorRatio.panel,
      kind: 'timeseries',
      title: 'Errors by vantage',
      description: 'Share of our probes that failed within five minutes.',
      unit: 'percentunit',
      width: 12,
      height: 8,
      min: 0,
      max: 1,
      steps: SHARE_STEPS,
      targets: [{ expr: `max by (vantage) (${select('aggregated_api_error_ratio', api)})`, legend: '{{vantage}}' }],
    },
    {
      id: 8,
      kind: 'timeseries',
      title: 'Failures by reason',
      description: 'Failed probes in each interval, by vantage and reason. docs/probe-reasons.md says what each reason points to.',
      unit: 'none',
      width: 12,
      height: 8,
      min: 0,
      stacked: true,
      targets: [
        {
          expr: `sum by (vantage, reason) (${countedIn('aggregated_api_probe_failures_total', api)}) > 0`,
          legend: '{{vantage}} {{reason}}',
        },
      ],
    },
  ];
}

function durationPanels(api: string): PanelSpec[] {
  const buckets = `sum by (vantage, le) (rate(${select('aggregated_api_probe_duration_seconds_bucket', api)}[$__rate_interval]))`;
  return [
    {
      id: PANELS.latency.panel,
      kind: 'timeseries',
      title: 'Latency by vantage',
      description: '90th percentile and median of the successful probes.',
      unit: 's',
      width: 12,
      height: 8,
      min: 0,
      targets: [
        {
          expr: `histogram_quantile(0.9, ${buckets})`,
          legend: '{{vantage}} p90',
        },
        {
          expr: `histogram_quantile(0.5, ${buckets})`,
          legend: '{{vantage}} p50',
        },
      ],
    },
    {
      id: 9,
      kind: 'timeseries',
      title: 'Phases through the kube-apiserver and directly',
      description:
        'Where the time of the newest discovery probe went: resolve, connect, tls, response, transfer. Reused connections have only the last two.',
      unit: 's',
      width: 12,
      height: 8,
      min: 0,
      stacked: true,
      targets: [
        { expr: `max by (vantage, phase) (${select('aggregated_api_probe_phase_seconds', api)})`, legend: '{{vantage}} {{phase}}' },
      ],
    },
  ];
}

function podPanels(api: string): PanelSpec[] {
  return [
    {
      id: 10,
      kind: 'timeseries',
      title: 'Endpoints',
      description: 'Addresses in the EndpointSlices of the backend Service, by state.',
      unit: 'none',
      width: 8,
      height: 7,
      min: 0,
      targets: [{ expr: `max by (state) (${select('aggregated_api_backend_endpoints', api)})`, legend: '{{state}}' }],
    },
    {
      id: 11,
      kind: 'timeseries',
      title: 'Restarts',
      description: 'Restarts of the containers of the backend.',
      unit: 'none',
      width: 8,
      height: 7,
      min: 0,
      targets: [
        {
          expr: `max by (backend_pod, backend_container) (increase(${select('aggregated_api_backend_restarts_total', api)}[$__rate_interval]))`,
          legend: '{{backend_pod}} {{backend_container}}',
        },
      ],
    },
    {
      id: 12,
      kind: 'timeseries',
      title: 'Use of limits',
      description: 'Memory and CPU as a share of the limit, and the share of the time in which the CPU was throttled.',
      unit: 'percentunit',
      width: 8,
      height: 7,
      min: 0,
      targets: [
        { expr: `max by (backend_pod) (${select('aggregated_api_backend_memory_usage_ratio', api)})`, legend: '{{backend_pod}} memory' },
        { expr: `max by (backend_pod) (${select('aggregated_api_backend_cpu_usage_ratio', api)})`, legend: '{{backend_pod}} CPU' },
        {
          expr: `max by (backend_pod) (${select('aggregated_api_backend_cpu_throttled_ratio', api)})`,
          legend: '{{backend_pod}} throttled',
        },
      ],
    },
  ];
}

function reportPanels(api: string): PanelSpec[] {
  return [
    {
      id: 13,
      kind: 'timeseries',
      title: 'Events',
      description: 'Events about the APIService, its backend and the nodes that host it.',
      unit: 'none',
      width: 8,
      height: 7,
      min: 0,
      targets: [
        {
          // Each of several replicas counts them.
          expr: `sum by (reason) (max by (reason, object_kind) ${countedIn('aggregated_api_events_total', api)}) > 0`,
          legend: '{{reason}}',
        },
      ],
    },
    {
      id: 14,
      kind: 'timeseries',
      title: 'Log signatures',
      description: 'Lines of the backend whose signature is known. docs/signatures.md says what each one points to.',
      unit: 'none',
      width: 8,
      height: 7,
      min: 0,
      targets: [
        {
          expr: `max by (signature) ${countedIn('aggregated_api_log_matches_total', api)} > 0`,
          legend: '{{signature}}',
        },
      ],
    },
  ];
}

function certificatePanel(api: string): PanelSpec {
  return {
    id: PANELS.certificates.panel,
    kind: 'timeseries',
    title: 'Time left on certificates',
    description: 'Until the serving certificate expires, and the first certificate of the caBundle.',
    unit: 's',
    width: 8,
    height: 7,
    targets: [
      { expr: `min(${select('aggregated_api_backend_certificate_not_after_timestamp_seconds', api)}) - time()`, legend: 'serving' },
      { expr: `min(${select('aggregated_api_ca_bundle_not_after_timestamp_seconds', api)}) - time()`, legend: 'caBundle' },
    ],
  };
}
