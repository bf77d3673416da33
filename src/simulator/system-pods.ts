import type { Cluster } from './cluster.ts';
import { klog } from './node/klog.ts';
import { SimulatedPod } from './node/pod.ts';

const MIB = 2 ** 20;

/** kube-apiserver, etcd, CoreDNS: pods that serve nothing here, but are there, with logs. */
export async function addSystemPods(cluster: Cluster, into: Map<string, SimulatedPod>): Promise<void> {
  const workers = cluster.nodes.filter((node) => !node.controlPlane);
  for (const node of cluster.nodes.filter((candidate) => candidate.controlPlane)) {
    await add(
      cluster,
      into,
      `kube-apiserver-${node.name}`,
      'kube-apiserver',
      node,
      { component: 'kube-apiserver', tier: 'control-plane' },
      true,
    );
    await add(cluster, into, `etcd-${node.name}`, 'etcd', node, { component: 'etcd', tier: 'control-plane' }, true);
  }
  for (let index = 0; index < 2; index += 1) {
    const node = workers[index % workers.length]!;
    await add(
      cluster,
      into,
      `coredns-${cluster.random.suffix(10)}-${cluster.random.suffix(5)}`,
      'coredns',
      node,
      { 'k8s-app': 'kube-dns' },
      false,
    );
  }
  addKubernetesService(cluster);
}

async function add(
  cluster: Cluster,
  into: Map<string, SimulatedPod>,
  name: string,
  container: string,
  node: { name: string; address: string },
  labels: Record<string, string>,
  hostNetwork: boolean,
): Promise<void> {
  const pod = new SimulatedPod(
    {
      namespace: 'kube-system',
      name,
      labels,
      node,
      serviceAccount: container,
      container,
      image: `registry.example/${container}:v1`,
      args: [],
      limits: { cpuCores: 1, memoryBytes: 512 * MIB },
      hostNetwork,
      probes: { readiness: false, liveness: false },
    },
    cluster,
  );
  into.set(pod.key, pod);
  await pod.start();
  pod.write(klog('I', 'main.go:31', `${container} started`));
}

/** default/kubernetes lists the kube-apiservers; its slice is written by them, not by a controller. */
function addKubernetesService({ store, apiServers }: Cluster): void {
  const [first] = apiServers;
  store.services.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'kubernetes', generation: 1, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: first!.host,
      clusterIPs: [first!.host],
      ports: [{ name: 'https', port: 443, targetPort: first!.port, protocol: 'TCP' }],
    },
    status: { loadBalancer: {} },
  });
  store.endpointslices.create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name: 'kubernetes', generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: apiServers.map((server) => ({ addresses: [server.host], conditions: { ready: true, serving: true, terminating: false } })),
    ports: [{ name: 'https', port: first!.port, protocol: 'TCP' }],
  });
}
