import { takeLease } from '../control-plane/leases.ts';
import { CALM, setLatency } from '../control-plane/load.ts';
import { klogStructured } from '../node/klog.ts';
import { status } from './answers.ts';
import { defineFault } from './fault.ts';

const WORDS = 'etcdserver: request timed out';

/** etcd's disk is slow: the kube-apiserver waits for it, fails its own readiness, and what is stored there can't be listed. */
export const etcdSlow = defineFault({
  id: 'etcd-slow',
  cause: 'etcd-slow',
  scope: 'cluster',
  pattern: 'intermittent',
  inject(cluster, api) {
    const { random, timers, timing } = cluster;
    for (const { load } of cluster.apiServers) {
      setLatency(load, { requestSeconds: 2.5, etcdSeconds: 2.2 });
      load.etcdErrors.rate = 5;
      load.inflight = 160;
      load.failingChecks = ['etcd'];
      load.delay = () => (random.chance(0.5) ? timing.late(random.integer(800, 3500)) : 0);
    }
    api.behaviour.intercept = async ({ kind }) => {
      if (kind !== 'list') return undefined;
      await timers.sleep(timing.late(random.integer(1000, 3000)));
      return random.chance(0.8) ? status('InternalError', WORDS) : undefined;
    };
    const complain = () => {
      const line = klogStructured('E', 'status.go:71', 'apiserver received an error that is not an metav1.Status', { err: WORDS });
      cluster.logControlPlane(line);
      api.log(line);
    };
    complain();
    // The one that led could not renew its Lease for ten seconds.
    takeLease(cluster, 'kube-controller-manager', `control-b_${random.suffix(4)}`);
    const stop = timers.every(timers.scaled(10_000), complain);
    return () => {
      stop();
      delete api.behaviour.intercept;
      for (const { load } of cluster.apiServers) {
        setLatency(load, {});
        load.etcdErrors.rate = 0;
        load.inflight = CALM.inflight;
        load.failingChecks = [];
        load.delay = () => 0;
      }
    };
  },
});
