import { setUsage } from '../node/usage.ts';
import { defineFault } from './fault.ts';

/** The container wants more CPU than its limit: it is throttled most of the time and answers late. */
export const cpuThrottled = defineFault({
  id: 'cpu-throttled',
  cause: 'cpu-throttled',
  scope: 'api',
  pattern: 'intermittent',
  inject({ random, timers, timing }, api) {
    const pods = api.pods();
    for (const { usage } of pods) setUsage(usage, { cpu: 0.99, throttled: 0.87 });
    api.behaviour.intercept = async ({ kind }) => {
      if (kind === 'health') await timers.sleep(timing.late(random.integer(100, 600)));
      else await timers.sleep(timing.late(kind === 'list' ? random.integer(7000, 14_000) : random.integer(3500, 9000)));
      return undefined;
    };
    return () => {
      delete api.behaviour.intercept;
      for (const { usage } of pods) setUsage(usage, {});
    };
  },
});
