import { defineFault } from './fault.ts';

/** The kube-apiserver can't reach the pods; everybody else can. */
export const aggregatorPathBlocked = defineFault({
  id: 'aggregator-path-blocked',
  cause: 'aggregator-path-blocked',
  scope: 'api',
  inject(cluster, api) {
    for (const { connections } of cluster.apiServers) {
      connections.obstacle = (wanted) => (wanted.metadata.name === api.name ? { kind: 'drop' } : undefined);
      connections.closeIdle(api.name);
    }
    return () => {
      for (const { connections } of cluster.apiServers) {
        connections.obstacle = undefined;
        connections.closeIdle(api.name);
      }
    };
  },
});
