import { join } from 'node:path';
import type { Undo } from '../fault.ts';
import { type Cluster, METRICS, WARDLE } from '../harness/cluster.ts';
import { APISERVER_UID } from '../harness/control-plane.ts';
import { EXPORTER_UID } from '../harness/exporter.ts';
import type { RunningPod } from '../harness/kubelet.ts';
import { filter } from '../harness/network.ts';
import { type AggregatedServer, clusterRoleBinding, install, path } from '../harness/workloads.ts';

const PROGRAM = new URL('./tide-gauge.mjs', import.meta.url).pathname;

/** An API with a backend of its own, so that many faults can be injected at once without touching each other. */
export interface Lane {
  /** Id of the fault, as in faults/. */
  readonly fault: string;
  readonly api: string;
  readonly causes: readonly string[];
  /** The simulator's fault of the same kind. */
  readonly simulated?: string;
  readonly server: AggregatedServer;
  readonly inject: (cluster: Cluster, server: AggregatedServer) => Promise<Undo> | Undo;
}

type Plan = Omit<Lane, 'api' | 'server'>;

const PLANS: readonly Plan[] = [
  {
    fault: 'crash-loop',
    causes: ['pod-crash-looping', 'pod-restarting'],
    simulated: 'pod-crash-looping',
    inject: (cluster, server) => keepKilling(cluster, server),
  },
  {
    fault: 'out-of-memory',
    causes: ['out-of-memory-killed'],
    simulated: 'out-of-memory-killed',
    inject: (cluster, server) => keepKilling(cluster, server, 'OOMKilled'),
  },
  {
    fault: 'image-not-found',
    causes: ['image-pull-failing'],
    simulated: 'image-pull-failing',
    inject: (cluster, { namespace, name }) =>
      change(cluster, path.deployment(namespace, name), {
        spec: { template: { spec: { containers: [{ name: 'server', image: 'registry.invalid/gauge:2' }] } } },
      }),
  },
  {
    fault: 'packets-dropped',
    causes: ['connection-timed-out'],
    simulated: 'connection-timed-out',
    inject: (cluster, server) => cut(cluster, server, [APISERVER_UID, EXPORTER_UID]),
  },
  {
    fault: 'aggregator-path-dropped',
    causes: ['aggregator-path-blocked'],
    simulated: 'aggregator-path-blocked',
    inject: (cluster, server) => cut(cluster, server, [APISERVER_UID]),
  },
  {
    fault: 'certificate-expired',
    causes: ['serving-certificate-expired'],
    simulated: 'serving-certificate-expired',
    inject: (cluster, server) => {
      cluster.servingCa.issue(server.name, { ...certificateOf(server), days: -1 });
      podOf(cluster, server)?.container.kill('SIGTERM');
      return () => undefined;
    },
  },
  {
    fault: 'ca-bundle',
    causes: ['ca-bundle-mismatch'],
    simulated: 'ca-bundle-replaced',
    inject: (cluster, server) =>
      change(
        cluster,
        path.apiService(`v1.${server.apiServices[0]!.group}`),
        { spec: { caBundle: Buffer.from(cluster.controlPlane.ca.pem).toString('base64') } },
        'merge',
      ),
  },
  {
    fault: 'service-deleted',
    causes: ['service-not-found', 'orphaned-api-service'],
    simulated: 'service-not-found',
    inject: async (cluster, { namespace, name }) => {
      await cluster.kube.remove(path.service(namespace, name));
      return () => undefined;
    },
  },
  {
    fault: 'selector-typo',
    causes: ['selector-matches-no-pods'],
    simulated: 'selector-matches-no-pods',
    inject: (cluster, { namespace, name }) =>
      change(cluster, path.service(namespace, name), { spec: { selector: { app: `${name}x` } } }, 'merge'),
  },
  {
    fault: 'service-port-changed',
    causes: ['service-port-mismatch'],
    simulated: 'service-port-mismatch',
    inject: (cluster, { namespace, name }) =>
      change(
        cluster,
        path.service(namespace, name),
        { spec: { ports: [{ name: 'https', port: 8080, targetPort: 8443, protocol: 'TCP' }] } },
        'merge',
      ),
  },
  {
    fault: 'network-policy',
    causes: ['network-policy-blocking', 'network-policy-changed'],
    simulated: 'network-policy-blocking',
    inject: async (cluster, server) => {
      await cluster.kube.create(`/apis/networking.k8s.io/v1/namespaces/${server.namespace}/networkpolicies`, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'default-deny' },
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      });
      return cut(cluster, server, [APISERVER_UID, EXPORTER_UID]);
    },
  },
];

