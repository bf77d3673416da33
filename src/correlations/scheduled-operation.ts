import { clause, defineCause } from '../domain/cause.ts';
import { above, all, avg, below, coincides, HOUR, last, MINUTE, regular } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { FAILING } from './shared/vantages.ts';

const JOBS_START_BEFORE = coincides(above(last('neighbours-jobs-starting', 2 * MINUTE), 0), FAILING, {
  within: MINUTE,
  over: HOUR,
  atLeast: 0.8,
});
/** Where Jobs start all the time, each failure has one before it. */
const SELDOM_START = below(avg('neighbours-jobs-starting', HOUR), 0.5);

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
      id: 'jobs-start-before',
      when: all(JOBS_START_BEFORE, SELDOM_START, seen('failures-periodic')),
      weight: 'strong',
      says: [
        clause(
          '{met} of {of} failed checks since {from} came at most 4 minutes after a Job started on the node of the backend',
          JOBS_START_BEFORE,
        ),
        clause('the failures begin at even intervals', seen('failures-periodic')),
      ],
      reproduce: 'kubectl get pods -A -o wide --field-selector spec.nodeName={node} --sort-by=.status.startTime',
    },
    {
      id: 'a-job-started-before',
      when: all(JOBS_START_BEFORE, SELDOM_START),
      weight: 'circumstantial',
      says: '{met} of {of} failed checks since {from} came at most 4 minutes after a Job started on the node of the backend.',
      reproduce: 'kubectl get pods -A -o wide --field-selector spec.nodeName={node} --sort-by=.status.startTime',
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
    'Look at certificate rotations, backups (Schedules of Velero are matched too), autoscaler and node schedules.',
    'Move it, slow it down, or give the backend a second replica for that time.',
  ],
  verify: { command: 'kubectl get cronjobs -A', expect: 'the job is moved or suspended, and the next interval passes without a failure' },
  confusedWith: [{ cause: 'pod-crash-looping', tell: 'the even interval is the back-off of the kubelet: five minutes' }],
  references: ['https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/'],
});
