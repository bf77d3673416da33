import { defineFault } from './fault.ts';

/** The server answers, later than anybody waits. Connecting to it is quick. */
export const backendSlow = defineFault({
  id: 'backend-slow',
  cause: 'backend-slow',
  scope: 'api',
  inject({ random, timers, timing }, api) {
    api.behaviour.intercept = async ({ kind }) => {
      if (kind === 'discovery') await timers.sleep(timing.late(random.integer(5500, 8000)));
      if (kind === 'list') await timers.sleep(timing.late(random.integer(10_500, 14_000)));
      return undefined;
    };
    return () => {
      delete api.behaviour.intercept;
      api.reconnect();
    };
  },
});
