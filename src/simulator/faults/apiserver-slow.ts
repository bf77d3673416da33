import { CALM, setLatency } from '../control-plane/load.ts';
import { defineFault } from './fault.ts';

/** Every request to the kube-apiserver takes seconds, aggregated or not. */
export const apiserverSlow = defineFault({
  id: 'apiserver-slow',
  cause: 'apiserver-slow',
  scope: 'cluster',
  pattern: 'intermittent',
  inject({ apiServers, random, timing }) {
    for (const { load } of apiServers) {
      setLatency(load, { requestSeconds: 5.5 });
      load.inflight = 240;
      load.delay = () => timing.late(random.integer(3500, 8000));
    }
    return () => {
      for (const { load } of apiServers) {
        setLatency(load, {});
        load.inflight = CALM.inflight;
        load.delay = () => 0;
      }
    };
  },
});
