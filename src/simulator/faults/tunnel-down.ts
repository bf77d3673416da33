import type { Cluster } from '../cluster.ts';
import { klog } from '../node/klog.ts';
import { crashLoop } from './crash-loop.ts';
import { defineFault } from './fault.ts';

const WORDS = 'No agent available';
const LAST_WORDS = klog('E', 'clientset.go:225', '"cannot connect once" err="rpc error: code = Unavailable desc = connection error"');

const agentsOf = ({ systemPods }: Cluster) => [...systemPods.values()].filter(({ plan }) => plan.container === 'konnectivity-agent');

/** The konnectivity tunnel from the control plane to the nodes has lost its agents. */
export const tunnelDown = defineFault({
  id: 'tunnel-down',
  cause: 'tunnel-down',
  scope: 'cluster',
  async inject(cluster) {
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
    const recover = await crashLoop(
      { pods: () => agentsOf(cluster) },
      { endsAfter: 2000, ending: () => ({ exitCode: 1, lines: [LAST_WORDS] }) },
    );
    const stop = cluster.timers.every(cluster.timers.scaled(10_000), complain);
    return async () => {
      stop();
      await recover();
      for (const { connections } of cluster.apiServers) connections.obstacles.delete(obstacle);
    };
  },
});
