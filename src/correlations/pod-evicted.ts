import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const podEvicted = defineCause({
  id: 'pod-evicted',
  category: 'resource-pressure',
  part: 'backend',
  title: 'The kubelet evicted the backend',
  summary:
    'The node ran short of memory, disk or process ids. The kubelet removed the pod of the aggregated API server to save the node. The API is down until a new pod is ready.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'evicted-pods',
      when: all(seen('pods-evicted'), NO_READY_ENDPOINTS),
      weight: 'decisive',
      says: [clause('the kubelet evicted {value|backend pod|backend pods}', seen('pods-evicted')), NO_ADDRESS_READY],
      reproduce: 'kubectl get pods -n {namespace} --field-selector status.phase=Failed',
    },
    {
      id: 'eviction-events',
      when: seen('events-evicted'),
      weight: 'strong',
      says: 'Events of the last 10 min say that a pod was evicted because its node was short of a resource.',
      reproduce: 'kubectl get events -A --field-selector reason=Evicted',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'against', says: 'An endpoint is ready.' },
    ...linesSay('pod-evicted'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'pod-restarting', 'connection-refused', 'pod-unschedulable'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: 'Read the message of the evicted pod', command: 'kubectl describe pod -n {namespace} {pod}' },
    { says: 'See what the node lacked', command: 'kubectl describe node {node}' },
    'Give the backend requests equal to its limits (QoS Guaranteed) and a priorityClassName, so that it is evicted last.',
    'Free the node, or move what fills it.',
  ],
  verify: {
    command: 'kubectl get pods -n {namespace} -l {selector} -o wide',
    expect: 'a pod is Running, and none has the status Evicted since',
  },
  confusedWith: [{ cause: 'pod-removed', tell: 'drained, preempted or removed by a taint: the node lacked nothing' }],
  references: ['https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/'],
});
