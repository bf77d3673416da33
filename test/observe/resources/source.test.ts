import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../../src/domain/snapshot.ts';
import { createKubeClient } from '../../../src/kube/client.ts';
import { createAddressRules } from '../../../src/net/addresses.ts';
import { type ApiTarget, fixedTargets } from '../../../src/objects/targets.ts';
import { createResourceSource, type ResourceOptions } from '../../../src/observe/resources/source.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { type Authority, createAuthority } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubeServer, startKubeServer } from '../../support/kube-server.ts';
import { useLoopTime } from '../../support/virtual-time.ts';

useLoopTime();

const TARGET: ApiTarget = {
  name: 'v1.tides.example.com',
  group: 'tides.example.com',
  version: 'v1',
  backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
  insecureSkipTLSVerify: false,
  addresses: [],
  pods: [
    {
      namespace: 'harbour',
      name: 'tide-gauge-0',
      uid: 'u',
      node: 'node-a',
      hostNetwork: false,
      labels: {},
      ports: [],
      containers: [{ name: 'server', init: false, restarts: 0, running: true, limits: { cpuCores: 0.5, memoryBytes: 1000 } }],
    },
  ],
};
const METRICS_SERVER: ApiTarget = { ...TARGET, name: 'v1beta1.metrics.k8s.io', group: 'metrics.k8s.io', version: 'v1beta1' };
const NODE: NodeFacts = { name: 'node-a', ready: true, pressure: [], unschedulable: false, addresses: ['127.0.0.1'], cpus: 4 };

/** cAdvisor's text after `n` readings, ten seconds apart: 0.25 cores used, 30 of 100 periods throttled; a neighbour uses three. */
const cadvisor = (n: number) => {
  const of = 'container="server",namespace="harbour",pod="tide-gauge-0"';
  const at = 1_700_000_000_000 + n * 10_000;
  return `# TYPE container_cpu_cfs_periods_total counter
container_cpu_cfs_periods_total{${of}} ${n * 100} ${at}
# TYPE container_cpu_cfs_throttled_periods_total counter
container_cpu_cfs_throttled_periods_total{${of}} ${n * 30} ${at}
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="",namespace="harbour",pod="tide-gauge-0"} 99 ${at}
container_cpu_usage_seconds_total{${of}} ${n * 2.5} ${at}
container_cpu_usage_seconds_total{container="server",namespace="elsewhere",pod="tide-gauge-0"} 99 ${at}
container_cpu_usage_seconds_total{container="POD",namespace="batch",pod="report"} ${n * 99} ${at}
container_cpu_usage_seconds_total{container="main",namespace="batch",pod="report",cpu="total"} ${n * 30} ${at}
# TYPE container_memory_working_set_bytes gauge
container_memory_working_set_bytes{${of}} 800 ${at}
`;
};

let cluster: Authority;
let foreign: Authority;
beforeAll(async () => {
  [cluster, foreign] = await Promise.all([createAuthority({ name: 'cluster' }), createAuthority({ name: 'kubelet-self' })]);
});
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function kubelet(answer: Answer, { authority = cluster, ips = ['127.0.0.1'] } = {}): Promise<KubeServer> {
  const server = await startKubeServer(answer, {
    tls: { ...(await authority.issue({ names: ['node-a'], ips })), ca: cluster.cert, requestCert: true, rejectUnauthorized: false },
  });
  opened.push(() => server.stop());
  return server;
}

interface Setting {
  readonly kubelet?: KubeServer;
  readonly targets?: readonly ApiTarget[];
  readonly options?: ResourceOptions;
  /** Answers of the kube-apiserver; 404 unless given. */
  readonly apiserver?: Answer;
  readonly credentials?: 'token' | 'certificate';
  readonly nodes?: readonly NodeFacts[];
}

async function start(setting: Setting) {
  const apiserver = await startKubeServer(setting.apiserver ?? ((_, response) => void response.writeHead(404).end()), {
    tls: await cluster.issue({ names: ['kubernetes.default.svc'], ips: ['127.0.0.1'] }),
    credentials: (options) => {
      Object.assign(options, { ca: cluster.cert });
      if (setting.credentials === 'certificate') Object.assign(options, client);
      else options.headers = { ...options.headers, authorization: 'Bearer harbour-token' };
    },
  });
  const client = await cluster.issue({ names: ['exporter'], usage: 'client' });
  const kube = createKubeClient(apiserver.kubeConfig, { log: SILENT });
  const abort = new AbortController();
  opened.push(
    () => apiserver.stop(),
    () => kube.close(),
    () => abort.abort(),
  );
  const source = createResourceSource({
    client: kube,
    targets: fixedTargets(setting.targets ?? [TARGET]),
    nodes: () => setting.nodes ?? [NODE],
    clock: Date.now,
    log: SILENT,
    options: {
      intervalMs: 20,
      addresses: createAddressRules(['127.0.0.0/8']),
      ...(setting.kubelet && { kubeletPort: Number(new URL(setting.kubelet.url).port) }),
      ...setting.options,
    },
  });
  source.start(abort.signal);
  return {
    source,
    apiserver,
    facts: () => source.factsFor(TARGET.name),
    neighbours: () => source.neighboursOf(TARGET.name),
    status: () => source.status(Date.now()),
  };
}

