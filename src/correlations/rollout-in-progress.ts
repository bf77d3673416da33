import { defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { FAILING, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const rolloutInProgress = defineCause({
  id: 'rollout-in-progress',
  category: 'pod-instability',
  part: 'backend',
  title: 'The backend is being rolled out',
  summary:
    'The pods of the aggregated API server are being replaced and for a while none is ready: one replica without surge, or a server that needs long to become ready (metrics-server needs two scrapes).',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    {
      id: 'rolling-out',
      when: all(seen('rolling-out'), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: 'A rollout goes on and no endpoint is ready.',
      reproduce: 'kubectl rollout status -n {namespace} {workload} --watch=false',
    },
    {
      id: 'just-changed',
      when: all(changedWithin('last-change-rollout', 3 * MINUTE), seen('rolling-out'), FAILING),
      weight: 'suggestive',
      says: 'The pod template changed within the last three minutes, and the rollout goes on.',
      reproduce: 'kubectl rollout history -n {namespace} {workload}',
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
      says: 'Events say that the Deployment was scaled within ten minutes.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=ScalingReplicaSet',
    },
    {
      id: 'stuck',
      when: seen('rollout-stuck'),
      weight: 'stronglyAgainst',
      says: 'The rollout exceeds its deadline: something holds it back.',
    },
    {
      id: 'pods-in-trouble',
      when: any(seen('waiting-crash-loop'), seen('waiting-image-pull'), seen('waiting-config-error'), seen('pods-unschedulable')),
      weight: 'stronglyAgainst',
      says: 'The new pods do not come up.',
    },
    ...linesSay('rollout-in-progress'),
  ],
  lookBack: [
    {
      id: 'errors-after-rollouts-within-the-hour',
      when: coincides(changedWithin('last-change-rollout', 10 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      weight: 'suggestive',
      says: 'Within the last hour, most errors came at most ten minutes after a rollout of the backend.',
      reproduce: 'kubectl rollout history -n {namespace} {workload}',
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
