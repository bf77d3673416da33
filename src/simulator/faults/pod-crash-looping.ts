import { klog, klogStructured } from '../node/klog.ts';
import { crashLoop } from './crash-loop.ts';
import { defineFault } from './fault.ts';

/** The process ends with an error a few seconds after each start. */
export const podCrashLooping = defineFault({
  id: 'pod-crash-looping',
  cause: 'pod-crash-looping',
  scope: 'api',
  inject: (_cluster, api) =>
    crashLoop(api, {
      endsAfter: 2000,
      ending: () => ({
        exitCode: 1,
        lines: [
          klog('I', 'state.go:61', 'opening state directory /var/lib/state'),
          klogStructured('E', 'run.go:72', 'command failed', { err: 'open /var/lib/state/segment-000117: input/output error' }),
        ],
      }),
    }),
});