/** One lane per fault, and the sample-apiserver, whose storage goes. The metrics-server stays well: the bystander. */
export async function openLanes(cluster: Cluster): Promise<Lane[]> {
  const lanes = PLANS.map((plan): Lane => {
    const group = `${plan.fault}.tides.example.com`;
    return { ...plan, api: `v1.${group}`, server: serverOf(cluster, plan.fault, group) };
  });
  await cluster.kube.apply('/apis/rbac.authorization.k8s.io/v1/clusterroles/gauge-reader', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'gauge-reader' },
    rules: [{ apiGroups: lanes.map(({ server }) => server.apiServices[0]!.group), resources: ['gauges'], verbs: ['list'] }],
  });
  await cluster.kube.apply(
    path.clusterRoleBinding('gauge-reader'),
    clusterRoleBinding('gauge-reader', 'gauge-reader', {
      kind: 'Group',
      apiGroup: 'rbac.authorization.k8s.io',
      name: 'system:authenticated',
    }),
  );
  for (const { server } of lanes) {
    cluster.servingCa.issue(server.name, certificateOf(server));
    await install(cluster.kube, server);
  }
  for (const { api } of lanes) await cluster.available(api, 120);
  return [
    ...lanes,
    {
      fault: STORAGE_GONE,
      api: WARDLE,
      causes: ['backend-storage-failing', 'backend-dependency-failing'],
      server: cluster.wardle,
      inject: async () => {
        await cluster.storage.stop();
        return () => cluster.storage.start();
      },
    },
  ];
}

export const BYSTANDER = METRICS;
export const STORAGE_GONE = 'storage-gone';
/** Ids of the faults of all lanes. */
export const LANE_FAULTS: readonly string[] = [...PLANS.map(({ fault }) => fault), STORAGE_GONE];

function serverOf(cluster: Cluster, fault: string, group: string): AggregatedServer {
  const files = [join(cluster.folder, `gauge-${fault}.crt`), join(cluster.folder, `gauge-${fault}.key`)];
  return {
    namespace: `gauge-${fault}`,
    name: `gauge-${fault}`,
    image: 'e2e/shell',
    // $0 is the pod's address.
    args: [`exec ${process.execPath} ${PROGRAM} "$0" ${group} ${files.join(' ')}`],
    port: 8443,
    readinessPath: '/readyz',
    apiServices: [{ group, version: 'v1' }],
    caBundle: cluster.servingCa.pem,
    node: 'node-b',
  };
}

function certificateOf({ namespace, name }: AggregatedServer) {
  return { commonName: 'gauge', names: [`${name}.${namespace}.svc`] };
}

function podOf(cluster: Cluster, server: AggregatedServer): RunningPod | undefined {
  return cluster.kubelets.map((kubelet) => kubelet.podOf('app', server.name)).find((pod) => pod !== undefined);
}

function cut(cluster: Cluster, server: AggregatedServer, who: readonly number[]): Undo {
  const undos = who.map((uid) => filter({ to: cluster.pod(server).ip, action: 'drop', uid }));
  return () => {
    for (const undo of undos) undo();
  };
}

/** Two seconds after each start. */
function keepKilling(cluster: Cluster, server: AggregatedServer, as?: 'OOMKilled'): Undo {
  const loop = setInterval(() => {
    const container = podOf(cluster, server)?.container;
    if (container?.running && Date.now() - Date.parse(container.startedAt!) >= 2000) container.kill('SIGKILL', as);
  }, 200);
  return () => clearInterval(loop);
}

/** Nothing takes it back: the cluster is thrown away. */
async function change(cluster: Cluster, at: string, to: object, kind: 'strategic-merge' | 'merge' = 'strategic-merge'): Promise<Undo> {
  await cluster.kube.patch(at, to, kind);
  return () => undefined;
}
