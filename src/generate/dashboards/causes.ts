import type { GenerateOptions } from '../options.ts';
import { levelOf } from '../promql.ts';
import { SERIES } from '../series.ts';
import { incidentAnnotation } from './incidents.ts';
import { linkToApi, matchersOf, select } from './matchers.ts';
import { CONFIDENCE_STEPS, type DashboardSpec, type Link, type PanelSpec } from './panel.ts';
import { UIDS } from './panel-ids.ts';

export function causesDashboard(options: GenerateOptions): DashboardSpec {
  const { clusters } = matchersOf(options);
  const level = levelOf(options);
  return {
    uid: UIDS.causes,
    title: 'Aggregated APIs / Causes',
    description: 'Why aggregated APIs fail, across the fleet.',
    variables: [],
    annotations: [incidentAnnotation(clusters, level)],
    rows: [
      { title: 'Causes', panels: causePanels(clusters, linkToApi(options)) },
      { title: 'Alerts and evidence', panels: evidencePanels(clusters, level) },
    ],
  };
}

function causePanels(clusters: string, link: Link): PanelSpec[] {
  return [
    {
      id: 1,
      kind: 'timeseries',
      title: 'Failing APIs by cause',
      description: 'One for each failing API, under its most likely cause.',
      unit: 'none',
      width: 12,
      height: 9,
      min: 0,
      stacked: true,
      targets: [{ expr: `count by (cause) (${select(SERIES.top, clusters)})`, legend: '{{cause}}' }],
    },
    {
      id: 2,
      kind: 'timeseries',
      title: 'Failing APIs by category',
      description: 'One for each failing API, under the category of its most likely cause.',
      unit: 'none',
      width: 12,
      height: 9,
      min: 0,
      stacked: true,
      targets: [{ expr: `count by (category) (${select(SERIES.top, clusters)})`, legend: '{{category}}' }],
    },
    {
      id: 3,
      kind: 'state-timeline',
      title: 'Cause of each API',
      description: 'Confidence of the most likely cause, while the API errs.',
      unit: 'percentunit',
      width: 24,
      height: 10,
      min: 0,
      max: 1,
      steps: CONFIDENCE_STEPS,
      links: [link],
      targets: [{ expr: select(SERIES.top, clusters), legend: '{{apiservice}}: {{cause}}' }],
    },
  ];
}

function evidencePanels(clusters: string, level: string): PanelSpec[] {
  return [
    {
      id: 4,
      kind: 'table',
      title: 'Firing alerts',
      description: 'Alerts about aggregated APIs that fire now.',
      unit: 'none',
      width: 12,
      height: 9,
      columns: { hide: ['Time', 'Value'], rename: { alertname: 'Alert', apiservice: 'API', cause: 'Cause', severity: 'Severity' } },
      targets: [
        {
          expr: `max by (${level}, alertname, cause, severity) (${select('ALERTS', clusters, 'alertname=~"AggregatedAPI.+"', 'alertstate="firing"')})`,
          legend: '{{alertname}}',
          instant: true,
        },
      ],
    },
    {
      id: 5,
      kind: 'table',
      title: 'Evidence that is met most',
      description: 'Pieces of evidence by the number of failing APIs for which they are met now.',
      unit: 'none',
      width: 12,
      height: 9,
      columns: { hide: ['Time'], rename: { cause: 'Cause', evidence: 'Evidence', Value: 'APIs' } },
      targets: [
        {
          expr: `sort_desc(count by (cause, evidence) ((${select(SERIES.evidence, clusters)} > 0) and on (${level}) (${select(SERIES.symptom, clusters)} == 1)))`,
          legend: '{{cause}} {{evidence}}',
          instant: true,
        },
      ],
    },
  ];
}
