import type { SignalDeclaration } from '../domain/signal.ts';

/** Through which `regular('failing')` reads the pattern of all remembered failures. */
export const FAILURES_PERIODIC = 'failures-periodic';
export const SCHEDULE_MATCHED = 'schedule-matched';

/**
 * What no single snapshot shows: they come from the history of the failures: the diagnostician computes them before it asks the criteria, and hands them to the
 * exposition in `DiagnosisRound.derived`.
 */
export const DERIVED_SIGNALS: readonly SignalDeclaration[] = [
  {
    name: FAILURES_PERIODIC,
    help: '1 while the failures of the API begin at even intervals, or the newest one at the time of the week of earlier ones; 0 while they do not.',
    kind: 'gauge',
    metric: 'aggregated_api_failures_periodic',
    source: 'probes',
  },
  {
    name: SCHEDULE_MATCHED,
    help: '1 while the failures of the API begin when a known schedule runs (a CronJob, a backup of Velero, a repeated change, a controller with a fixed period), 0 while they do not.',
    kind: 'gauge',
    metric: 'aggregated_api_schedule_matched',
    source: 'cron-jobs',
  },
];
