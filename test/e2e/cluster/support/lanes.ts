import type { FaultId } from '../../../../src/simulator/faults/list.ts';
import type { Undo } from '../fault.ts';
import { type Cluster, METRICS, WARDLE } from '../harness/cluster.ts';
import { APISERVER_UID } from '../harness/control-plane.ts';
import { EXPORTER_UID } from '../harness/exporter.ts';
import type { RunningPod } from '../harness/kubelet.ts';
import { filter } from '../harness/network.ts';
import { type AggregatedServer, path } from '../harness/workloads.ts';
import { apiOf, certificateOf, gaugeOf, openGauges } from './gauges.ts';

/** An API with a backend of its own, so that many faults can be injected at once without touching each other. */
export interface Lane {
  /** Id of the fault, as in faults/. */
  readonly fault: string;
  readonly api: string;
  readonly causes: readonly string[];
  /** The simulator's fault of the same kind. */
  readonly simulated?: FaultId;
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
        path.apiService(apiOf(server)),
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
    const server = gaugeOf(cluster, plan.fault);
    return { ...plan, api: apiOf(server), server };
  });
  await openGauges(
    cluster,
    lanes.map(({ server }) => server),
  );
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

export function podOf(cluster: Cluster, server: AggregatedServer): RunningPod | undefined {
  return cluster.kubelets.map((kubelet) => kubelet.podOf('app', server.name)).find((pod) => pod !== undefined);
}

export function cut(cluster: Cluster, server: AggregatedServer, who: readonly number[]): Undo {
  const undos = who.map((uid) => filter({ to: cluster.pod(server).ip, action: 'drop', uid }));
  return () => {
    for (const undo of undos) undo();
  };
}

/** Two seconds after each start. */
/** Before it can answer: an API that answers for a second after each restart is not down, and when it is paged is chance. */
const LIVES_MS = 500;

function keepKilling(cluster: Cluster, server: AggregatedServer, as?: 'OOMKilled'): Undo {
  const loop = setInterval(() => {
    const container = podOf(cluster, server)?.container;
    if (container?.running && Date.now() - Date.parse(container.startedAt!) >= LIVES_MS) container.kill('SIGKILL', as);
  }, 100);
  return () => clearInterval(loop);
}

/** Nothing takes it back: the cluster is thrown away. */
async function change(cluster: Cluster, at: string, to: object, kind: 'strategic-merge' | 'merge' = 'strategic-merge'): Promise<Undo> {
  await cluster.kube.patch(at, to, kind);
  return () => undefined;
}
