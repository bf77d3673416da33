import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { containerKey } from './kubelet-metrics.ts';
import type { CurrentUsage } from './metrics-api.ts';

/** Prometheus's own lookback: four scrapes of half a minute must fit. */
const WINDOW = '5m';

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

function getJson(url: URL, { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, { headers: { accept: 'application/json' }, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    sent.on('error', (error) => reject(new Error(`Prometheus ${url.origin}: ${error.message}`)));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > 16 * 2 ** 20) response.destroy(new Error('the answer is larger than 16 MiB'));
        else chunks.push(chunk);
      });
      response.on('error', (error) => reject(new Error(`Prometheus ${url.origin}: ${error.message}`)));
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch {
          reject(new Error(`Prometheus ${url.origin}: ${response.statusCode} without JSON`));
        }
      });
    });
    sent.end();
  });
}
