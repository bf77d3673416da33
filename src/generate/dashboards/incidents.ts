import { select } from './matchers.ts';
import type { DashboardSpec, PanelSpec } from './panel.ts';

/** Marks each incident from its begin to its end on every panel, by its cause; of one API, or of all. */
export function incidentAnnotation(matchers: string, level: string): DashboardSpec['annotations'][number] {
  return {
    name: 'Incidents',
    expr: `max by (${level}, cause) (${select('aggregated_api_diagnosis', matchers)})`,
    text: '{{apiservice}}: {{cause}}',
  };
}

export function incidentPanels(clusters: string, level: string): PanelSpec[] {
  return [
    {
      id: 40,
      kind: 'timeseries',
      title: 'Incidents that ended',
      description:
        'By the cause that was held the longest. Each is counted a minute after its end, where failures come and go up to an hour after it.',
      unit: 'short',
      width: 12,
      height: 8,
      min: 0,
      stacked: true,
      targets: [
        {
          // Each of several replicas counts them.
          expr: `sum by (cause) (max by (${level}, cause) (increase(${select('aggregated_api_incidents_total', clusters)}[$__rate_interval])))`,
          legend: '{{cause}}',
        },
      ],
    },
    {
      id: 41,
      kind: 'timeseries',
      title: 'Time in incidents that ended',
      description: 'How long the incidents lasted that were counted then, in seconds, by API.',
      unit: 's',
      width: 12,
      height: 8,
      min: 0,
      targets: [
        {
          expr: `max by (${level}) (increase(${select('aggregated_api_incident_duration_seconds_sum', clusters)}[$__rate_interval]))`,
          legend: '{{apiservice}}',
        },
      ],
    },
  ];
}
