import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { FAILING, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const rolloutInProgress = defineCause({
  id: 'rollout-in-progress',
  category: 'pod-instability',
  part: 'backend',
  likeAStart: true,
  title: 'The backend is being rolled out',
  summary:
    'The pods of the aggregated API server are being replaced, and for a while none is ready. There is one replica without surge, or the server needs long to become ready. metrics-server needs two scrapes.',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    {
      id: 'rolling-out',
      when: all(seen('rolling-out'), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: [clause('a rollout of the backend goes on', seen('rolling-out')), NO_ADDRESS_READY],
      reproduce: 'kubectl rollout status -n {namespace} {workload} --watch=false',
    },
    {
      id: 'just-changed',
      when: all(changedWithin('last-change-rollout', 3 * MINUTE), seen('rolling-out'), FAILING),
      weight: 'suggestive',
      says: [
        clause('the pod template changed in the last 3 min', changedWithin('last-change-rollout', 3 * MINUTE)),
        clause('a rollout of the backend goes on', seen('rolling-out')),
      ],
      reproduce: 'kubectl rollout history -n {namespace} {workload}',
    },
    {
      id: 'just-scaled',
      when: all(changedWithin('last-change-scaling', 3 * MINUTE), seen('rolling-out'), FAILING),
      weight: 'suggestive',
      says: [
        clause(
          'the backend was scaled, or its pods given other resources, in the last 3 min',
          changedWithin('last-change-scaling', 3 * MINUTE),
        ),
        clause('a rollout of the backend goes on', seen('rolling-out')),
      ],
      reproduce: 'kubectl get hpa -n {namespace}',
    },
    {
      id: 'young-pods',
      when: all(changedWithin('newest-pod-created', 2 * MINUTE), NO_READY_ENDPOINTS),
      weight: 'circumstantial',
      says: 'The youngest backend pod is less than two minutes old.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'rollout-events',
      when: all(seen('events-rollout'), NO_READY_ENDPOINTS),
      weight: 'circumstantial',
      says: 'Events of the last 10 min say that the Deployment was scaled.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=ScalingReplicaSet',
    },
    {
      id: 'stuck',
      when: seen('rollout-stuck'),
      weight: 'stronglyAgainst',
      says: 'The rollout is past its deadline.',
    },
    {
      id: 'pods-in-trouble',
      when: any(seen('waiting-crash-loop'), seen('waiting-image-pull'), seen('waiting-config-error'), seen('pods-unschedulable')),
      weight: 'stronglyAgainst',
      says: [
        clause('{value|container is|containers are} in CrashLoopBackOff', seen('waiting-crash-loop')),
        clause('{value|container waits for its image|containers wait for their images}', seen('waiting-image-pull')),
        clause('{value|container waits|containers wait} in CreateContainerConfigError', seen('waiting-config-error')),
        clause('the scheduler found no node for {value|pod|pods}', seen('pods-unschedulable')),
      ],
    },
    ...linesSay('rollout-in-progress'),
  ],
  lookBack: [
    {
      id: 'errors-after-rollouts-within-the-hour',
      when: coincides(changedWithin('last-change-rollout', 10 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      weight: 'suggestive',
      says: '{met} of {of} failed checks since {from} came at most 11 minutes after a rollout of the backend.',
      reproduce: 'kubectl rollout history -n {namespace} {workload}',
    },
    {
      id: 'errors-after-scaling-within-the-hour',
      when: coincides(changedWithin('last-change-scaling', 5 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      weight: 'suggestive',
      says: '{met} of {of} failed checks since {from} came at most 6 minutes after the backend was scaled or given other resources.',
      reproduce: 'kubectl get hpa -n {namespace}',
    },
  ],
  supersedes: ['no-ready-endpoints', 'connection-refused'],
  runbookCorrelation: 'transient-causes',
  remedy: [
    { says: 'See how far it is', command: 'kubectl rollout status -n {namespace} {workload} --watch=false' },
    'Wait until it is done.',
    'Set maxUnavailable: 0 and run two replicas, so that the next rollout is no outage.',
    {
      says: 'When the new version does not start, undo it',
      command: 'kubectl rollout undo -n {namespace} {workload}',
      destroys: 'This replaces the new version by the one before it, with all that changed since.',
    },
  ],
  verify: { command: 'kubectl rollout status -n {namespace} {workload} --watch=false', expect: 'it prints "successfully rolled out"' },
  confusedWith: [{ cause: 'pod-probe-failing', tell: 'the new pods run for minutes without becoming ready' }],
  references: ['https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment'],
});
