import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const podUnschedulable = defineCause({
  id: 'pod-unschedulable',
  category: 'pod-instability',
  part: 'backend',
  title: 'No node takes the backend pod',
  summary:
    'The scheduler finds no node for the pod of the aggregated API server. Requests are too large, a taint is not tolerated, a node selector matches nothing, or a volume is in another zone. Until the pod is placed there is no endpoint.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'pod-unschedulable',
      when: all(seen('pods-unschedulable'), NO_READY_ENDPOINTS),
      weight: 'decisive',
      says: [clause('the scheduler found no node for {value|backend pod|backend pods}', seen('pods-unschedulable')), NO_ADDRESS_READY],
      reproduce: 'kubectl describe pods -n {namespace}',
    },
    {
      id: 'scheduling-failed-events',
      when: seen('events-scheduling-failed'),
      weight: 'strong',
      // The scheduler writes an event that goes on each half hour only.
      says: 'Events of the last 40 min say that the scheduler found no node.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=FailedScheduling',
    },
    {
      id: 'pods-pending',
      when: all(seen('pods-pending'), NO_READY_ENDPOINTS),
      weight: 'circumstantial',
      says: '{value|backend pod is|backend pods are} Pending.',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
    ...linesSay('pod-unschedulable'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'connection-refused'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: "Read the scheduler's reason", command: 'kubectl describe pod -n {namespace} {pod}' },
    'Lower its requests, add a node, or add the toleration or the label that the message names.',
    'Give it a priorityClassName such as system-cluster-critical, so that it is placed first.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod has a NODE and is Running' },
  confusedWith: [{ cause: 'pod-removed', tell: 'the pod ran before and was evicted, preempted or drained' }],
  references: ['https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/'],
});
