import { above, any, type Criterion, increase, MINUTE } from '../../domain/criterion.ts';
import { atLeast, lessThan, reasonSeen } from './seen.ts';
import { STEADY_SECONDS } from './vantages.ts';

/**
 * The load of the kube-apiserver can be behind the failures. It makes answers late, or fail by turns, or be refused, for itself too; the
 * discovery of an aggregated API asks no etcd. Where nothing at all comes back, the backend answers others and the kube-apiserver answers
 * its own /readyz, which asks etcd, within a second, load is beside it.
 */
export const LOAD_MAY_EXPLAIN: Criterion = any(
  lessThan('error-ratio', 0.99),
  reasonSeen('aggregator', 'too-many-requests', 'server-error'),
  lessThan('endpoints-passing', STEADY_SECONDS),
  atLeast('control-seconds', 1),
  atLeast('control-failing', 0.5),
);

/**
 * The counter has the reason `time-out` also for a request whose client gave up while it waited for a seat (k8s.io/apiserver v0.36.3): it
 * waited all the same.
 */
export const THE_KUBE_APISERVER_REJECTS: Criterion = above(increase('apiserver-rejected', 5 * MINUTE), 0.5);

/**
 * It has much to do. Priority and fairness rejects also while it has little to do, when one of its levels has few seats: that is a limit,
 * not a load. Requests that wait tell nothing here, as they do so for the seats of their own level.
 */
export const THE_KUBE_APISERVER_IS_BUSY: Criterion = any(atLeast('apiserver-inflight', 0.3), atLeast('control-seconds', 0.5));
