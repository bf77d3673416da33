import { klogStructured } from '../node/klog.ts';
import { status } from './answers.ts';
import { defineFault } from './fault.ts';

/** The aggregated server's own client limits itself, so that its calls to the kube-apiserver miss their deadline. */
export const clientSideThrottled = defineFault({
  id: 'client-side-throttled',
  cause: 'client-side-throttled',
  scope: 'api',
  inject({ timers, timing, random }, api) {
    api.behaviour.intercept = async ({ kind }) => {
      if (kind !== 'list') return undefined;
      await timers.sleep(timing.late(random.integer(500, 2500)));
      return status('InternalError', 'Internal error occurred: client rate limiter Wait returned an error: context deadline exceeded');
    };
    const complain = () =>
      api.log(
        klogStructured('I', 'request.go:752', 'Waited before sending request', {
          delay: `${random.integer(1100, 9800)}ms`,
          reason: 'client-side throttling, not priority and fairness',
          verb: 'GET',
          URL: 'https://10.96.0.1:443/api/v1/nodes?limit=500',
        }),
        klogStructured('E', 'collector.go:119', 'Collection failed', {
          err: 'client rate limiter Wait returned an error: context deadline exceeded',
        }),
      );
    complain();
    const stop = timers.every(timers.scaled(10_000), complain);
    return () => {
      stop();
      delete api.behaviour.intercept;
    };
  },
});
