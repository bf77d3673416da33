import type { Fault } from '../fault.ts';
import { keepKilling } from '../inject.ts';

export const fault: Fault = {
  id: 'crash-loop',
  title: 'The server dies two seconds after each start',
  causes: ['pod-crash-looping', 'pod-restarting'],
  category: 'pod-instability',
  within: 30,
  inject: async (cluster) => keepKilling(cluster, 2000),
};
