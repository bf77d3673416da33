import type { Fault } from '../fault.ts';
import { cutPod } from '../inject.ts';

export const fault: Fault = {
  id: 'packets-dropped',
  title: 'Packets to the pod vanish, for the kube-apiserver and for us',
  causes: ['connection-timed-out'],
  category: 'network-connectivity',
  within: 30,
  inject: async (cluster) => cutPod(cluster, { action: 'drop' }),
};
