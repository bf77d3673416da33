import { defineAnomaly } from './anomaly.ts';

/** A rolling update with a surge pod: nobody notices. */
export const rollingUpdate = defineAnomaly({
  id: 'rolling-update',
  async inject(_cluster, api) {
    await api.workload.rollout({ image: `registry.example/${api.plan.service}:v1.4.9` });
    return () => {};
  },
});
