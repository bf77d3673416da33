import type { SimulatedApi } from '../api.ts';
import type { Clear } from './fault.ts';

/** Nothing that the API's pods send to the kube-apiserver arrives, as behind a policy on their way out. */
export function cutOff(api: SimulatedApi): Clear {
  api.behaviour.controlPlaneUnreachable = 'dial tcp 10.96.0.1:443: i/o timeout';
  return () => {
    delete api.behaviour.controlPlaneUnreachable;
  };
}
