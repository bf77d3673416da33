import { defineAnomaly } from './anomaly.ts';

/** A CoreDNS pod restarts once. */
export const systemPodRestart = defineAnomaly({
  id: 'system-pod-restart',
  async inject({ systemPods }) {
    const pod = [...systemPods.values()].find((candidate) => candidate.plan.container === 'coredns');
    await pod?.restart({ exitCode: 0 });
    return () => {};
  },
});
