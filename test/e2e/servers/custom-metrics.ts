import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Undo } from '../cluster/fault.ts';
import { Cluster, type ClusterOptions } from '../cluster/harness/cluster.ts';
import { CertificateAuthority, type LeafOptions } from '../cluster/harness/pki.ts';
import { until } from '../cluster/harness/process.ts';
import { type AggregatedServer, path } from '../cluster/harness/workloads.ts';
import type { Server, ServerFault } from './server.ts';
import {
  again,
  asAdapter,
  believeOther,
  bindings,
  CLIENTS,
  cutFromApiserver,
  grant,
  kubeconfigFlags,
  mountCertificates,
  restart,
  serve,
  unbind,
} from './support/adapter.ts';

const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
const PORT = 6444;
/** Where metrics are written to it, by anybody. */
const WRITE_PORT = 8080;
const GAUGE = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/tides/services';
const EXTERNAL_METRIC = '/apis/external.metrics.k8s.io/v1beta1/namespaces/tides/my-external-metric';
const METRIC = `${GAUGE}/tide-gauge/tide_level`;
/** Of all objects: the adapter lists them by itself. */
const METRICS_OF_ALL = `${GAUGE}/*/tide_level`;
const UNWRITTEN = `${GAUGE}/tide-gauge/tide_speed`;
const UNWRITTEN_OF_ALL = `${GAUGE}/*/tide_speed`;
/** Of each object that the adapter may list. */
const RESOURCES = [{ apiGroups: [''], resources: ['namespaces', 'pods', 'services'], verbs: ['get', 'list'] }];
const READER = 'custom-metrics-resource-reader';

export const CUSTOM_METRICS: Server = {
  id: 'custom-metrics',
  title: "custom-metrics-apiserver v1.37.0's test adapter",
  lay() {
    const { cluster, server } = layAdapter();
    return Promise.resolve({
      cluster,
      api: 'v1beta2.custom.metrics.k8s.io',
      apps: [server.name],
      asks: [METRIC, METRICS_OF_ALL, EXTERNAL_METRIC, UNWRITTEN, UNWRITTEN_OF_ALL],
      begin: (started) => begin(started, server),
      faults: faultsOf(server, new CertificateAuthority(cluster.folder, 'other-ca')),
    });
  },
};

export interface AdapterLaid {
  /** Not started yet. */
  readonly cluster: Cluster;
  readonly server: AggregatedServer;
  /** Another serving certificate of the same authority, for the next start of the adapter. */
  readonly certify: (differs: Partial<LeafOptions>) => void;
}

/** A cluster that knows the adapter's image: {@link beginAdapter} installs it. */
export function layAdapter(options: ClusterOptions = {}): AdapterLaid {
  const bin = execFileSync(BUILD, ['custom-metrics-adapter'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
  const cluster = new Cluster(options);
  const server = adapterOf(cluster);
  const folder = join(cluster.folder, server.name);
  const certify = (differs: Partial<LeafOptions>) =>
    mountCertificates(folder, server.name, [`${server.name}.${server.namespace}.svc`], cluster.servingCa, differs);
  certify({});
  cluster.images.set(server.image, ({ ip, kubeconfig, args }) =>
    asAdapter(
      join(bin, 'custom-metrics-adapter'),
      ...kubeconfigFlags(kubeconfig),
      ...[`--bind-address=${ip}`, `--secure-port=${PORT}`],
      ...[`--tls-cert-file=${join(folder, 'tls.crt')}`, `--tls-private-key-file=${join(folder, 'tls.key')}`],
      ...args,
    ),
  );
  return { cluster, server, certify };
}

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

/** Installs the adapter, with the right to list the objects whose metrics are asked for; returns when it serves. */
export async function beginAdapter(cluster: Cluster, server: AggregatedServer): Promise<void> {
  cluster.identify(server);
  await grantReader(cluster, server);
  await serve(cluster, server);
}

/** It may not list the objects whose metrics are asked for. */
export async function takeReader(cluster: Cluster, server: AggregatedServer): Promise<Undo> {
  await cluster.kube.remove(path.clusterRoleBinding(READER));
  return () => grantReader(cluster, server);
}

async function begin(cluster: Cluster, server: AggregatedServer): Promise<void> {
  await beginAdapter(cluster, server);
  const groups = ['custom.metrics.k8s.io', 'external.metrics.k8s.io'];
  await grant(cluster, 'custom-metrics-reader', [{ apiGroups: groups, resources: ['*'], verbs: ['*'] }], CLIENTS);
  await cluster.kube.apply(`/api/v1/namespaces/${server.namespace}/services/tide-gauge`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'tide-gauge', namespace: server.namespace },
    spec: { ports: [{ port: 80 }] },
  });
  await write(cluster, server);
}

const grantReader = (cluster: Cluster, { name, namespace }: AggregatedServer): Promise<void> =>
  grant(cluster, READER, RESOURCES, { kind: 'ServiceAccount', name, namespace });

async function write(cluster: Cluster, server: AggregatedServer): Promise<void> {
  await until('a metric to be written', 60, () => writeMetric(cluster, server, 'namespaces/tides/services/tide-gauge/tide_level'));
}

/**
 * Writes 300m for one metric of one object. It is in the adapter's memory alone: a new process has none.
 * @param metric namespaces/NAMESPACE/RESOURCE/NAME/METRIC
 * @returns whether it was taken; false while no pod of the adapter is ready
 */
