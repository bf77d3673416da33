import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { KeyPair } from '../certificates.ts';
import { type Authorizer, refusal } from '../control-plane/authorization.ts';
import { createExposition } from '../control-plane/exposition.ts';
import { ANONYMOUS, type Tokens } from '../control-plane/identities.ts';
import { send, sendText } from '../control-plane/responses.ts';
import type { Listener } from '../network/listener.ts';
import type { Network } from '../network/network.ts';
import type { Usage } from './usage.ts';

/** A container that runs on the node. */
export interface Measured {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly usage: Usage;
}

export interface KubeletServer {
  readonly listener: Listener;
}

const PORT = 10250;

/** The kubelet's own HTTPS port: /metrics/cadvisor and /metrics/resource for whoever may get nodes/metrics. */
export async function createKubeletServer(options: {
  network: Network;
  /** The node's address, where it has one already. */
  host: string | undefined;
  certificateFor: (host: string) => Promise<KeyPair>;
  tokens: Tokens;
  authorizer: Authorizer;
  node: string;
  measured: () => readonly Measured[];
}): Promise<KubeletServer> {
  const { network, tokens, authorizer, node, measured } = options;
  let server: Server | undefined;
  const listener = await network.listen('node', PORT, (socket) => server?.emit('connection', socket), options.host);
  const certificate = await options.certificateFor(listener.host);
  server = createServer({ ...certificate, keepAliveTimeout: 90_000 }, (request, response) => {
    const path = new URL(request.url ?? '/', 'https://kubelet').pathname;
    if (!admitted(request, response)) return;
    if (path === '/metrics/cadvisor') sendMetrics(response, cadvisor(measured()));
    else if (path === '/metrics/resource') sendMetrics(response, resource(measured()));
    else if (path === '/metrics')
      sendMetrics(
        response,
        '# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox\n# TYPE kubelet_running_pods gauge\n',
      );
    else sendText(response, 404, '404 page not found');
  });
  server.on('tlsClientError', () => {});

  function admitted(request: IncomingMessage, response: ServerResponse): boolean {
    const header = request.headers.authorization;
    const user = header === undefined ? ANONYMOUS : tokens.userOf(/^Bearer (.+)$/.exec(header)?.[1] ?? '');
    if (!user || user === ANONYMOUS) {
      sendText(response, 401, 'Unauthorized');
      return false;
    }
    const wanted = { verb: 'get', group: '', resource: 'nodes/metrics', name: node };
    if (authorizer.allows(user, wanted)) return true;
    sendText(response, 403, `Forbidden (user=${user.name}, verb=get, resource=nodes, subresource(s)=[metrics]): ${refusal(user, wanted)}`);
    return false;
  }

  return { listener };
}

function sendMetrics(response: ServerResponse, text: string): void {
  send(response, 200, text, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
}

const CADVISOR: readonly (readonly [name: string, type: 'counter' | 'gauge', help: string, value: (usage: Usage) => number])[] = [
  ['container_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed in seconds.', (usage) => usage.cpuSeconds.value],
  [
    'container_cpu_cfs_periods_total',
    'counter',
    'Number of elapsed enforcement period intervals.',
    (usage) => Math.floor(usage.periods.value),
  ],
  [
    'container_cpu_cfs_throttled_periods_total',
    'counter',
    'Number of throttled period intervals.',
    (usage) => Math.floor(usage.throttledPeriods.value),
  ],
  [
    'container_cpu_cfs_throttled_seconds_total',
    'counter',
    'Total time duration the container has been throttled.',
    (usage) => usage.throttledSeconds.value,
  ],
  ['container_memory_working_set_bytes', 'gauge', 'Current working set in bytes.', (usage) => usage.workingSetBytes],
  ['container_memory_rss', 'gauge', 'Size of RSS in bytes.', (usage) => Math.round(usage.workingSetBytes * 0.9)],
  ['container_memory_failcnt', 'counter', 'Number of memory usage hits limits', (usage) => usage.oomEvents],
  ['container_oom_events_total', 'counter', 'Count of out of memory events observed for the container', (usage) => usage.oomEvents],
  ['container_spec_memory_limit_bytes', 'gauge', 'Memory limit for the container.', (usage) => usage.memoryLimitBytes],
  ['container_spec_cpu_period', 'gauge', 'CPU period of the container.', () => 100_000],
  ['container_spec_cpu_quota', 'gauge', 'CPU quota of the container.', (usage) => usage.cpuLimitCores * 100_000],
  ['container_start_time_seconds', 'gauge', 'Start time of the container since unix epoch in seconds.', (usage) => usage.startedAt / 1000],
];

function cadvisor(containers: readonly Measured[]): string {
  const out = createExposition();
  for (const [name, type, help, value] of CADVISOR) {
    out.family(name, type, help);
    for (const { namespace, pod, container, usage } of containers) {
      const id = `/kubepods.slice/kubepods-burstable.slice/${pod}/${container}`;
      out.sample(
        name,
        { container, id, image: `registry.example/${container}:1`, name: `${pod}-${container}`, namespace, pod },
        value(usage),
      );
    }
  }
  return out.text();
}

function resource(containers: readonly Measured[]): string {
  const out = createExposition();
  out.family('container_cpu_usage_seconds_total', 'counter', '[STABLE] Cumulative cpu time consumed by the container in core-seconds');
  for (const { namespace, pod, container, usage } of containers)
    out.sample('container_cpu_usage_seconds_total', { container, namespace, pod }, usage.cpuSeconds.value);
  out.family('container_memory_working_set_bytes', 'gauge', '[STABLE] Current working set of the container in bytes');
  for (const { namespace, pod, container, usage } of containers)
    out.sample('container_memory_working_set_bytes', { container, namespace, pod }, usage.workingSetBytes);
  out.family('resource_scrape_error', 'gauge', '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise');
  out.sample('resource_scrape_error', {}, 0);
  return out.text();
}
