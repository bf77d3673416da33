import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PeerCertificate } from 'node:tls';
import type { Container, LogLine } from './container.ts';
import type { Kube } from './kube.ts';
import type { Kubelet } from './kubelet.ts';

/** How a kubelet treats those who ask for the figures of nodes and pods (/metrics/resource); logs and probes go on as ever. */
export type Manner =
  /** 401, as where it neither knows the caller's CA nor asks the kube-apiserver (`authentication.webhook.enabled: false`). */
  | { readonly does: 'knows nobody' }
  | { readonly does: 'hangs' }
  | { readonly does: 'delays'; readonly milliseconds: number }
  /** Answers 200 without what its container runtime tells: no family whose name begins so. */
  | { readonly does: 'omits'; readonly families: readonly string[] };

/** Who a verified client certificate says that its holder is. */
export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Of a certificate of the cluster's CA: its common name, and its organizations as groups. */
export function callerOf({ subject }: PeerCertificate): Caller {
  return { user: [subject.CN].flat().join(), groups: [subject.O ?? []].flat() };
}

/** The kubelet's HTTPS interface on :10250: container logs for the kube-apiserver, /metrics/resource and /metrics/cadvisor. */
export async function serveKubelet(
  kubelet: Kubelet,
  kube: Kube,
  call: IncomingMessage,
  answer: ServerResponse,
  certified: Caller | undefined,
): Promise<void> {
  const url = new URL(call.url ?? '/', 'https://kubelet');
  const manner = url.pathname === '/metrics/resource' ? kubelet.manner : undefined;
  if (manner?.does === 'hangs') return;
  if (manner?.does === 'delays') await sleep(manner.milliseconds);
  const refusal = manner?.does === 'knows nobody' ? 401 : await refuse(kube, certified, call.headers.authorization);
  if (refusal) {
    answer.writeHead(refusal).end(REFUSALS[refusal]);
    return;
  }
  const logs = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url.pathname);
  if (logs) serveLogs(kubelet.podNamed(logs[1]!, logs[2]!)?.container, url.searchParams, answer);
  else if (url.pathname === '/metrics/resource')
    answer
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      .end(resourceMetrics(kubelet, manner?.does === 'omits' ? manner.families : []));
  else if (url.pathname === '/metrics/cadvisor')
    answer.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(cadvisorMetrics(kubelet));
  else answer.writeHead(404).end('404 page not found');
}

/** The kubelet's answers to a caller that it does not serve: unknown, without the right, or it could not find out. */
const REFUSALS = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Authorization error' };

/**
 * A certificate or a TokenReview, and a SubjectAccessReview for both, as the real kubelet's webhook mode does. While the kube-apiserver is
 * away the first review fails as 401 and the second as 500 (kubelet 1.36, pkg/kubelet/server/server.go).
 */
async function refuse(
  kube: Kube,
  certified: Caller | undefined,
  authorization: string | undefined,
): Promise<keyof typeof REFUSALS | undefined> {
  const caller = certified ?? (await bearerOf(kube, authorization));
  if (!caller) return 401;
  const access = await kube
    .create('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: caller.user,
        groups: caller.groups,
        resourceAttributes: { verb: 'get', resource: 'nodes', subresource: 'metrics' },
      },
    })
    .catch(() => undefined);
  if (!access) return 500;
  return access.status.allowed ? undefined : 403;
}

async function bearerOf(kube: Kube, authorization: string | undefined): Promise<Caller | undefined> {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  if (!token) return undefined;
  const review = await kube
    .create('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token },
    })
    .catch(() => undefined);
  return review?.status.authenticated ? { user: review.status.user.username, groups: review.status.user.groups } : undefined;
}

