import type { Cluster } from './cluster.ts';
import { createRequests } from './requests.ts';
import type { Cancel } from './timers.ts';

const PERIOD_MS = 5000;

/** An ordinary client that lists each API through the kube-apiserver every five seconds, so that faults leave their traces. Returns the stop function. */
export function runTraffic(cluster: Cluster): Cancel {
  const requests = createRequests(cluster, 'harbour-console/1.9');
  const cancel = cluster.timers.every(PERIOD_MS, () => {
    for (const { plan } of cluster.apis.values()) void requests.get(`/apis/${plan.group}/${plan.version}/${plan.resource}?limit=5`);
  });
  return () => {
    cancel();
    requests.close();
  };
}
