import type { Fault } from './fault.ts';

/** Somebody scaled the Deployment to zero. */
export const noReadyEndpoints: Fault = {
  id: 'no-ready-endpoints',
  cause: 'no-ready-endpoints',
  category: 'pod-instability',
  scope: 'api',
  async inject(_cluster, api) {
    const replicas = api.pods().length;
    await api.workload.scale(0);
    return () => api.workload.scale(replicas);
  },
};
