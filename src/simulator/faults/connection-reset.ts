import { defineFault } from './fault.ts';

/** Something on the way resets every new connection after it was accepted. */
export const connectionReset = defineFault({
  id: 'connection-reset',
  cause: 'connection-reset',
  scope: 'api',
  inject(_cluster, api) {
    const pods = api.pods();
    for (const pod of pods) {
      pod.probesPass = true;
      if (pod.listener) pod.listener.impair = () => ({ kind: 'reset' });
      pod.listener?.cut('reset');
    }
    return () => {
      for (const pod of pods) {
        pod.probesPass = false;
        if (pod.listener) pod.listener.impair = undefined;
      }
    };
  },
});
