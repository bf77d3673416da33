import { defineFault } from './fault.ts';

/** The process lives and its health port answers, but nobody listens on the serving port. */
export const connectionRefused = defineFault({
  id: 'connection-refused',
  cause: 'connection-refused',
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
});
