import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../cluster/harness/cluster.ts';
import { CertificateAuthority } from '../cluster/harness/pki.ts';
import { type AggregatedServer, install, path } from '../cluster/harness/workloads.ts';
import type { Server, ServerFault } from './server.ts';
import {
  again,
  asAdapter,
  believeOther,
  bindings,
  CLIENTS,
  grant,
  kubeconfigFlags,
  mountCertificates,
  ready,
  restart,
  scale,
  serve,
  unbind,
} from './support/adapter.ts';

const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
const PORT = 6445;
/** There is no DNS in the suite: the adapter dials this address, and wants the name in the certificate. */
const OPERATOR_ADDRESS = '10.96.0.66';
const OPERATOR_PORT = 9666;
const OPERATOR_NAME = 'keda-operator.tides.svc.cluster.local';
const METRIC_OF = '/apis/external.metrics.k8s.io/v1beta1/namespaces/tides/s0-tide-level?labelSelector=scaledobject.keda.sh%2Fname%3D';
const METRIC = `${METRIC_OF}ferry`;

/** Two Deployments as KEDA has: the adapter, which serves the API, and the operator, which it asks for each metric. */
interface Pair {
  readonly adapter: AggregatedServer;
  readonly operator: AggregatedServer;
  /** Folders of their certificates. */
  readonly certificates: { readonly adapter: string; readonly operator: string };
}

export const KEDA: Server = {
  id: 'keda',
  title: "KEDA v2.21.0's metrics adapter, a stand-in of ours for its operator",
  lay() {
    const bin = execFileSync(BUILD, ['keda'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
    const cluster = new Cluster();
    const pair = pairOf(cluster);
    issue(cluster, pair);
    cluster.images.set(pair.adapter.image, ({ ip, kubeconfig, args }) => [
      // It reads these of its environment alone. Before the user: whoever built it may have a home that nobody else enters.
      ...['env', 'WATCH_NAMESPACE=', 'POD_NAMESPACE=tides'],
      ...asAdapter(
        join(bin, 'keda-adapter'),
        ...[`--kubeconfig=${kubeconfig}`, ...kubeconfigFlags(kubeconfig)],
        ...[`--bind-address=${ip}`, `--secure-port=${PORT}`, `--cert-dir=${pair.certificates.adapter}`],
        ...['tls-cert-file=tls.crt', 'tls-private-key-file=tls.key'].map(
          (flag) => `--${flag.replace('=', `=${pair.certificates.adapter}/`)}`,
        ),
        ...[`--metrics-service-address=${OPERATOR_ADDRESS}:${OPERATOR_PORT}`, `--metrics-service-grpc-authority=${OPERATOR_NAME}`],
        ...args,
      ),
    ]);
    cluster.images.set(pair.operator.image, ({ ip, args }) => [
      join(bin, 'keda-operator-stand-in'),
      ...[`--address=${ip}:${OPERATOR_PORT}`, `--cert-dir=${pair.certificates.operator}`],
      ...args,
    ]);
    return Promise.resolve({
      cluster,
      api: 'v1beta1.external.metrics.k8s.io',
      apps: [pair.adapter.name, pair.operator.name],
      asks: [METRIC],
      begin: (started) => begin(started, pair),
      faults: faultsOf(pair, new CertificateAuthority(cluster.folder, 'other-ca')),
    });
  },
};

function pairOf(cluster: Cluster): Pair {
  const common = { namespace: 'tides', args: [], caBundle: cluster.servingCa.pem };
  return {
    adapter: {
      ...{ ...common, name: 'keda-metrics-apiserver', image: 'e2e/keda-adapter', port: PORT, node: 'node-b', readinessPath: '/readyz' },
      apiServices: [{ group: 'external.metrics.k8s.io', version: 'v1beta1' }],
    },
    operator: {
      ...{ ...common, name: 'keda-operator', image: 'e2e/keda-operator', port: OPERATOR_PORT, node: 'node-a', readinessPath: '/' },
      apiServices: [],
    },
    certificates: { adapter: join(cluster.folder, 'keda-adapter-certs'), operator: join(cluster.folder, 'keda-operator-certs') },
  };
}

/** The operator makes one for both in a real installation; the API server's name, the operator's, and both usages. */
function issue(cluster: Cluster, { adapter, certificates }: Pair): void {
  mountCertificates(certificates.adapter, 'keda-adapter', [`${adapter.name}.tides.svc`], cluster.servingCa);
  mountCertificates(certificates.operator, 'keda-operator', [OPERATOR_NAME], cluster.servingCa);
}

async function begin(cluster: Cluster, pair: Pair): Promise<void> {
  cluster.identify(pair.adapter);
  await grantClients(cluster);
  await installOperator(cluster, pair);
  await serve(cluster, pair.adapter);
  await ready(cluster, pair.operator);
  await autoscale(cluster);
}

/** Its gRPC port speaks to who has a certificate: the kubelet's probe has none. */
async function installOperator({ kube }: Cluster, { operator }: Pair): Promise<void> {
  await install(kube, operator);
  await kube.patch(
    path.deployment('tides', operator.name),
    [{ op: 'remove', path: '/spec/template/spec/containers/0/readinessProbe' }],
    'json',
  );
  await kube.remove(path.service('tides', operator.name));
  await kube.create('/api/v1/namespaces/tides/services', {
    metadata: { name: operator.name },
    spec: { clusterIP: OPERATOR_ADDRESS, selector: { app: operator.name }, ports: [{ name: 'metricsservice', port: OPERATOR_PORT }] },
  });
}

const grantClients = (cluster: Cluster): Promise<void> =>
  grant(cluster, 'keda-external-metrics-reader', [{ apiGroups: ['external.metrics.k8s.io'], resources: ['*'], verbs: ['*'] }], CLIENTS);

/** What the operator makes of a ScaledObject. */
async function autoscale({ kube }: Cluster): Promise<void> {
  await kube.apply(path.deployment('tides', 'ferry'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ferry', namespace: 'tides' },
    spec: {
      selector: { matchLabels: { app: 'ferry' } },
      template: {
        metadata: { labels: { app: 'ferry' } },
        spec: { nodeName: 'node-a', automountServiceAccountToken: false, containers: [{ name: 'ferry', image: 'e2e/idle' }] },
      },
    },
  });
  await kube.apply('/apis/autoscaling/v2/namespaces/tides/horizontalpodautoscalers/keda-hpa-ferry', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'keda-hpa-ferry', namespace: 'tides' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'ferry' },
      maxReplicas: 1,
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: 's0-tide-level', selector: { matchLabels: { 'scaledobject.keda.sh/name': 'ferry' } } },
            target: { type: 'AverageValue', averageValue: '5' },
          },
        },
      ],
    },
  });
}

