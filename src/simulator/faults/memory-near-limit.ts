import { setUsage } from '../node/usage.ts';
import { defineFault } from './fault.ts';

/** The working set touches the memory limit: the process reclaims instead of answering. */
export const memoryNearLimit = defineFault({
  id: 'memory-near-limit',
  cause: 'memory-near-limit',
  scope: 'api',
  pattern: 'intermittent',
  inject({ random, timers, timing }, api) {
    const pods = api.pods();
    for (const { usage } of pods) setUsage(usage, { memory: 0.975, cpu: 0.5 });
    api.behaviour.intercept = async ({ kind }) => {
      if (kind === 'health') return undefined;
      if (random.chance(0.6))
        await timers.sleep(timing.late(kind === 'list' ? random.integer(10_500, 14_000) : random.integer(5200, 9000)));
      return undefined;
    };
    return () => {
      delete api.behaviour.intercept;
      for (const { usage } of pods) setUsage(usage, {});
    };
  },
});
