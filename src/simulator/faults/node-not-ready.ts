import { timestamp } from '../objects.ts';
import { defineFault } from './fault.ts';

/** The node of the pods stopped reporting, and nothing reaches it any more. */
export const nodeNotReady = defineFault({
  id: 'node-not-ready',
  cause: 'node-not-ready',
  scope: 'api',
  async inject(cluster, api) {
    const pods = api.pods();
    const affected = cluster.nodes.filter((node) => pods.some((pod) => pod.plan.node.name === node.name));
    for (const node of affected)
      node.setCondition({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
    for (const pod of pods) {
      await pod.listener?.set('drop');
      pod.setNodeLost(true);
      pod.report({ type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', component: 'node-controller' });
    }
    return async () => {
      for (const node of affected)
        node.setCondition({
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: timestamp(),
        });
      for (const pod of pods) {
        await pod.listener?.set(pod.container.running ? 'open' : 'closed');
        pod.setNodeLost(false);
      }
    };
  },
});
