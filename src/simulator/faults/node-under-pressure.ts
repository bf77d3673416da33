import { timestamp } from '../objects.ts';
import { defineFault } from './fault.ts';

/** The node of the pods is short of memory: it evicts them, and their successors find no other place. */
export const nodeUnderPressure = defineFault({
  id: 'node-under-pressure',
  cause: 'node-under-pressure',
  scope: 'api',
  async inject(cluster, api) {
    const pods = api.pods();
    const affected = cluster.nodes.filter((node) => pods.some((pod) => pod.plan.node.name === node.name));
    const condition = { type: 'MemoryPressure', lastHeartbeatTime: timestamp() } as const;
    for (const node of affected)
      node.setCondition({
        ...condition,
        status: 'True',
        reason: 'KubeletHasInsufficientMemory',
        message: 'kubelet has insufficient memory available',
      });
    const total = cluster.nodes.length;
    for (const pod of pods) {
      const message = `The node was low on resource: memory. Threshold quantity: 100Mi, available: 41260Ki. Container ${pod.plan.container} was using 201392Ki, request is 0, has larger consumption of memory. `;
      pod.report({ type: 'Warning', reason: 'Evicted', message });
      cluster.events.report(
        { kind: 'Node', name: pod.plan.node.name, uid: pod.plan.node.name, apiVersion: 'v1' },
        {
          type: 'Warning',
          reason: 'EvictionThresholdMet',
          message: 'Attempting to reclaim memory',
          component: 'kubelet',
          host: pod.plan.node.name,
        },
      );
      await pod.fail('Evicted', message);
      await api.workload.succeed(pod, () => ({
        kind: 'unschedulable',
        message: `0/${total} nodes are available: ${affected.length} node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }, ${total - affected.length} node(s) didn't match Pod's node affinity/selector. preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`,
      }));
    }
    return async () => {
      for (const node of affected)
        node.setCondition({
          ...condition,
          status: 'False',
          reason: 'KubeletHasSufficientMemory',
          message: 'kubelet has sufficient memory available',
        });
      for (const pod of api.pods()) await pod.recover();
    };
  },
});
