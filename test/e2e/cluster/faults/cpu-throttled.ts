import type { Fault } from '../fault.ts';

export const fault: Fault = {
  id: 'cpu-throttled',
  title: 'The container gets a twentieth of the CPU time that it wants',
  causes: ['cpu-throttled'],
  category: 'resource-pressure',
  within: 90,
  inject: async (cluster) => cluster.pod(cluster.wardle).container.throttle(0.95),
};
