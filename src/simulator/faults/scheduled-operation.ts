import { runCronJob } from '../control-plane/cron-jobs.ts';
import { klogStructured } from '../node/klog.ts';
import { status } from './answers.ts';
import { defineFault } from './fault.ts';

/** Cluster time; 30 s at a compression of 10. */
const SCHEDULE = '*/5 * * * *';
const RUNS_FOR_MS = 80_000;

/** A CronJob locks what the server reads: each run is a short outage, and nothing in between. */
export const scheduledOperation = defineFault({
  id: 'scheduled-operation',
  cause: 'scheduled-operation',
  scope: 'api',
  pattern: 'periodic',
  inject({ store, events, timers }, api) {
    return runCronJob(store, events, timers, {
      namespace: api.plan.namespace,
      name: `${api.plan.service}-compaction`,
      schedule: SCHEDULE,
      runsForMs: timers.scaled(RUNS_FOR_MS),
      onStart() {
        api.behaviour.intercept = ({ kind }) => {
          if (kind !== 'discovery' && kind !== 'list') return undefined;
          api.log(klogStructured('E', 'store.go:201', 'Read refused', { err: 'the table is locked by a running compaction' }));
          return status('ServiceUnavailable', 'the table is locked by a running compaction');
        };
      },
      onEnd() {
        delete api.behaviour.intercept;
      },
    });
  },
});
