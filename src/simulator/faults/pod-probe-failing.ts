import { klogStructured } from '../node/klog.ts';
import { defineFault } from './fault.ts';

/** The server says that it is not ready, and goes on running. */
export const podProbeFailing = defineFault({
  id: 'pod-probe-failing',
  cause: 'pod-probe-failing',
  scope: 'api',
  inject({ timers }, api) {
    api.behaviour.unready = { check: 'informer-sync', message: '1 informers not started yet: [*v1.Tide]' };
    const complain = () => api.log(klogStructured('I', 'healthz.go:311', 'informer-sync check failed: readyz', { check: 'informer-sync' }));
    const stop = timers.every(Math.max(timers.scaled(10_000), 500), complain);
    return () => {
      stop();
      delete api.behaviour.unready;
    };
  },
});
