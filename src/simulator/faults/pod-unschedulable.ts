import { defineFault } from './fault.ts';

/** No node has room for the pod after an update asked for more memory. */
export const podUnschedulable = defineFault({
  id: 'pod-unschedulable',
  cause: 'pod-unschedulable',
  scope: 'api',
  async inject(cluster, api) {
    const workers = cluster.plan.nodes.length;
    const nodes = cluster.nodes.length;
    await api.workload.rollout({
      surge: false,
      prepare: () => ({
        kind: 'unschedulable',
        message: `0/${nodes} nodes are available: ${nodes - workers} node(s) had untolerated taint(s), ${workers} Insufficient memory. preemption: 0/${nodes} nodes are available: ${nodes} No preemption victims found for incoming pod.`,
      }),
    });
    return () => api.workload.rollout({ surge: false });
  },
});
