import { defineFault } from './fault.ts';

/** Share of connections and of requests that stall until TCP has sent again often enough. */
const LOSS = 0.4;
const STALL = { least: 5000, most: 12_000 };

/** Packets to the pods get lost: most attempts pass, some stall for seconds. */
export const packetLoss = defineFault({
  id: 'packet-loss',
  cause: 'packet-loss',
  scope: 'api',
  pattern: 'intermittent',
  inject({ random, timers, timing }, api) {
    const pods = api.pods();
    const stall = () => timing.late(random.integer(STALL.least, STALL.most));
    for (const pod of pods) {
      pod.probesPass = true;
      if (pod.listener) pod.listener.impair = () => (random.chance(LOSS) ? { kind: 'delay', milliseconds: stall() } : undefined);
    }
    api.behaviour.intercept = async () => {
      if (random.chance(LOSS)) await timers.sleep(stall());
      return undefined;
    };
    api.reconnect();
    return () => {
      delete api.behaviour.intercept;
      for (const pod of pods) {
        pod.probesPass = false;
        if (pod.listener) pod.listener.impair = undefined;
      }
    };
  },
});
