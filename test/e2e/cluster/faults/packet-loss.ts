import type { Fault } from '../fault.ts';
import { cutPod } from '../inject.ts';

export const fault: Fault = {
  id: 'packet-loss',
  title: 'Five of six packets to the pod are lost',
  causes: ['packet-loss', 'connection-timed-out'],
  category: 'network-connectivity',
  within: 60,
  inject: async (cluster) => cutPod(cluster, { action: 'drop', share: 0.83 }),
};
