import { status } from './answers.ts';
import type { Fault } from './fault.ts';

/** One of the pods answers everything with an error and still says that it is ready. */
export const oneReplicaBad: Fault = {
  id: 'one-replica-bad',
  cause: 'one-replica-bad',
  category: 'network-connectivity',
  scope: 'api',
  pattern: 'intermittent',
  replicas: 2,
  inject(_cluster, api) {
    const pod = api.pods()[0]!;
    pod.behaviour.interceptEarly = (kind) =>
      kind === 'health' || kind === 'metrics' ? undefined : status('ServiceUnavailable', 'this replica has lost its cache');
    api.reconnect();
    return () => {
      delete pod.behaviour.interceptEarly;
    };
  },
};
