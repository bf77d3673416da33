import { klogStructured } from '../node/klog.ts';
import { status } from './answers.ts';
import { defineFault } from './fault.ts';

const WORDS = 'dial tcp: lookup timeseries.harbour.svc.cluster.local on 10.96.0.10:53: server misbehaving';

/** The cluster's DNS fails the server when it looks for its database. */
export const dnsFailingInBackend = defineFault({
  id: 'dns-failing-in-backend',
  cause: 'dns-failing',
  scope: 'api',
  inject(_cluster, api) {
    api.behaviour.intercept = ({ kind }) => {
      if (kind !== 'list') return undefined;
      api.log(
        klogStructured('E', 'client.go:88', 'query failed', {
          err: `Get "http://timeseries.harbour.svc.cluster.local:9090/api/v1/query": ${WORDS}`,
        }),
      );
      return status('InternalError', `Internal error occurred: ${WORDS}`);
    };
    return () => {
      delete api.behaviour.intercept;
    };
  },
});
