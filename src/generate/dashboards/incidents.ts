import { EXPORTER } from './exporter-links.ts';
import { select } from './matchers.ts';
import type { DashboardSpec, PanelSpec } from './panel.ts';

/**
 * Marks each incident from its begin to its end on every panel, by its cause and its id, with a link to its page; of one API, or of all.
 * Grafana fills in variables in a query only, and labels in a text only: so the query makes a label of the link. Where the variable holds no
 * address the label is the bare id.
 */
export function incidentAnnotation(matchers: string, level: string): DashboardSpec['annotations'][number] {
  const open = `max by (${level}, cause, incident) (${select('aggregated_api_incident', matchers)} == 1)`;
  const named = withLabel(open, 'link', '$1', ['incident', '(.+)']);
  const withPage = withLabel(named, 'page', `${EXPORTER}/incidents/$1`, ['incident', '(.+)']);
  return {
    name: 'Incidents',
    expr: withLabel(withPage, 'link', "<a href='$1' target='_blank'>$2</a>", ['page', '(https?://.+/incidents/(.+))']),
    title: '{{apiservice}}: {{cause}}',
    text: '{{link}}',
  };
}

function withLabel(vector: string, label: string, value: string, [source, pattern]: readonly [source: string, pattern: string]): string {
  return `label_replace(${vector}, "${label}", "${value}", "${source}", "${pattern}")`;
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
