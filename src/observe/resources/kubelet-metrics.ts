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

const CPU = 'container_cpu_usage_seconds_total';
/** What a dockershim called the container that holds the network of a pod. */
const SANDBOX = 'POD';

/** Names are the same in /metrics/cadvisor and /metrics/resource; the CFS families are in the former only. */
const TAKEN: ReadonlyMap<string, Take> = new Map(
  Object.entries<Take>({
    [CPU](usage, value, at) {
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

/** What a container has used of the CPU since its start. */
export interface CpuSample {
  readonly seconds: number;
  /** Unix milliseconds of the sample. */
  readonly at: number;
}

/** All containers of a node, by `<namespace>/<pod>/<container>`. */
export type CpuByContainer = Map<string, CpuSample>;

/** A kubelet runs 110 pods by default, and hardly more than 500. */
const MOST_CONTAINERS = 4_000;

export interface NodeUsage {
  /** Of the containers that are wanted. */
  readonly usage: UsageByContainer;
  /** Of all containers, as far as they are among the first 4,000. */
  readonly cpu: CpuByContainer;
}

/** Reads a kubelet's exposition for the containers that are wanted, and what each of the others takes of the node's CPU. */
export function readKubeletMetrics(wanted: ReadonlySet<string>, now: number): NodeUsage & { readonly scanner: ExpositionScanner } {
  const usage: UsageByContainer = new Map();
  const cpu: CpuByContainer = new Map();
  const scanner = createExpositionScanner({
    wanted: [...TAKEN.keys()],
    typed: true,
    onSample(name, labels, value, timestamp) {
      const container = labelOf(labels, 'container');
      const pod = labelOf(labels, 'pod');
      const namespace = labelOf(labels, 'namespace');
      if (!container || !pod || !namespace || !Number.isFinite(value)) return;
      const key = containerKey(namespace, pod, container);
      const at = timestamp ?? now;
      if (name === CPU && container !== SANDBOX && cpu.size < MOST_CONTAINERS) cpu.set(key, { seconds: value, at });
      if (!wanted.has(key)) return;
      const of = usage.get(key) ?? {};
      usage.set(key, of);
      TAKEN.get(name)?.(of, value, at);
    },
  });
  return { scanner, usage, cpu };
}
