import { labelOf } from '../exposition/labels.ts';
import { createExpositionScanner, type ExpositionScanner } from '../exposition/scanner.ts';
import type { ContainerUsage } from './usage.ts';

/** Keyed by `<namespace>/<pod>/<container>`. */
export type UsageByContainer = Map<string, ContainerUsage>;

export function containerKey(namespace: string, pod: string, container: string): string {
  return `${namespace}/${pod}/${container}`;
}

export function keyOf(pod: { readonly namespace: string; readonly name: string }, container: { readonly name: string }): string {
  return containerKey(pod.namespace, pod.name, container.name);
}

type Take = (usage: ContainerUsage, value: number, at: number) => void;

/** Names are the same in /metrics/cadvisor and /metrics/resource; the CFS families are in the former only. */
const TAKEN: ReadonlyMap<string, Take> = new Map(
  Object.entries<Take>({
    container_cpu_usage_seconds_total(usage, value, at) {
      usage.cpuSeconds = value;
      usage.cpuAt = at;
    },
    container_cpu_cfs_periods_total(usage, value) {
      usage.periods = value;
    },
    container_cpu_cfs_throttled_periods_total(usage, value) {
      usage.throttledPeriods = value;
    },
    container_memory_working_set_bytes(usage, value) {
      usage.memoryBytes = value;
    },
  }),
);

/** Reads a kubelet's exposition for the containers that are wanted; everything else on the node is none of our business. */
export function readKubeletMetrics(
  wanted: ReadonlySet<string>,
  now: number,
): { readonly scanner: ExpositionScanner; readonly usage: UsageByContainer } {
  const usage: UsageByContainer = new Map();
  const scanner = createExpositionScanner({
    wanted: [...TAKEN.keys()],
    typed: true,
    onSample(name, labels, value, timestamp) {
      const container = labelOf(labels, 'container');
      const pod = labelOf(labels, 'pod');
      const namespace = labelOf(labels, 'namespace');
      if (!container || !pod || !namespace || !Number.isFinite(value)) return;
      const key = containerKey(namespace, pod, container);
      if (!wanted.has(key)) return;
      const of = usage.get(key) ?? {};
      usage.set(key, of);
      TAKEN.get(name)?.(of, value, timestamp ?? now);
    },
  });
  return { scanner, usage };
}
