import type { GenerateOptions } from '../options.ts';
import { levelOf } from '../promql.ts';
import { SERIES } from '../series.ts';
import { PAGE_LINK } from './exporter-links.ts';
import { incidentAnnotation, incidentPanels } from './incidents.ts';
import { linkToApi, matchersOf, select } from './matchers.ts';
import { type DashboardSpec, type Link, OK_FAILING, type PanelSpec, SHARE_STEPS } from './panel.ts';
import { UIDS } from './panel-ids.ts';

export function fleetDashboard(options: GenerateOptions): DashboardSpec {
  const { clusters } = matchersOf(options);
  const link = linkToApi(options);
  const level = levelOf(options);
  return {
    uid: UIDS.fleet,
    title: 'Aggregated APIs / Fleet',
    description: 'All aggregated APIs: which ones fail, from which vantage, and why.',
    variables: [],
    annotations: [incidentAnnotation(clusters, level)],
    rows: [
      { title: 'Now', panels: nowPanels(clusters, link) },
      { title: 'API × vantage', panels: vantagePanels(clusters, level, link) },
      { title: 'Incidents', panels: incidentPanels(clusters, level) },
      { title: 'Speed and certificates', panels: foresightPanels(clusters, level, link) },
    ],
  };
}

function nowPanels(clusters: string, link: Link): PanelSpec[] {
  return [
    {
      id: 1,
      kind: 'stat',
      title: 'Aggregated APIs',
      description: 'APIServices that are served by a Service in the cluster. Those that the kube-apiserver serves itself are left out.',
      unit: 'none',
      width: 4,
      height: 5,
      targets: [{ expr: `count(${select(SERIES.known, clusters)})`, legend: 'APIs', instant: true }],
    },
    {
      id: 2,
      kind: 'stat',
      title: 'Failing now',
      description: 'APIs whose newest observation errs: the condition is not True, or a probe through the kube-apiserver failed.',
      unit: 'none',
      width: 4,
      height: 5,
      steps: [
        { from: null, color: 'green' },
        { from: 1, color: 'red' },
      ],
      targets: [{ expr: `sum(${select(SERIES.failing, clusters)})`, legend: 'failing', instant: true }],
    },
    {
      id: 3,
      kind: 'table',
      title: 'Verdicts',
      description: 'The most likely cause of each failing API, and how sure it is.',
      unit: 'percentunit',
      width: 16,
      height: 5,
      columns: { hide: ['Time'], rename: { apiservice: 'API', cause: 'Cause', category: 'Category', Value: 'Confidence' } },
      links: [link, PAGE_LINK],
      targets: [{ expr: select(SERIES.top, clusters), legend: '{{apiservice}}', instant: true }],
    },
  ];
}

function vantagePanels(clusters: string, level: string, link: Link): PanelSpec[] {
  return [
    {
      id: 4,
      kind: 'state-timeline',
      title: 'Failing',
      description: 'Each API through time.',
      unit: 'none',
      width: 24,
      height: 8,
      states: OK_FAILING,
      links: [link],
      targets: [{ expr: select(SERIES.failing, clusters), legend: '{{apiservice}}' }],
    },
    {
      id: 5,
      kind: 'state-timeline',
      title: 'Errors by API and vantage',
      description:
        'Share of our probes that failed within five minutes. An API that fails from `aggregator` only has a path that is blocked; one that fails from everywhere has a backend that is broken.',
      unit: 'percentunit',
      width: 24,
      height: 12,
      min: 0,
      max: 1,
      steps: SHARE_STEPS,
      links: [link],
      targets: [
        {
          expr: `max by (${level}, vantage) (${select('aggregated_api_error_ratio', clusters)})`,
          legend: '{{apiservice}} {{vantage}}',
        },
      ],
    },
  ];
}

function foresightPanels(clusters: string, level: string, link: Link): PanelSpec[] {
  return [
    {
      id: 6,
      kind: 'timeseries',
      title: 'Slowest answers',
      description: '90th percentile of the successful probes through the kube-apiserver, over ten minutes.',
      unit: 's',
      width: 12,
      height: 8,
      min: 0,
      links: [link],
      targets: [{ expr: select(SERIES.latency, clusters), legend: '{{apiservice}}' }],
    },
    {
      id: 7,
      kind: 'timeseries',
      title: 'Time left on certificates',
      description: 'Until the serving certificate of the backend expires, as our direct probes saw it.',
      unit: 's',
      width: 12,
      height: 8,
      links: [link],
      targets: [
        {
          expr: `min by (${level}) (${select('aggregated_api_backend_certificate_not_after_timestamp_seconds', clusters)}) - time()`,
          legend: '{{apiservice}}',
        },
      ],
    },
  ];
}
