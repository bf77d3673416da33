import type { Cluster } from './cluster.ts';
import { addLeases } from './control-plane/leases.ts';
import { klog } from './node/klog.ts';
import { type PodPlan, SimulatedPod } from './node/pod.ts';
import { required } from './required.ts';

const MIB = 2 ** 20;

/** kube-apiserver, etcd, CoreDNS, the agents of the tunnel: pods that serve nothing here, but are there, with logs. */
export async function addSystemPods(cluster: Cluster, into: Map<string, SimulatedPod>): Promise<void> {
  const workers = cluster.nodes.filter((node) => !node.controlPlane);
  for (const node of cluster.nodes.filter((candidate) => candidate.controlPlane)) {
    for (const container of ['kube-apiserver', 'etcd']) {
      const labels = { component: container, tier: 'control-plane' };
      await add(cluster, into, { name: `${container}-${node.name}`, container, node, labels, hostNetwork: true });
    }
  }
  for (let index = 0; index < 2; index += 1) {
    const node = required(workers[index % workers.length], 'a worker');
    const name = `coredns-${cluster.random.suffix(10)}-${cluster.random.suffix(5)}`;
    await add(cluster, into, { name, container: 'coredns', node, labels: { 'k8s-app': 'kube-dns' }, hostNetwork: false });
  }
  for (const node of workers) {
    const name = `konnectivity-agent-${cluster.random.suffix(5)}`;
    await add(cluster, into, {
      name,
      container: 'konnectivity-agent',
      node,
      labels: { 'k8s-app': 'konnectivity-agent' },
      hostNetwork: false,
    });
  }
  addKubernetesService(cluster);
  addLeases(cluster);
}

type SystemPod = Required<Pick<PodPlan, 'name' | 'container' | 'node' | 'labels' | 'hostNetwork'>>;

async function add(cluster: Cluster, into: Map<string, SimulatedPod>, system: SystemPod): Promise<void> {
  const { container } = system;
  const pod = new SimulatedPod(
    {
      ...system,
      namespace: 'kube-system',
      serviceAccount: container,
      image: `registry.example/${container}:v1`,
      args: [],
      limits: { cpuCores: 1, memoryBytes: 512 * MIB },
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
  const first = required(apiServers[0], 'a kube-apiserver');
  store.services.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'kubernetes', generation: 1, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: first.host,
      clusterIPs: [first.host],
      ports: [{ name: 'https', port: 443, targetPort: first.port, protocol: 'TCP' }],
    },
    status: { loadBalancer: {} },
  });
  store.endpointslices.create({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name: 'kubernetes', generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: apiServers.map((server) => ({ addresses: [server.host], conditions: { ready: true, serving: true, terminating: false } })),
    ports: [{ name: 'https', port: first.port, protocol: 'TCP' }],
  });
}
