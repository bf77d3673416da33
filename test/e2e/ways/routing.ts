import { all, type Fault, type Undo } from '../cluster/fault.ts';
import { Cluster, type ClusterOptions, ipv6Of } from '../cluster/harness/cluster.ts';
import { APISERVER_UID } from '../cluster/harness/control-plane.ts';
import { EXPORTER_UID } from '../cluster/harness/exporter.ts';
import { filter } from '../cluster/harness/network.ts';
import { until } from '../cluster/harness/process.ts';
import { install, path } from '../cluster/harness/workloads.ts';
import { addArguments, changeDeployment, cutPod, reinstall, restartPod } from '../cluster/inject.ts';
import { PATIENT, type Way, type WayFault } from './way.ts';

const BY_CLUSTER_IP: ClusterOptions = { ...PATIENT, apiserverFlags: ['--enable-aggregator-routing=false'] };
const SERVERS = [APISERVER_UID, EXPORTER_UID];
const NETWORK = { category: 'network-connectivity', within: 60 } as const;

export const ROUTING_WAYS: readonly Way[] = [
  {
    id: 'cluster-ip',
    title: 'The kube-apiserver connects to the ClusterIP (--enable-aggregator-routing=false)',
    lay: () =>
      Promise.resolve({
        cluster: new Cluster(BY_CLUSTER_IP),
        faults: [
          clusterIpCut('cluster-ip-cut-on-control-plane', 'Packets of the kube-apiserver to the ClusterIP vanish', [APISERVER_UID], {
            causes: ['aggregator-path-blocked'],
          }),
          clusterIpCut('cluster-ip-cut', 'All packets to the ClusterIP vanish', SERVERS, {
            causes: ['service-routing-broken'],
          }),
          STALE_RULES,
          { ...HEADLESS, causes: ['service-not-routable'], category: 'misconfiguration', within: 60 },
          oneOfThreeCut('nobody errs: the kube-apiserver keeps its connection to a pod that answers'),
        ],
      }),
  },
  {
    id: 'endpoints',
    title: 'The kube-apiserver connects to the address of a pod (--enable-aggregator-routing=true)',
    lay: () => Promise.resolve({ cluster: new Cluster(PATIENT), faults: [oneOfThreeCut()] }),
  },
  {
    id: 'headless',
    title: 'The same, and the Service is headless',
    lay: () =>
      Promise.resolve({
        cluster: new Cluster(PATIENT),
        begin: async (cluster) => void (await makeHeadless(cluster)),
        faults: [
          {
            id: 'headless-refused',
            title: 'Every connection to the pod is refused',
            causes: ['connection-refused'],
            ...NETWORK,
            inject: refusePod,
          },
        ],
      }),
  },
  {
    id: 'ipv6',
    title: 'The Service has IPv6 alone',
    lay: () =>
      Promise.resolve({
        cluster: new Cluster({ ...PATIENT, bothFamilies: true }),
        begin: (cluster) => inFamilies(cluster, ['IPv6']),
        faults: [
          ipv6Cut('ipv6-refused', 'Every connection to the IPv6 address of the pod is refused', 'refuse', ['connection-refused']),
          ipv6Cut('ipv6-dropped', 'Packets to the IPv6 address of the pod vanish', 'drop', ['connection-timed-out']),
        ],
      }),
  },
  {
    id: 'dual-stack',
    title: 'The Service has both families, IPv6 first',
    lay: () =>
      Promise.resolve({
        cluster: new Cluster({ ...PATIENT, bothFamilies: true }),
        begin: (cluster) => inFamilies(cluster, ['IPv6', 'IPv4']),
        faults: [
          ipv6Cut('dual-ipv6-dropped', 'Packets to the IPv6 address of the pod vanish, its IPv4 address answers', 'drop', [
            'connection-timed-out',
          ]),
          {
            id: 'dual-listens-on-ipv4',
            title: 'The server listens on its IPv4 address only',
            causes: ['connection-refused'],
            ...NETWORK,
            inject: (cluster) => bindToIPv4(cluster),
          },
        ],
      }),
  },
];

