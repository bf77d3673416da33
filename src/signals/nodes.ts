import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { NodeFacts } from '../domain/snapshot.ts';
import { count, hostsOf } from './reading.ts';

const hosts = (name: string, help: string, keep: (node: NodeFacts) => boolean): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_backend_nodes',
  familyHelp: 'Nodes that host a backend pod, by state; one node may be in several states.',
  labels: { state: name.replace(/^hosts-/, '').replaceAll('-', '_') },
  source: 'nodes',
  observe(api, cluster, time) {
    const nodes = hostsOf(api, cluster.nodes, time);
    return nodes && count(nodes, keep);
  },
});

/** Nodes that host the backend. */
export const NODE_SIGNALS: readonly Signal[] = [
  hosts('hosts-known', 'Nodes that host a backend pod.', () => true),
  hosts('hosts-not-ready', 'Nodes that host a backend pod and are not Ready.', (node) => node.ready === false),
  hosts('hosts-memory-pressure', 'Nodes that host a backend pod and have MemoryPressure.', (node) => node.pressure.includes('memory')),
  hosts('hosts-disk-pressure', 'Nodes that host a backend pod and have DiskPressure.', (node) => node.pressure.includes('disk')),
  hosts('hosts-pid-pressure', 'Nodes that host a backend pod and have PIDPressure.', (node) => node.pressure.includes('pid')),
  hosts('hosts-network-unavailable', 'Nodes that host a backend pod and have NetworkUnavailable.', (node) =>
    node.pressure.includes('network'),
  ),
  hosts('hosts-cordoned', 'Nodes that host a backend pod and are unschedulable.', (node) => node.unschedulable),
  {
    name: 'nodes-not-ready',
    help: 'Nodes of the cluster that are not Ready.',
    kind: 'gauge',
    metric: 'aggregated_api_cluster_nodes_not_ready',
    source: 'nodes',
    observe(_api, cluster) {
      const nodes = observedValue(cluster.nodes);
      return nodes && count(nodes, (node) => node.ready === false);
    },
  },
];
