import { status } from './answers.ts';
import { defineFault } from './fault.ts';

/** The aggregated server turns requests away to protect itself. */
export const rateLimited = defineFault({
  id: 'rate-limited',
  cause: 'rate-limited',
  scope: 'api',
  inject(_cluster, api) {
    api.behaviour.intercept = ({ kind }) => {
      if (kind !== 'discovery' && kind !== 'list') return undefined;
      for (const pod of api.pods()) if (pod.server) pod.server.counters.rejected += 1;
      return status('TooManyRequests', 'Too many requests, please try again later.', { 'Retry-After': '1' });
    };
    return () => {
      delete api.behaviour.intercept;
    };
  },
});
