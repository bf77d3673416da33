import type { Fault } from '../fault.ts';
import { cutPod } from '../inject.ts';

export const fault: Fault = {
  id: 'host-unreachable',
  title: 'The network answers "no route to host" for the pod',
  causes: ['host-unreachable'],
  category: 'network-connectivity',
  within: 30,
  inject: async (cluster) => cutPod(cluster, { action: 'unreachable' }),
};