function faultsOf(pair: Pair, other: CertificateAuthority): ServerFault[] {
  const { adapter, operator, certificates } = pair;
  const mend = (cluster: Cluster) => async () => {
    issue(cluster, pair);
    await scale(cluster, operator, 1);
    await setSource(cluster, pair, []);
    await restart(cluster, operator);
    await ready(cluster, operator);
    await again(cluster, adapter);
  };
  return [
    {
      id: 'operator-gone-at-start',
      kind: 'gone at start',
      title: 'There is no operator when the adapter starts',
      guess:
        'ready, True; a request hangs until 504 after 60 s; no verdict, since no check asks for a metric. Measured: the seconds without a pod are seen, and its lines say why none of its metrics will come',
      causes: ['backend-dependency-failing'],
      inject: async (cluster) => {
        await scale(cluster, operator, 0);
        await restart(cluster, adapter);
        await ready(cluster, adapter);
        return mend(cluster);
      },
    },
    {
      id: 'operator-gone-later',
      kind: 'gone later',
      title: 'The operator is scaled to 0 while the adapter runs',
      guess: 'True; requests hang until 504 after 60 s, lines of the wait; no verdict. Measured: one that was on its way gets 500 at once',
      causes: [],
      inject: async (cluster) => {
        await scale(cluster, operator, 0);
        return mend(cluster);
      },
    },
    {
      id: 'operator-silent',
      kind: 'slow',
      title: 'The process of the operator is stopped: its kernel accepts, and it says nothing',
      guess:
        'True; a request errs after the 3 s of its service config with DeadlineExceeded; no verdict. Measured: 500 after 35 s, when the keepalive has failed, then 504 after 60 s',
      causes: [],
      inject: async (cluster) => {
        cluster.pod(operator).container.pause();
        return async () => {
          cluster.pod(operator).container.resume();
          await mend(cluster)();
        };
      },
    },
    {
      id: 'source-hangs',
      kind: 'slow',
      title: 'The system that the trigger asks does not answer, and the operator waits for it',
      guess: 'True; a request errs after 3 s with DeadlineExceeded; no verdict. Measured: it hangs for 60 s',
      causes: [],
      inject: (cluster) => withSource(cluster, 'hangs'),
    },
    {
      id: 'operator-other-ca',
      kind: 'wrong TLS',
      title: 'The certificates of the operator are of another authority than those of the adapter',
      guess: 'True; requests hang as without an operator; a line of grpc-go names x509; no verdict',
      causes: [],
      inject: async (cluster) => {
        mountCertificates(certificates.operator, 'keda-operator', [OPERATOR_NAME], other);
        await restart(cluster, operator);
        await ready(cluster, operator);
        return mend(cluster);
      },
    },
    {
      id: 'certificates-missing',
      kind: 'wrong TLS',
      title: 'ca.crt is not in the folder of its certificates when the adapter starts',
      guess:
        'False MissingEndpoints; it ends with "open …/ca.crt: no such file or directory" and crash-loops; bad-flag-or-config or serving-certificate-unusable',
      causes: ['bad-flag-or-config', 'serving-certificate-unusable', 'volume-mount-failing'],
      inject: async (cluster) => {
        rmSync(join(certificates.adapter, 'ca.crt'));
        await restart(cluster, adapter);
        return mend(cluster);
      },
    },
    {
      id: 'serving-other-ca',
      kind: 'wrong TLS',
      title: 'The caBundle of its APIService is of another authority than its serving certificate',
      guess: 'False FailedDiscoveryCheck "x509: certificate signed by unknown authority"; 503; ca-bundle-mismatch',
      causes: ['ca-bundle-mismatch'],
      inject: async (cluster) => {
        await believeOther(cluster, adapter, other);
        return mend(cluster);
      },
    },
    {
      id: 'auth-delegator-missing',
      kind: 'wrong rights',
      title: 'The binding to system:auth-delegator is deleted',
      guess: 'True; 403 to ordinary clients; delegated-auth-failing',
      causes: ['delegated-auth-failing'],
      inject: async (cluster) => {
        await unbind(cluster, adapter, bindings.authDelegator(adapter));
        return mend(cluster);
      },
    },
    {
      id: 'auth-reader-missing',
      kind: 'wrong rights',
      title: 'The binding to extension-apiserver-authentication-reader is gone when it starts',
      guess: 'False MissingEndpoints; it ends; request-header-config-unreadable',
      causes: ['request-header-config-unreadable'],
      inject: async (cluster) => {
        await unbind(cluster, adapter, bindings.authReader(adapter), { atStart: true });
        return mend(cluster);
      },
    },
    {
      id: 'clients-forbidden',
      kind: 'wrong rights',
      title: 'Nobody is bound to the role that may read its metrics',
      guess: 'True; 403 of the kube-apiserver itself; no verdict, since it is no fault of the API',
      causes: [],
      inject: async (cluster) => {
        await cluster.kube.remove(path.clusterRoleBinding('keda-external-metrics-reader'));
        return () => grantClients(cluster);
      },
    },
    {
      id: 'scaled-object-unknown',
      kind: 'no metrics',
      title: 'A metric is asked for of a ScaledObject that there is not, and one without naming any',
      guess: 'True; 500 with "ScaledObject.keda.sh … not found" and "scaledObject name is not specified"; no verdict',
      causes: [],
      asks: [`${METRIC_OF}canoe`, METRIC_OF.slice(0, METRIC_OF.indexOf('?'))],
      inject: () => Promise.resolve(() => undefined),
    },
    {
      id: 'source-fails',
      kind: 'no metrics',
      title: 'The system that the trigger asks fails',
      guess: 'True; 500 with "metric:s0-tide-level encountered error"; no verdict',
      causes: [],
      inject: (cluster) => withSource(cluster, 'fails'),
    },
  ];

  async function withSource(cluster: Cluster, source: string) {
    await setSource(cluster, pair, [`--source=${source}`]);
    await restart(cluster, operator);
    await ready(cluster, operator);
    return mend(cluster);
  }
}

async function setSource({ kube }: Cluster, { operator }: Pair, args: readonly string[]): Promise<void> {
  await kube.patch(
    path.deployment('tides', operator.name),
    [{ op: 'add', path: '/spec/template/spec/containers/0/args', value: args }],
    'json',
  );
}
