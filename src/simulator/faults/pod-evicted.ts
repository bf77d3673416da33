import type { Fault } from './fault.ts';

const EVERY = 30_000;

/** Each pod is evicted soon after it started, because it fills its local storage; its successor takes a while. */
export const podEvicted: Fault = {
  id: 'pod-evicted',
  cause: 'pod-evicted',
  category: 'pod-instability',
  scope: 'api',
  async inject({ timers }, api) {
    const message = `Pod ephemeral local storage usage exceeds the total limit of containers 64Mi. `;
    let over = false;
    const evict = async () => {
      for (const pod of api.pods()) {
        pod.report({ type: 'Warning', reason: 'Evicted', message });
        await pod.fail('Evicted', message);
        await api.workload.succeed(pod, () => ({ kind: 'waiting', reason: 'ContainerCreating', message: '', events: [] }));
      }
    };
    const round = async () => {
      if (over) return;
      await evict();
      await timers.sleep(timers.scaled(EVERY * 0.8));
      for (const pod of api.pods()) await pod.recover();
      await timers.sleep(timers.scaled(EVERY * 0.2));
      void round();
    };
    void round();
    await timers.sleep(10);
    return async () => {
      over = true;
      for (const pod of api.pods()) await pod.recover();
    };
  },
};
