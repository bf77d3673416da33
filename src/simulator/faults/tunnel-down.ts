import { klog } from '../node/klog.ts';
import { defineFault } from './fault.ts';

const WORDS = 'No agent available';

/** The konnectivity tunnel from the control plane to the nodes has lost its agents. */
export const tunnelDown = defineFault({
  id: 'tunnel-down',
  cause: 'tunnel-down',
  scope: 'cluster',
  inject(cluster) {
    const names = [...cluster.apis.keys()];
    const obstacle = () => ({ kind: 'error', words: WORDS }) as const;
    for (const { connections } of cluster.apiServers) {
      connections.obstacles.add(obstacle);
      for (const name of names) connections.closeIdle(name);
    }
    const complain = () =>
      cluster.logControlPlane(
        klog('E', 'server.go:443', `"Failed to get a backend" err="${WORDS}" dialID=${cluster.random.integer(1, 1e9)}`),
      );
    complain();
    const stop = cluster.timers.every(cluster.timers.scaled(10_000), complain);
    return () => {
      stop();
      for (const { connections } of cluster.apiServers) connections.obstacles.delete(obstacle);
    };
  },
});
