import type { Cluster } from '../cluster.ts';
import type { Listener } from '../network/listener.ts';
import { type Condition, type NodeObject, timestamp, withCondition } from '../objects.ts';
import { createKubeletServer, type Measured } from './kubelet-server.ts';

export interface SimulatedNode {
  readonly name: string;
  readonly address: string;
  readonly controlPlane: boolean;
  readonly kubelet: Listener;
  /** Changes one condition of the Node object. */
  setCondition(condition: Condition): void;
}

/** A Node object and its kubelet's HTTPS port. `address` is given for nodes that a kube-apiserver runs on. */
export async function addNode(cluster: Cluster, name: string, address?: string): Promise<SimulatedNode> {
  const { store, network, tokens, authorizer } = cluster;
  const { listener } = await createKubeletServer({
    network,
    host: address,
    certificateFor: (host) =>
      cluster.authorities.cluster.issue({ commonName: `system:node:${name}`, usage: 'server', dnsNames: [name], addresses: [host] }),
    tokens,
    authorizer,
    node: name,
    measured: () => measuredOn(cluster, name),
  });
  store.nodes.create(nodeObject(name, listener, address !== undefined), { manager: 'kubelet' });
  return {
    name,
    address: listener.host,
    controlPlane: address !== undefined,
    kubelet: listener,
    setCondition(condition) {
      store.nodes.update(
        name,
        (copy) => {
          copy.status.conditions = withCondition(copy.status.conditions, condition);
        },
        { manager: 'kubelet', subresource: 'status' },
      );
    },
  };
}

function measuredOn(cluster: Cluster, node: string): Measured[] {
  return cluster
    .allPods()
    .filter((pod) => pod.plan.node.name === node && pod.container.running)
    .map((pod) => ({ namespace: pod.plan.namespace, pod: pod.plan.name, container: pod.container.name, usage: pod.usage }));
}

function nodeObject(
  name: string,
  kubelet: Listener,
  controlPlane: boolean,
): Omit<NodeObject, 'metadata'> & { metadata: { name: string; labels: Record<string, string> } } {
  const fine = (type: string, reason: string, message: string): Condition => ({
    type,
    status: 'False',
    reason,
    message,
    lastTransitionTime: timestamp(),
    lastHeartbeatTime: timestamp(),
  });
  const capacity = { cpu: '4', memory: '8145364Ki', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, ...(controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {}) },
    },
    spec: controlPlane ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {},
    status: {
      conditions: [
        fine('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        fine('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        fine('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        { ...fine('Ready', 'KubeletReady', 'kubelet is posting ready status'), status: 'True' },
      ],
      addresses: [
        { type: 'InternalIP', address: kubelet.host },
        { type: 'Hostname', address: name },
      ],
      capacity,
      allocatable: capacity,
      daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
      nodeInfo: { kubeletVersion: 'v1.36.3', osImage: 'Debian GNU/Linux 12', architecture: 'amd64', operatingSystem: 'linux' },
      images: [{ names: ['registry.example/base:1'], sizeBytes: 12_345_678 }],
    },
  };
}
