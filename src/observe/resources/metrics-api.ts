import type { KubeClient } from '../../kube/api.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { type Right, ruleOf } from '../../source/right.ts';
import { containerKey } from './kubelet-metrics.ts';

export const LIST_POD_METRICS: Right = { group: 'metrics.k8s.io', resources: ['pods'], verbs: ['list'] };
export const METRICS_API_RULE = ruleOf(LIST_POD_METRICS);

export interface CurrentUsage {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly throttled?: number;
}

export type MetricsApiAnswer =
  | { readonly state: 'read'; readonly usage: ReadonlyMap<string, CurrentUsage> }
  | { readonly state: 'forbidden' | 'unauthorised' | 'failed'; readonly message: string };

/** CPU and memory of a namespace's containers from metrics.k8s.io. It is an aggregated API itself: often the patient. */
export async function readMetricsApi(client: KubeClient, namespace: string, signal: AbortSignal): Promise<MetricsApiAnswer> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`;
  try {
    const { status, body } = await client.request(path, { timeoutMs: 10_000, maxBytes: 16 * 2 ** 20, signal });
    if (status === 401) return { state: 'unauthorised', message: `GET ${path}: 401` };
    if (status === 403) return { state: 'forbidden', message: `GET ${path}: 403` };
    if (status !== 200) return { state: 'failed', message: `GET ${path}: ${status}` };
    return { state: 'read', usage: usageOf(JSON.parse(body.toString('utf8')), namespace) };
  } catch (error) {
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

interface PodMetricsList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly containers?: readonly { readonly name?: string; readonly usage?: ContainerMetrics }[];
  }[];
}

interface ContainerMetrics {
  readonly cpu?: unknown;
  readonly memory?: unknown;
}

function usageOf(list: unknown, namespace: string): ReadonlyMap<string, CurrentUsage> {
  const usage = new Map<string, CurrentUsage>();
  const { items } = (list ?? {}) as PodMetricsList;
  for (const item of Array.isArray(items) ? (items as NonNullable<PodMetricsList['items']>) : [])
    for (const container of item?.containers ?? [])
      usage.set(containerKey(namespace, item.metadata?.name ?? '', container.name ?? ''), usageOfContainer(container.usage));
  return usage;
}

function usageOfContainer(metrics: ContainerMetrics | undefined): CurrentUsage {
  const cpuCores = parseQuantity(metrics?.cpu);
  const memoryBytes = parseQuantity(metrics?.memory);
  return { ...(cpuCores !== undefined && { cpuCores }), ...(memoryBytes !== undefined && { memoryBytes }) };
}
