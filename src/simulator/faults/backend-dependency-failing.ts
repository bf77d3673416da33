import { klogStructured } from '../node/klog.ts';
import { status } from './answers.ts';
import { defineFault } from './fault.ts';

const WORDS = 'Post "http://timeseries.harbour.svc:9090/api/v1/query": dial tcp 10.96.44.7:9090: connect: connection refused';

/** The database behind the server is down: discovery works, every real request fails. */
export const backendDependencyFailing = defineFault({
  id: 'backend-dependency-failing',
  cause: 'backend-dependency-failing',
  scope: 'api',
  inject(_cluster, api) {
    api.behaviour.intercept = ({ kind }) => {
      if (kind !== 'list') return undefined;
      api.log(klogStructured('E', 'provider.go:150', 'unable to fetch metrics from prometheus', { err: WORDS }));
      return status('InternalError', 'Internal error occurred: unable to fetch metrics');
    };
    return () => {
      delete api.behaviour.intercept;
    };
  },
});
