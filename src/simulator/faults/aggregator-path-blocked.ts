import type { ApiServiceObject } from '../objects.ts';
import { defineFault } from './fault.ts';

/** The kube-apiserver can't reach the pods; everybody else can. */
export const aggregatorPathBlocked = defineFault({
  id: 'aggregator-path-blocked',
  cause: 'aggregator-path-blocked',
  scope: 'api',
  inject(cluster, api) {
    const obstacle = (wanted: ApiServiceObject) => (wanted.metadata.name === api.name ? ({ kind: 'drop' } as const) : undefined);
    for (const { connections } of cluster.apiServers) {
      connections.obstacles.add(obstacle);
      connections.closeIdle(api.name);
    }
    return () => {
      for (const { connections } of cluster.apiServers) {
        connections.obstacles.delete(obstacle);
        connections.closeIdle(api.name);
      }
    };
  },
});
