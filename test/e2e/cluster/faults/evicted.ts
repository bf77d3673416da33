import type { Fault } from '../fault.ts';
import { reinstall } from '../inject.ts';

const MESSAGE =
  'The node was low on resource: memory. Threshold quantity: 100Mi, available: 62Mi. Container server was using 214Mi, request is 0, has larger consumption of memory.';

export const fault: Fault = {
  id: 'evicted',
  title: 'The node runs out of memory and evicts the pod and each one that follows',
  causes: ['pod-evicted', 'node-under-pressure'],
  category: 'resource-pressure',
  within: 30,
  inject: async (cluster) => {
    const pressure = (status: 'True' | 'False') =>
      cluster.kube.patch(
        '/api/v1/nodes/node-a/status',
        {
          status: {
            conditions: [
              {
                type: 'MemoryPressure',
                status,
                reason: 'KubeletHasInsufficientMemory',
                message: 'kubelet has insufficient memory available',
              },
            ],
          },
        },
        'strategic-merge',
      );
    await pressure('True');
    const loop = setInterval(() => {
      const pod = cluster.kubelets[0]!.podOf('app', 'wardle');
      // A pod that is deleted meanwhile has no status to write any more.
      if (pod) void cluster.kubelets[0]!.evict(pod, MESSAGE).catch(() => {});
    }, 1500);
    return async () => {
      clearInterval(loop);
      await pressure('False');
      await reinstall(cluster);
    };
  },
};
