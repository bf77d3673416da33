import { dropTraffic } from './drop-traffic.ts';
import { defineFault } from './fault.ts';

/** A firewall between the nodes swallows what is sent to the pods; no NetworkPolicy says so. */
export const connectionTimedOut = defineFault({
  id: 'connection-timed-out',
  cause: 'connection-timed-out',
  scope: 'api',
  inject: (_cluster, api) => dropTraffic(api),
});
