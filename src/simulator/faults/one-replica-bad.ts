import { required } from '../required.ts';
import { status } from './answers.ts';
import { defineFault } from './fault.ts';

/** How long the kube-apiserver keeps a connection, and with it a replica: each new one is a throw of dice. */
const CONNECTION_LASTS = 20_000;

/** One of the pods answers everything with an error and still says that it is ready. */
export const oneReplicaBad = defineFault({
  id: 'one-replica-bad',
  cause: 'one-replica-bad',
  scope: 'api',
  pattern: 'intermittent',
  replicas: 2,
  inject({ apiServers, timers }, api) {
    const pod = required(api.pods()[0], `a pod of ${api.name}`);
    pod.behaviour.interceptEarly = (kind) =>
      kind === 'health' || kind === 'metrics' ? undefined : status('ServiceUnavailable', 'this replica has lost its cache');
    api.reconnect();
    const stop = timers.every(timers.scaled(CONNECTION_LASTS), () => {
      for (const { connections } of apiServers) connections.closeIdle(api.name);
    });
    return () => {
      stop();
      delete pod.behaviour.interceptEarly;
    };
  },
});
