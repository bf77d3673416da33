import { type NodeReach, reachState } from '../domain/node-reach.ts';
import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, ClusterFacts } from '../domain/snapshot.ts';
import { count, hostOf } from './reading.ts';

/** Nodes on which a kube-apiserver runs, by their addresses; undefined while those are not known. */
function apiserverNodes({ nodes, apiservers }: ClusterFacts): ReadonlySet<string> | undefined {
  const known = observedValue(nodes);
  if (!known || apiservers.length === 0) return undefined;
  const hosts = new Set(apiservers.map(({ instance }) => hostOf(instance)));
  return new Set(known.filter(({ addresses }) => addresses.some((address) => hosts.has(address))).map(({ name }) => name));
}

/** Share of the nodes from which no address of the backend is reached. Undefined while none of them tells anything. */
function unreachedShare(api: ApiFacts, cluster: ClusterFacts, pick: (of: NodeReach, isApiservers: boolean) => boolean): number | undefined {
  const hosts = apiserverNodes(cluster);
  if (!hosts) return undefined;
  const told = (api.reach ?? []).filter((of) => reachState(of) !== 'unknown' && pick(of, hosts.has(of.node)));
  return told.length === 0 ? undefined : count(told, (of) => reachState(of) === 'unreached') / told.length;
}

const METRIC = {
  kind: 'gauge',
  metric: 'aggregated_api_node_unreached_ratio',
  familyHelp:
    'Share of the nodes with an agent from which no address of the backend is reached, 0 to 1, by what runs on them; no series while no agent tells.',
  source: 'node-agents',
} as const;

/** From which nodes the backend is reached, by the agents on them. */
export const REACH_SIGNALS: readonly Signal[] = [
  {
    ...METRIC,
    name: 'apiserver-nodes-unreached',
    help: 'Share of the nodes of kube-apiservers from whose own network no address of the backend is reached, 0 to 1.',
    labels: { nodes: 'kube_apiserver' },
    // A pod there has another way than the kube-apiserver.
    observe: (api, cluster) => unreachedShare(api, cluster, ({ network }, isApiservers) => isApiservers && network === 'host'),
  },
  {
    ...METRIC,
    name: 'other-nodes-unreached',
    help: 'Share of the other nodes, and of pod networks, from which no address of the backend is reached, 0 to 1.',
    labels: { nodes: 'other' },
    observe: (api, cluster) => unreachedShare(api, cluster, ({ network }, isApiservers) => !isApiservers || network === 'pod'),
  },
];
