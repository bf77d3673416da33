import type { Levels, SignalElsewhere } from './levels.ts';

/**
 * For exporters that see pods and may not ask the kubelets: the backend's pods are those that our own series name, in the
 * namespace that aggregated_api_info names.
 */
function ofBackendPods(levels: Levels, perPod: string): string {
  const api = levels.with('apiservice');
  const pods = levels.with('namespace', 'pod');
  const backend = `max by (${levels.with('apiservice', 'backend_pod')}) (aggregated_api_backend_restarts_total) * on (${api}) group_left (backend_namespace) max by (${levels.with('apiservice', 'backend_namespace')}) (aggregated_api_info)`;
  const named = `label_replace(label_replace(${backend} * 0 + 1, "pod", "$1", "backend_pod", "(.+)"), "namespace", "$1", "backend_namespace", "(.+)")`;
  return `max by (${api}) (${named} * on (${pods}) group_left () max by (${pods}) (${perPod}))`;
}

/** Without the series of whole pods and of the pause container. */
const CONTAINERS = 'container!="", container!="POD"';

export const CADVISOR_SIGNALS: readonly SignalElsewhere[] = [
  {
    signal: 'cpu-throttled',
    expr: (levels) => {
      const rate = (metric: string) =>
        `sum by (${levels.with('namespace', 'pod', 'container')}) (rate(${metric}{${CONTAINERS}}[${levels.rateWindow}]))`;
      return ofBackendPods(levels, `${rate('container_cpu_cfs_throttled_periods_total')} / ${rate('container_cpu_cfs_periods_total')}`);
    },
  },
  {
    signal: 'cpu-usage',
    expr: (levels) => {
      const containers = levels.with('namespace', 'pod', 'container');
      const used = `sum by (${containers}) (rate(container_cpu_usage_seconds_total{${CONTAINERS}}[${levels.rateWindow}]))`;
      const cores = `(max by (${containers}) (container_spec_cpu_quota{${CONTAINERS}}) / max by (${containers}) (container_spec_cpu_period{${CONTAINERS}}))`;
      return ofBackendPods(levels, `${used} / ${cores}`);
    },
  },
  {
    signal: 'memory-usage',
    expr: (levels) => {
      const containers = levels.with('namespace', 'pod', 'container');
      const used = `max by (${containers}) (container_memory_working_set_bytes{${CONTAINERS}})`;
      // 0 stands for no limit.
      return ofBackendPods(levels, `${used} / (max by (${containers}) (container_spec_memory_limit_bytes{${CONTAINERS}}) > 0)`);
    },
  },
];
