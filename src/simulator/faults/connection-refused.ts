import type { Fault } from './fault.ts';

/** The process lives and its health port answers, but nobody listens on the serving port. */
export const connectionRefused: Fault = {
  id: 'connection-refused',
  cause: 'connection-refused',
  category: 'network-connectivity',
  scope: 'api',
  async inject(_cluster, api) {
    const pods = api.pods();
    for (const pod of pods) {
      pod.probesPass = true;
      await pod.listener?.set('closed');
    }
    return async () => {
      for (const pod of pods) {
        if (pod.container.running) await pod.listener?.set('open');
        pod.probesPass = false;
      }
    };
  },
};
