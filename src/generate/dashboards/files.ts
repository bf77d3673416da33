import { printYaml } from '../formats/plain-rule.ts';
import { type Artifact, metadata } from '../formats/rule-formats.ts';
import type { GenerateOptions } from '../options.ts';
import type { Printed } from '../outputs.ts';
import { LINT_EXCLUSIONS } from './lint.ts';
import { dashboards } from './list.ts';
import { printDashboard } from './print.ts';

export const DASHBOARD_FORMATS = ['json', 'configmap'] as const;
export type DashboardFormat = (typeof DASHBOARD_FORMATS)[number];

export function printDashboardFiles(options: GenerateOptions, format: DashboardFormat): Printed {
  const folder = format === 'json' ? 'dashboards' : 'dashboards/configmap';
  const lint = format === 'json' ? [{ path: '.lint', content: LINT_EXCLUSIONS }] : [];
  const artifacts = [...dashboardFiles(options, format), ...lint].map(({ path, content }) => ({ path: `${folder}/${path}`, content }));
  return { artifacts, owned: [folder], notes: [] };
}

/** One file per dashboard: JSON, or a ConfigMap with it for Grafana's sidecar. */
function dashboardFiles(options: GenerateOptions, format: DashboardFormat): Artifact[] {
  return dashboards(options).map((spec) => {
    const json = printDashboard(spec, options);
    if (format === 'json') return { path: `${spec.uid}.json`, content: json };
    return {
      path: `${spec.uid}.yaml`,
      content: printYaml({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        // What the sidecar of kube-prometheus-stack looks for.
        metadata: {
          ...metadata(`${spec.uid}-dashboard`, options, { grafana_dashboard: '1' }),
          annotations: { grafana_folder: 'Aggregated APIs' },
        },
        data: { [`${spec.uid}.json`]: json },
      }),
    };
  });
}