/** Each reading of cAdvisor is ten seconds on. */
const advancing = (): Answer => {
  let readings = 0;
  return (request, response) => {
    if (request.url !== '/metrics/cadvisor') return void response.writeHead(404).end();
    response.end(cadvisor(readings++));
  };
};

describe('the kubelets', () => {
  it('tell throttling, CPU and memory as shares of the limits, from the second reading on', async () => {
    const { facts, status } = await start({ kubelet: await kubelet(advancing()), credentials: 'certificate' });
    await eventually(() => facts().state === 'observed');
    await eventually(() =>
      expect(facts()).toEqual({
        state: 'observed',
        value: [{ pod: 'tide-gauge-0', container: 'server', cpuThrottledRatio: 0.3, cpuUsageRatio: 0.5, memoryUsageRatio: 0.8 }],
      }),
    );
    // At this interval a machine that is busy makes a reading stale between two looks.
    await eventually(() => expect(status()).toMatchObject({ source: 'resources', state: 'ok' }));
  });

  it('tell what other pods take of the CPUs, from the second reading on', async () => {
    const { neighbours } = await start({ kubelet: await kubelet(advancing()), credentials: 'certificate' });
    expect(neighbours()).toEqual({ state: 'unobserved', why: 'not read yet' });
    await eventually(() =>
      expect(neighbours()).toEqual({
        state: 'observed',
        value: [{ node: 'node-a', cpus: 4, taken: 3, top: [{ object: 'batch/report', cpus: 3 }] }],
      }),
    );
  });

  it('are asked for /metrics/resource where cAdvisor is not there', async () => {
    const server = await kubelet((request, response) => {
      if (request.url === '/metrics/resource') response.end(cadvisor(1).replace(/.*cfs.*\n/g, ''));
      else response.writeHead(404).end();
    });
    const { facts } = await start({ kubelet: server, credentials: 'certificate' });
    await eventually(() => expect(facts()).toMatchObject({ value: [{ memoryUsageRatio: 0.8 }] }));
  });

  it('that refuse name the rule', async () => {
    const server = await kubelet((_, response) => void response.writeHead(403).end());
    const { facts, neighbours, status } = await start({ kubelet: server, credentials: 'certificate' });
    await eventually(() => expect(facts()).toEqual({ state: 'forbidden', rule: 'nodes/metrics: get' }));
    expect(neighbours()).toEqual({ state: 'forbidden', rule: 'nodes/metrics: get' });
    expect(status()).toMatchObject({ state: 'forbidden', rule: 'nodes/metrics: get' });
  });

  it('are not asked at loopback or metadata addresses', async () => {
    const server = await kubelet(advancing());
    const { status } = await start({ kubelet: server, credentials: 'certificate', options: { addresses: createAddressRules() } });
    await eventually(() => expect(status().message).toMatch(/loopback/));
    expect(server.connections).toBe(0);
  });

  it.each([
    ['does not run', false],
    ['they do not know yet', true],
  ])('leave nothing to ask elsewhere, or to complain about, for a container that %s', async (_, running) => {
    const pods = TARGET.pods.map((pod) => ({ ...pod, containers: pod.containers.map((container) => ({ ...container, running })) }));
    const { facts, status, apiserver } = await start({
      kubelet: await kubelet((__, response) => void response.end('# TYPE container_cpu_usage_seconds_total counter\n')),
      targets: [{ ...TARGET, pods }],
      credentials: 'certificate',
    });
    await eventually(() => expect(facts()).toEqual({ state: 'unobserved', why: 'no reading of its containers' }));
    expect(status().message).toBeUndefined();
    expect(apiserver.requests.some((request) => request.includes('metrics.k8s.io'))).toBe(running);
  });

  it('whose node is not known are not guessed', async () => {
    const { facts } = await start({ kubelet: await kubelet(advancing()), credentials: 'certificate', nodes: [] });
    await eventually(() => expect(facts()).toMatchObject({ state: 'forbidden' }));
  });
});

