import { defineFault } from './fault.ts';

/** Somebody scaled the Deployment to zero. */
export const noReadyEndpoints = defineFault({
  id: 'no-ready-endpoints',
  cause: 'no-ready-endpoints',
  scope: 'api',
  async inject(_cluster, api) {
    const replicas = api.pods().length;
    await api.workload.scale(0);
    return () => api.workload.scale(replicas);
  },
});
