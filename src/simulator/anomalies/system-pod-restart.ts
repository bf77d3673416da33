import type { Anomaly } from './anomaly.ts';

/** A CoreDNS pod restarts once. */
export const systemPodRestart: Anomaly = {
  id: 'system-pod-restart',
  async inject({ systemPods }) {
    const pod = [...systemPods.values()].find((candidate) => candidate.plan.container === 'coredns');
    await pod?.restart({ exitCode: 0 });
    return () => {};
  },
};
