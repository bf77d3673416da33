import { CALM } from '../control-plane/load.ts';
import { klog } from '../node/klog.ts';
import { defineFault } from './fault.ts';

/** Too many clients: priority and fairness turns most ordinary requests away. Administrators notice nothing. */
export const apiserverOverloaded = defineFault({
  id: 'apiserver-overloaded',
  cause: 'apiserver-overloaded',
  scope: 'cluster',
  pattern: 'intermittent',
  inject(cluster) {
    for (const { load } of cluster.apiServers) {
      load.rejectShare = 0.7;
      load.rejected.rate = 35;
      load.inflight = 388;
      load.inqueue = 74;
    }
    cluster.logControlPlane(klog('W', 'priority-and-fairness.go:380', 'request was rejected: queue-full, priority level workload-low'));
    return () => {
      for (const { load } of cluster.apiServers) {
        load.rejectShare = 0;
        load.rejected.rate = 0;
        load.inflight = CALM.inflight;
        load.inqueue = 0;
      }
    };
  },
});
