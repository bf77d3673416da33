import type { Fault } from '../fault.ts';
import { keepKilling } from '../inject.ts';

export const fault: Fault = {
  id: 'out-of-memory',
  title: 'The server is killed for its memory each time it has run for two seconds',
  causes: ['out-of-memory-killed'],
  category: 'resource-pressure',
  within: 30,
  inject: async (cluster) => keepKilling(cluster, 2000, 'OOMKilled'),
};
