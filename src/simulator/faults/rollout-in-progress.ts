import { defineFault } from './fault.ts';

/** An update without a surge pod: the old one is gone, the new one still warms up. */
export const rolloutInProgress = defineFault({
  id: 'rollout-in-progress',
  cause: 'rollout-in-progress',
  scope: 'api',
  async inject(_cluster, api) {
    const fresh = new Set<{ behaviour: { unready?: unknown } }>();
    await api.workload.rollout({
      image: `registry.example/${api.plan.service}:v1.4.3`,
      surge: false,
      prepare: (pod) => {
        pod.behaviour.unready = { check: 'warm-up', message: 'the cache is still filling' };
        fresh.add(pod);
      },
    });
    return () => {
      for (const pod of fresh) delete pod.behaviour.unready;
    };
  },
});
