import type { Fault } from '../fault.ts';

export const fault: Fault = {
  id: 'server-hung',
  title: 'The server process is stopped; its readiness probe times out',
  causes: ['pod-probe-failing'],
  category: 'pod-instability',
  within: 30,
  inject: async (cluster) => {
    const { container } = cluster.pod(cluster.wardle);
    container.pause();
    return () => container.resume();
  },
};
