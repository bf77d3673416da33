import { dropTraffic } from './drop-traffic.ts';
import type { Fault } from './fault.ts';

/** A firewall between the nodes swallows what is sent to the pods; no NetworkPolicy says so. */
export const connectionTimedOut: Fault = {
  id: 'connection-timed-out',
  cause: 'connection-timed-out',
  category: 'network-connectivity',
  scope: 'api',
  inject: (_cluster, api) => dropTraffic(api),
};
