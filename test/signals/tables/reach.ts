import type { NodeProbe, NodeReach } from '../../../src/domain/node-reach.ts';
import type { ClusterFacts } from '../../../src/domain/snapshot.ts';
import { healthyCluster, NOW } from '../../support/healthy.ts';
import type { Row } from './row.ts';

/** What an agent says of two addresses; `?` = it is silent. */
const seen = (node: string, outcome: 'ok' | 'part' | 'no' | '?', network: NodeReach['network'] = 'host'): NodeReach => {
  const probe = (target: string, ok: boolean): NodeProbe => ({
    ...{ vantage: 'endpoint', target, at: NOW, ok, seconds: 0.01 },
    ...(!ok && { phase: 'connect', reason: 'connection_timeout' }),
  });
  return {
    node,
    network,
    heardAt: NOW,
    ...(outcome === '?' && { silent: true }),
    probes: outcome === '?' ? [] : [probe('10.1.0.5:8443', outcome !== 'no'), probe('10.1.0.6:8443', outcome === 'ok')],
  };
};

/** A kube-apiserver on node-a. */
const CLUSTER: Partial<ClusterFacts> = {
  apiservers: healthyCluster().apiservers.map((of) => ({ ...of, instance: '192.0.2.10:6443' })),
};

/** From which nodes a backend is reached. */
export const REACH_ROWS: readonly Row[] = [
  ['apiserver-nodes-unreached', undefined, 1, { reach: [seen('node-a', 'no'), seen('node-b', 'ok')] }, CLUSTER],
  ['apiserver-nodes-unreached', undefined, 0, { reach: [seen('node-a', 'part'), seen('node-b', 'no')] }, CLUSTER],
  // A pod there goes another way.
  ['apiserver-nodes-unreached', undefined, undefined, { reach: [seen('node-a', 'no', 'pod')] }, CLUSTER],
  ['apiserver-nodes-unreached', undefined, undefined, { reach: [seen('node-a', '?')] }, CLUSTER],
  ['apiserver-nodes-unreached', undefined, undefined, { reach: [seen('node-a', 'no')] }, { ...CLUSTER, nodes: { state: 'unobserved' } }],
  ['other-nodes-unreached', undefined, 0.5, { reach: [seen('node-a', 'ok'), seen('node-b', 'no'), seen('node-c', 'ok')] }, CLUSTER],
  ['other-nodes-unreached', undefined, 1, { reach: [seen('node-a', 'no', 'pod'), seen('node-b', 'no'), seen('node-c', '?')] }, CLUSTER],
  ['other-nodes-unreached', undefined, undefined, { reach: [] }, CLUSTER],
  ['other-nodes-unreached', undefined, undefined, {}],
];