function serveLogs(container: Container | undefined, query: URLSearchParams, answer: ServerResponse): void {
  if (!container) {
    answer.writeHead(404).end('container not found');
    return;
  }
  const print = (line: LogLine) => `${query.get('timestamps') === 'true' ? `${line.time} ` : ''}${line.text}\n`;
  const since = query.get('sinceTime');
  let lines = query.get('previous') === 'true' ? container.previous : container.lines;
  if (query.get('previous') === 'true' && lines.length === 0) {
    answer.writeHead(400).end(`previous terminated container "${container.name}" not found`);
    return;
  }
  if (since) lines = lines.filter((line) => Date.parse(line.time) >= Date.parse(since));
  const tail = query.get('tailLines');
  if (tail !== null) lines = Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  answer.writeHead(200, { 'content-type': 'text/plain' });
  answer.write(lines.map(print).join(''));
  if (query.get('follow') !== 'true' || query.get('previous') === 'true') {
    answer.end();
    return;
  }
  const stop = container.onLine((line) => answer.write(print(line)));
  // The real kubelet ends a follow when the container ends.
  const watch = setInterval(() => {
    if (!container.running) answer.end();
  }, 500);
  answer.on('close', () => {
    clearInterval(watch);
    stop();
  });
  answer.flushHeaders();
}

function resourceMetrics(kubelet: Kubelet, omitted: readonly string[]): string {
  const now = Date.now();
  const lines = [`node_cpu_usage_seconds_total ${process.cpuUsage().user / 1e6} ${now}`, `node_memory_working_set_bytes 1e9 ${now}`];
  for (const pod of kubelet.pods.values()) {
    const { namespace, name } = pod.object.metadata;
    const labels = `namespace="${namespace}",pod="${name}"`;
    const { container } = pod;
    if (!container.running) continue;
    lines.push(
      `container_cpu_usage_seconds_total{container="${container.name}",${labels}} ${container.cpuSeconds} ${now}`,
      `container_memory_working_set_bytes{container="${container.name}",${labels}} ${container.memory} ${now}`,
      `container_start_time_seconds{container="${container.name}",${labels}} ${Date.parse(container.startedAt!) / 1000}`,
      `pod_cpu_usage_seconds_total{${labels}} ${container.cpuSeconds} ${now}`,
      `pod_memory_working_set_bytes{${labels}} ${container.memory} ${now}`,
    );
  }
  const help = [
    'container_cpu_usage_seconds_total',
    'container_memory_working_set_bytes',
    'container_start_time_seconds',
    'node_cpu_usage_seconds_total',
    'node_memory_working_set_bytes',
    'pod_cpu_usage_seconds_total',
    'pod_memory_working_set_bytes',
  ];
  return grouped(
    help.filter((family) => !omitted.some((begin) => family.startsWith(begin))),
    lines,
  );
}

function cadvisorMetrics(kubelet: Kubelet): string {
  const lines: string[] = [];
  for (const pod of kubelet.pods.values()) {
    const { namespace, name } = pod.object.metadata;
    const { container } = pod;
    if (!container.running) continue;
    const labels = `container="${container.name}",id="/kubepods/${pod.object.metadata.uid}",image="",name="",namespace="${namespace}",pod="${name}"`;
    lines.push(
      `container_cpu_usage_seconds_total{${labels},cpu="total"} ${container.cpuSeconds}`,
      `container_cpu_cfs_periods_total{${labels}} ${container.cfsPeriods}`,
      `container_cpu_cfs_throttled_periods_total{${labels}} ${container.cfsThrottled}`,
      `container_memory_working_set_bytes{${labels}} ${container.memory}`,
    );
  }
  return grouped(
    [
      'container_cpu_usage_seconds_total',
      'container_cpu_cfs_periods_total',
      'container_cpu_cfs_throttled_periods_total',
      'container_memory_working_set_bytes',
    ],
    lines,
  );
}

function grouped(families: readonly string[], lines: readonly string[]): string {
  return families
    .map((family) =>
      [
        `# TYPE ${family} ${family.endsWith('_total') ? 'counter' : 'gauge'}`,
        ...lines.filter((line) => line.startsWith(`${family}{`) || line.startsWith(`${family} `)),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');
}
