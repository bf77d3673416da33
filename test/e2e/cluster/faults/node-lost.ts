import type { Fault } from '../fault.ts';
import { reinstall } from '../inject.ts';

export const fault: Fault = {
  id: 'node-lost',
  title: 'The node goes silent with the pod on it',
  causes: ['node-not-ready'],
  category: 'pod-instability',
  within: 60,
  inject: async (cluster) => {
    cluster.kubelets[0]!.lose();
    return async () => {
      await cluster.kubelets[0]!.find();
      await reinstall(cluster);
    };
  },
};
