import { klogStructured } from '../node/klog.ts';
import { defineFault } from './fault.ts';

/** The kubelet forgets its back-off after ten minutes: what ends more often is held back, a crash loop. */
const EVERY = 600_000;

/** Now and then the process loses its lease and ends; it is back after a moment. */
export const podRestarting = defineFault({
  id: 'pod-restarting',
  cause: 'pod-restarting',
  scope: 'api',
  pattern: 'intermittent',
  async inject({ timers }, api) {
    const restart = async () => {
      for (const pod of api.pods()) {
        await pod.listener?.set('closed');
        await pod.restart({
          exitCode: 1,
          lines: [
            klogStructured('E', 'leaderelection.go:304', 'Failed to renew lease', {
              lock: api.serviceKey,
              err: 'timed out waiting for the condition',
            }),
            'F leaderelection lost',
          ],
        });
      }
    };
    await restart();
    const stop = timers.every(timers.scaled(EVERY), () => void restart());
    return stop;
  },
});
