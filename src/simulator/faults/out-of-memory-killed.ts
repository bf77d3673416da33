import { setUsage } from '../node/usage.ts';
import { crashLoop } from './crash-loop.ts';
import { defineFault } from './fault.ts';

/** The kernel kills the container each time that it reaches its memory limit. */
export const outOfMemoryKilled = defineFault({
  id: 'out-of-memory-killed',
  cause: 'out-of-memory-killed',
  scope: 'api',
  async inject(_cluster, api) {
    const pods = api.pods();
    for (const { usage } of pods) {
      usage.oomEvents += 1;
      setUsage(usage, { memory: 0.98, cpu: 0.4 });
    }
    const clear = await crashLoop(api, { endsAfter: 5000, ending: () => ({ exitCode: 137, reason: 'OOMKilled' }) });
    return async () => {
      for (const { usage } of pods) setUsage(usage, {});
      await clear();
    };
  },
});