function clusterIpCut(
  id: string,
  title: string,
  who: readonly number[],
  { causes, missed }: Pick<WayFault, 'causes' | 'missed'>,
): WayFault {
  return {
    ...{ id, title, causes, ...NETWORK },
    ...(missed !== undefined && { missed }),
    async inject(cluster) {
      const { spec } = await cluster.kube.get(path.service('wardle', 'wardle'));
      const undos = who.map((uid) => filter({ to: spec.clusterIP, action: 'drop', uid, table: 'mangle' }));
      return () => {
        for (const undo of undos) undo();
      };
    },
  };
}

const STALE_RULES: WayFault = {
  id: 'service-proxy-gone',
  title: 'kube-proxy is gone, and the pod was replaced since: the ClusterIP leads to the address of the old one',
  causes: ['service-routing-broken'],
  ...NETWORK,
  async inject(cluster) {
    cluster.serviceProxy.stop();
    await restartPod(cluster);
    return () => cluster.serviceProxy.start();
  },
};

const HEADLESS: Pick<Fault, 'id' | 'title' | 'inject'> = {
  id: 'headless',
  title: 'The Service was made anew without a ClusterIP',
  inject: makeHeadless,
};

/** A ClusterIP can not be taken away from a Service that stands. */
async function makeHeadless(cluster: Cluster): Promise<Undo> {
  const again = await replaceService(cluster, { clusterIP: 'None' });
  return again;
}

async function replaceService(cluster: Cluster, spec: object): Promise<Undo> {
  const at = path.service('wardle', 'wardle');
  const { spec: before } = await cluster.kube.get(at);
  await cluster.kube.remove(at);
  await cluster.kube.create('/api/v1/namespaces/wardle/services', {
    metadata: { name: 'wardle' },
    spec: { selector: before.selector, ports: before.ports, ...spec },
  });
  return async () => {
    await cluster.kube.remove(at);
    await install(cluster.kube, cluster.wardle);
  };
}

async function inFamilies(cluster: Cluster, ipFamilies: readonly string[]): Promise<void> {
  await addArguments(cluster, '--bind-address=::');
  await replaceService(cluster, { ipFamilies, ipFamilyPolicy: ipFamilies.length > 1 ? 'RequireDualStack' : 'SingleStack' });
}

function ipv6Cut(id: string, title: string, action: 'drop' | 'refuse', causes: WayFault['causes']): WayFault {
  return {
    ...{ id, title, causes, ...NETWORK },
    inject(cluster) {
      const undos = SERVERS.map((uid) => filter({ to: ipv6Of(cluster.pod(cluster.wardle).ip), action, uid }));
      return Promise.resolve(() => {
        for (const undo of undos) undo();
      });
    },
  };
}

async function bindToIPv4(cluster: Cluster): Promise<Undo> {
  await changeDeployment(cluster, { spec: { template: { spec: { containers: [{ name: 'server', args: [] }] } } } });
  return async () => void (await addArguments(cluster, '--bind-address=::'));
}

const refusePod = (cluster: Cluster): Promise<Undo> => Promise.resolve(cutPod(cluster, { action: 'refuse' }));

/** One of three pods is cut off, as when the route to its node is gone. */
function oneOfThreeCut(missed?: string): WayFault {
  return {
    id: 'one-of-three-cut',
    title: 'Packets to one of three pods vanish',
    causes: ['one-replica-bad'],
    ...(missed !== undefined && { missed }),
    ...NETWORK,
    async inject(cluster) {
      await changeDeployment(cluster, { spec: { replicas: 3 } });
      const pods = await until('three ready pods', 60, () => {
        const ready = [...cluster.kubelets[0]!.pods.values()].filter(
          ({ object, container }) => object.metadata.labels?.app === 'wardle' && container.ready,
        );
        return ready.length === 3 && ready;
      });
      const undos = SERVERS.map((uid) => filter({ to: pods[2]!.ip, action: 'drop', uid }));
      return all(() => reinstall(cluster), ...undos);
    },
  };
}
