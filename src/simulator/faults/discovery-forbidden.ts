import { klog } from '../node/klog.ts';
import { defineFault } from './fault.ts';

/** The server came up without a request-header configuration: whoever the aggregator vouches for is anonymous to it. */
export const discoveryForbidden = defineFault({
  id: 'discovery-forbidden',
  cause: 'discovery-forbidden',
  scope: 'api',
  async inject(_cluster, api) {
    api.behaviour.requestHeaderCa = null;
    api.log(
      klog(
        'W',
        'authentication.go:349',
        'Error looking up in-cluster authentication configuration: the server could not find the requested resource',
      ),
      klog('W', 'authentication.go:350', 'Continuing without authentication configuration. This may treat all requests as anonymous.'),
    );
    await api.reload();
    return () => {
      delete api.behaviour.requestHeaderCa;
      return api.reload();
    };
  },
});
