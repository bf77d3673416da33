import { defineCause } from '../domain/cause.ts';
import { all, HOUR, regular } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';

export const scheduledOperation = defineCause({
  id: 'scheduled-operation',
  category: 'scheduled-trigger',
  part: 'anywhere',
  title: 'The failures come on a schedule',
  summary:
    'Failures begin at even intervals. Something that runs on a schedule disturbs the API: a CronJob, a certificate rotation, a backup, or a nightly restart. Between the runs it works.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'onsets-are-even',
      when: regular('failing', { over: 6 * HOUR }),
      weight: 'strong',
      says: 'The failures begin at even intervals.',
    },
    {
      id: 'matches-a-schedule',
      when: all(seen('failures-periodic'), seen('schedule-matched')),
      weight: 'decisive',
      says: 'The failures begin when a known schedule runs.',
      reproduce: 'kubectl get cronjobs,jobs -A',
    },
    {
      id: 'crash-back-off',
      when: seen('waiting-crash-loop'),
      weight: 'stronglyAgainst',
      says: 'A container is in CrashLoopBackOff, which restarts at even intervals by itself.',
    },
    ...linesSay('scheduled-operation'),
  ],
  supersedes: [
    'pod-restarting',
    'rollout-in-progress',
    'no-ready-endpoints',
    'connection-refused',
    'connection-reset',
    'connection-timed-out',
    'packet-loss',
    'backend-slow',
    'apiserver-restarted',
    'pod-probe-failing',
  ],
  runbookCorrelation: 'temporal-pattern',
  remedy: [
    { says: 'Find the job that starts at those times', command: 'kubectl get cronjobs -A' },
    'Look at certificate rotations, backups, autoscaler and node schedules too.',
    'Move it, slow it down, or give the backend a second replica for that time.',
  ],
  verify: { command: 'kubectl get cronjobs -A', expect: 'the job is moved or suspended, and the next interval passes without a failure' },
  confusedWith: [{ cause: 'pod-crash-looping', tell: 'the even interval is the back-off of the kubelet: five minutes' }],
  references: ['https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/'],
});
