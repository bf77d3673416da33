import type { SimulatedPod } from '../node/pod.ts';
import { defineFault } from './fault.ts';

const EVERY = 30_000;
/** Share of the time in which a successor is not running yet. */
const DOWN = 0.8;
const MESSAGE = 'Pod ephemeral local storage usage exceeds the total limit of containers 64Mi. ';

/** Each pod is evicted soon after it started, because it fills its local storage; its successor takes a while. */
export const podEvicted = defineFault({
  id: 'pod-evicted',
  cause: 'pod-evicted',
  scope: 'api',
  async inject({ timers }, api) {
    let over = false;
    let failed: SimulatedPod[] = [];

    async function evict(): Promise<void> {
      const remains = failed;
      failed = [...api.pods()];
      for (const pod of failed) {
        pod.report({ type: 'Warning', reason: 'Evicted', message: MESSAGE });
        await pod.fail('Evicted', MESSAGE);
        await api.workload.succeed(pod, () => ({ kind: 'waiting', reason: 'ContainerCreating', message: '', events: [] }));
      }
      for (const pod of remains) void pod.delete();
    }

    async function recover(): Promise<void> {
      for (const pod of api.pods()) await pod.recover();
    }

    async function goOn(): Promise<void> {
      while (!over && !timers.stopped) {
        await timers.sleep(timers.scaled(EVERY * DOWN));
        if (over) return;
        await recover();
        await timers.sleep(timers.scaled(EVERY * (1 - DOWN)));
        if (!over) await evict();
      }
    }

    await evict();
    void goOn();
    return async () => {
      over = true;
      await recover();
      for (const pod of failed) void pod.delete();
    };
  },
});
