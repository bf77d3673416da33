import { defineFault } from './fault.ts';

/** The pod refers to a Secret that is not there. */
export const containerConfigInvalid = defineFault({
  id: 'container-config-invalid',
  cause: 'container-config-invalid',
  scope: 'api',
  async inject(_cluster, api) {
    const message = `secret "${api.plan.service}-credentials" not found`;
    await api.workload.rollout({
      surge: false,
      prepare: () => ({
        kind: 'waiting',
        reason: 'CreateContainerConfigError',
        message,
        events: [{ type: 'Warning', reason: 'Failed', message: `Error: ${message}`, component: 'kubelet' }],
      }),
    });
    return () => api.workload.rollout({ surge: false });
  },
});
