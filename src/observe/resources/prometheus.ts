import { endpointOf, getText } from '../../net/get.ts';
import { containerKey } from './kubelet-metrics.ts';
import type { CurrentUsage } from './metrics-api.ts';

/** Prometheus's own lookback: four scrapes of half a minute must fit. */
const WINDOW = '5m';
const MAX_BYTES = 16 * 2 ** 20;

/** One query per fact; the selector is put where `$` stands. */
const QUERIES: Readonly<Record<keyof CurrentUsage, string>> = {
  throttled: `sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total{$}[${WINDOW}])) / sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total{$}[${WINDOW}]))`,
  cpuCores: `sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{$}[${WINDOW}]))`,
  memoryBytes: 'max by (namespace, pod, container) (container_memory_working_set_bytes{$})',
};

export interface PrometheusPod {
  readonly namespace: string;
  readonly name: string;
}

/** What a Prometheus that scrapes cAdvisor knows of these pods. No credentials are sent. Rejects when it does not answer. */
export async function readPrometheus(
  url: URL,
  pods: readonly PrometheusPod[],
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, CurrentUsage>> {
  const usage = new Map<string, CurrentUsage>();
  if (pods.length === 0) return usage;
  const selector = selectorOf(pods);
  for (const [field, query] of Object.entries(QUERIES)) {
    const answer = await getJson(
      queryUrl(
        url,
        query.replaceAll('$', () => selector),
      ),
      options,
    );
    for (const { metric, value } of samplesOf(answer)) {
      const number = Number(value);
      if (!Number.isFinite(number)) continue;
      const key = containerKey(metric.namespace ?? '', metric.pod ?? '', metric.container ?? '');
      usage.set(key, { ...usage.get(key), [field]: number });
    }
  }
  return usage;
}

/** Anchored as Prometheus anchors; names of pods hold letters, digits, dashes and dots only, of which the dot is escaped. */
function selectorOf(pods: readonly PrometheusPod[]): string {
  const any = (names: readonly string[]) => [...new Set(names)].map((name) => name.replace(/[^A-Za-z0-9-]/g, (c) => `\\\\${c}`)).join('|');
  return `namespace=~"${any(pods.map((pod) => pod.namespace))}",pod=~"${any(pods.map((pod) => pod.name))}",container!="",container!="POD"`;
}

function queryUrl(base: URL, query: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/query`;
  url.search = new URLSearchParams({ query }).toString();
  return url;
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: string;
}

function samplesOf(answer: unknown): Sample[] {
  const { status, error, data } = (answer ?? {}) as { status?: string; error?: string; data?: { result?: unknown } };
  if (status !== 'success') throw new Error(`Prometheus refuses the query: ${error ?? 'no reason given'}`);
  const result = Array.isArray(data?.result) ? (data.result as { metric?: Record<string, string>; value?: unknown[] }[]) : [];
  return result.map(({ metric, value }) => ({ metric: metric ?? {}, value: String(value?.[1]) }));
}

async function getJson(url: URL, { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<unknown> {
  const failed = (why: string): Error => new Error(`Prometheus ${url.origin}: ${why}`);
  const request = {
    ...endpointOf(url),
    path: `${url.pathname}${url.search}`,
    headers: { accept: 'application/json' },

    timeoutMs,
    maxBytes: MAX_BYTES,
    signal,
  };
  const { status, text } = await getText(request).catch((error: Error) => Promise.reject(failed(error.message)));
  try {
    return JSON.parse(text);
  } catch {
    throw failed(`${status} without JSON`);
  }
}