export function writeMetric(cluster: Cluster, { name }: AggregatedServer, metric: string): Promise<boolean> {
  const host = cluster.kubelets.map((kubelet) => kubelet.podOf('app', name)).find((pod) => pod?.container.ready)?.ip;
  return host === undefined ? Promise.resolve(false) : post(host, `/write-metrics/${metric}`, '"300m"');
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

function faultsOf(server: AggregatedServer, other: CertificateAuthority): ServerFault[] {
  const mend = (cluster: Cluster) => async () => {
    await again(cluster, server);
    await write(cluster, server);
  };
  return [
    {
      id: 'apiserver-refuses-at-start',
      kind: 'gone at start',
      title: 'Connections of the adapter to the kube-apiserver are refused when it starts',
      guess:
        'False MissingEndpoints; it ends at once with "unable to construct discovery REST mapper" and crash-loops; kube-apiserver-unreachable-from-backend',
      causes: ['kube-apiserver-unreachable-from-backend'],
      inject: async (cluster) => {
        const undo = cutFromApiserver('refuse');
        await restart(cluster, server);
        return async () => {
          await undo();
          await mend(cluster)();
        };
      },
    },
    {
      id: 'apiserver-refuses-later',
      kind: 'gone later',
      title: 'Connections of the adapter to the kube-apiserver are refused while it runs',
      guess:
        'True at first (what was reviewed lately is cached); 403 or 500 to clients of its delegated authorization; kube-apiserver-unreachable-from-backend',
      causes: ['kube-apiserver-unreachable-from-backend', 'delegated-auth-failing'],
      inject: async (cluster) => {
        const undo = cutFromApiserver('refuse');
        return async () => {
          await undo();
          await mend(cluster)();
        };
      },
    },
    {
      id: 'apiserver-silent',
      kind: 'slow',
      title: 'Packets of the adapter to the kube-apiserver vanish while it runs',
      guess: 'True; answers after 10 s with 500 of its delegated authorization, or 504; kube-apiserver-unreachable-from-backend',
      causes: ['kube-apiserver-unreachable-from-backend', 'delegated-auth-failing'],
      within: 75,
      inject: async (cluster) => {
        const undo = cutFromApiserver('drop');
        return async () => {
          await undo();
          await mend(cluster)();
        };
      },
    },
    {
      id: 'serving-other-ca',
      kind: 'wrong TLS',
      title: 'The caBundle of its APIServices is of another authority than its serving certificate',
      guess: 'False FailedDiscoveryCheck "x509: certificate signed by unknown authority"; 503; ca-bundle-mismatch',
      causes: ['ca-bundle-mismatch'],
      inject: async (cluster) => {
        await believeOther(cluster, server, other);
        return mend(cluster);
      },
    },
    {
      id: 'distrusts-apiserver',
      kind: 'wrong TLS',
      title: 'Its kubeconfig trusts another authority than that of the kube-apiserver when it starts',
      guess: 'False MissingEndpoints; "x509: certificate signed by unknown authority" and a crash loop; dependency-certificate-untrusted',
      causes: ['dependency-certificate-untrusted'],
      inject: async (cluster) => {
        const file = join(cluster.folder, `${server.name}.kubeconfig`);
        const before = readFileSync(file, 'utf8');
        const config = JSON.parse(before);
        config.clusters[0].cluster['certificate-authority-data'] = Buffer.from(other.pem).toString('base64');
        writeFileSync(file, JSON.stringify(config));
        await restart(cluster, server);
        return async () => {
          writeFileSync(file, before);
          await mend(cluster)();
        };
      },
    },
    {
      id: 'auth-delegator-missing',
      kind: 'wrong rights',
      title: 'The binding to system:auth-delegator is deleted',
      guess: 'True; 403 to ordinary clients once its cached reviews are over, administrators notice nothing; delegated-auth-failing',
      causes: ['delegated-auth-failing'],
      inject: async (cluster) => {
        await unbind(cluster, server, bindings.authDelegator(server));
        return mend(cluster);
      },
    },
    {
      id: 'auth-reader-missing',
      kind: 'wrong rights',
      title: 'The binding to extension-apiserver-authentication-reader is gone when it starts',
      guess:
        'False MissingEndpoints; it ends with "unable to load configmap based request-header-client-ca-file"; request-header-config-unreadable',
      causes: ['request-header-config-unreadable'],
      inject: async (cluster) => {
        await unbind(cluster, server, bindings.authReader(server), { atStart: true });
        return mend(cluster);
      },
    },
    {
      id: 'resources-forbidden',
      kind: 'wrong rights',
      title: 'It may not list the objects whose metrics are asked for',
      guess:
        'True; a metric of one object is there, of all objects 500 or 403 "cannot list resource services"; no verdict, or backend-rights-missing',
      causes: [],
      inject: (cluster) => takeReader(cluster, server),
    },
    {
      id: 'metric-unknown',
      kind: 'no metrics',
      title: 'Nobody has written the metric that is asked for',
      guess: 'True; 404 "could not find the metric", of all objects an empty list; no verdict',
      causes: [],
      // It is asked for all the time, and never written.
      inject: () => Promise.resolve(() => Promise.resolve()),
    },
  ];
}