describe('our token', () => {
  const seen: (string | undefined)[] = [];
  const recording: Answer = (request, response) => {
    seen.push(request.headers.authorization);
    response.end(cadvisor(1));
  };

  it('goes to no kubelet unless that is switched on, however good its certificate is', async () => {
    const server = await kubelet(recording);
    const { status } = await start({ kubelet: server });
    await eventually(() => expect(status().message).toMatch(/sent to the kube-apiserver only/));
    expect(server.connections).toBe(0);
  });

  it('goes, when switched on, to a kubelet that the cluster’s CA vouches for', async () => {
    seen.length = 0;
    const { facts } = await start({ kubelet: await kubelet(recording), options: { kubeletToken: true } });
    await eventually(() => facts().state === 'observed');
    expect(seen[0]).toBe('Bearer harbour-token');
  });

  it.each([
    ['signed by somebody else', { authority: () => foreign, ips: ['127.0.0.1'] }],
    ['for another address', { authority: () => cluster, ips: ['192.0.2.1'] }],
  ])('goes to no kubelet whose certificate is %s: it gets no request at all', async (_, { authority, ips }) => {
    seen.length = 0;
    const server = await kubelet(recording, { authority: authority(), ips });
    const { facts, status } = await start({ kubelet: server, options: { kubeletToken: true } });
    await eventually(() => expect(status().message).toMatch(/does not vouch for/));
    expect(facts()).toMatchObject({ state: 'unobserved' });
    expect(server.requests).toEqual([]);
    expect(seen).toEqual([]);
  });
});

describe('metrics.k8s.io', () => {
  const podMetrics: Answer = (request, response) => {
    if (request.url !== '/apis/metrics.k8s.io/v1beta1/namespaces/harbour/pods') return void response.writeHead(404).end();
    response.end(
      JSON.stringify({
        items: [{ metadata: { name: 'tide-gauge-0' }, containers: [{ name: 'server', usage: { cpu: '250m', memory: '500' } }] }],
      }),
    );
  };

  it('is asked where no kubelet can be read', async () => {
    const { facts, neighbours } = await start({ apiserver: podMetrics });
    await eventually(() =>
      expect(facts()).toEqual({
        state: 'observed',
        value: [{ pod: 'tide-gauge-0', container: 'server', cpuUsageRatio: 0.5, memoryUsageRatio: 0.5 }],
      }),
    );
    // Whom else the node works for it does not say, and is not asked.
    expect(neighbours()).toEqual({ state: 'unobserved', why: expect.stringContaining('sent to the kube-apiserver only') as string });
  });

  it('is not asked about itself', async () => {
    const { source, apiserver } = await start({ apiserver: podMetrics, targets: [METRICS_SERVER] });
    await eventually(() => source.factsFor(METRICS_SERVER.name).state === 'unobserved' && source.status(Date.now()).state !== 'pending');
    expect(apiserver.requests).toEqual([]);
  });

  it('that refuses names the rule', async () => {
    const { facts } = await start({ apiserver: (_, response) => void response.writeHead(403).end() });
    await eventually(() => expect(facts()).toEqual({ state: 'forbidden', rule: 'metrics.k8s.io/pods: list' }));
  });

  it.each([
    '{"items": [{}]}',
    '{"items": 7}',
    'null',
    '{"items": [{"metadata": {"name": "tide-gauge-0"}, "containers": [{"name": "server"}]}]}',
    '<html>',
  ])('may answer %s', async (body) => {
    const { facts, status } = await start({ apiserver: (_, response) => void response.end(body) });
    await eventually(() => status().state !== 'pending');
    expect(JSON.stringify(facts())).not.toContain('Ratio');
  });
});

describe('a Prometheus', () => {
  async function prometheus(answer: (query: string) => unknown): Promise<string> {
    const server: Server = createServer((request, response) => {
      response.end(JSON.stringify(answer(new URL(request.url!, 'http://x').searchParams.get('query') ?? '')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push(() => new Promise((resolve) => server.close(resolve)));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/prom/`;
  }
  const sample = (value: string) => ({
    status: 'success',
    data: { result: [{ metric: { namespace: 'harbour', pod: 'tide-gauge-0', container: 'server' }, value: [0, value] }] },
  });

  it('is asked for the backend pods only, and knows throttling', async () => {
    const queries: string[] = [];
    const url = await prometheus((query) => {
      queries.push(query);
      return sample(query.includes('throttled') ? '0.4' : query.includes('memory') ? '900' : '0.1');
    });
    const { facts } = await start({ options: { prometheusUrl: url } });
    await eventually(() =>
      expect(facts()).toEqual({
        state: 'observed',
        value: [{ pod: 'tide-gauge-0', container: 'server', cpuThrottledRatio: 0.4, cpuUsageRatio: 0.2, memoryUsageRatio: 0.9 }],
      }),
    );
    expect(queries[0]).toContain(
      'container_cpu_cfs_throttled_periods_total{namespace=~"harbour",pod=~"tide-gauge-0",container!="",container!="POD"}[5m]',
    );
  });

  it('that refuses is named', async () => {
    const url = await prometheus(() => ({ status: 'error', error: 'query timed out' }));
    const { status } = await start({ options: { prometheusUrl: url } });
    await eventually(() => expect(status().message).toMatch(/query timed out/));
  });
});
