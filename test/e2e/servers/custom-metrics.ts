import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { Cluster } from '../cluster/harness/cluster.ts';
import { until } from '../cluster/harness/process.ts';
import type { AggregatedServer } from '../cluster/harness/workloads.ts';
import type { Server, ServerFault } from './server.ts';
import { asAdapter, CLIENTS, grant, issueServing, ready, restart, serve } from './support/adapter.ts';

const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
const PORT = 6444;
/** Where metrics are written to it, by anybody. */
const WRITE_PORT = 8080;
const METRIC = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/tides/services/tide-gauge/tide_level';

export const CUSTOM_METRICS: Server = {
  id: 'custom-metrics',
  title: "custom-metrics-apiserver v1.37.0's test adapter",
  lay() {
    const bin = execFileSync(BUILD, ['custom-metrics-adapter'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
    const cluster = new Cluster();
    const server = adapterOf(cluster);
    issueServing(cluster, server);
    cluster.images.set(server.image, ({ ip, kubeconfig, args }) =>
      asAdapter(
        join(bin, 'custom-metrics-adapter'),
        ...[`--lister-kubeconfig=${kubeconfig}`, `--authentication-kubeconfig=${kubeconfig}`, `--authorization-kubeconfig=${kubeconfig}`],
        ...[`--bind-address=${ip}`, `--secure-port=${PORT}`],
        ...['crt', 'key'].map(
          (end) => `--tls-${end === 'crt' ? 'cert' : 'private-key'}-file=${join(cluster.folder, `${server.name}.${end}`)}`,
        ),
        ...args,
      ),
    );
    return Promise.resolve({
      cluster,
      api: 'v1beta2.custom.metrics.k8s.io',
      apps: [server.name],
      asks: [METRIC, '/apis/external.metrics.k8s.io/v1beta1/namespaces/tides/my-external-metric'],
      begin: (cluster) => begin(cluster, server),
      faults: faultsOf(server),
    });
  },
};

function adapterOf(cluster: Cluster): AggregatedServer {
  return {
    namespace: 'tides',
    name: 'tide-metrics-adapter',
    image: 'e2e/custom-metrics-adapter',
    args: [],
    port: PORT,
    readinessPath: '/readyz',
    apiServices: [
      { group: 'custom.metrics.k8s.io', version: 'v1beta1' },
      { group: 'custom.metrics.k8s.io', version: 'v1beta2' },
      { group: 'external.metrics.k8s.io', version: 'v1beta1' },
    ],
    caBundle: cluster.servingCa.pem,
    node: 'node-b',
  };
}

async function begin(cluster: Cluster, server: AggregatedServer): Promise<void> {
  cluster.identify(server);
  const subject = { kind: 'ServiceAccount', name: server.name, namespace: server.namespace };
  await grant(cluster, 'custom-metrics-resource-reader', RESOURCES, subject);
  await grant(
    cluster,
    'custom-metrics-reader',
    [{ apiGroups: ['custom.metrics.k8s.io', 'external.metrics.k8s.io'], resources: ['*'], verbs: ['*'] }],
    CLIENTS,
  );
  await serve(cluster, server);
  await cluster.kube.apply(`/api/v1/namespaces/${server.namespace}/services/tide-gauge`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'tide-gauge', namespace: server.namespace },
    spec: { ports: [{ port: 80 }] },
  });
  await write(cluster, server);
}

/** What the adapter of the project's own manifests may read. */
const RESOURCES = [{ apiGroups: [''], resources: ['namespaces', 'pods', 'services'], verbs: ['get', 'list'] }];

/** A metric is in the adapter's memory alone: a new process has none. */
async function write(cluster: Cluster, { name }: AggregatedServer): Promise<void> {
  await until('a metric to be written', 30, () => {
    const host = cluster.kubelets.map((kubelet) => kubelet.podOf('app', name)).find((pod) => pod?.container.ready)?.ip;
    return host !== undefined && post(host, '/write-metrics/namespaces/tides/services/tide-gauge/tide_level', '"300m"');
  });
}

function post(host: string, path: string, body: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = request({ host, port: WRITE_PORT, path, method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.on('error', reject);
    call.end(body);
  });
}

function faultsOf(server: AggregatedServer): ServerFault[] {
  return [
    {
      id: 'metric-unknown',
      kind: 'no metrics',
      title: 'Nobody has written a metric since the adapter started',
      guess: 'available; the custom metric is a 404 "could not find the metric", external ones are there; no verdict',
      causes: [],
      inject: async (cluster) => {
        await restart(cluster, server);
        await ready(cluster, server);
        return () => write(cluster, server);
      },
    },
  ];
}
