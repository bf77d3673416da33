import type { Fault } from '../fault.ts';
import { cutPod } from '../inject.ts';

export const fault: Fault = {
  id: 'packets-refused',
  title: 'Every connection to the pod is refused, and the pod is Ready',
  causes: ['connection-refused'],
  category: 'network-connectivity',
  within: 30,
  inject: async (cluster) => cutPod(cluster, { action: 'refuse' }),
};
