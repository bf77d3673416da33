import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const podRemoved = defineCause({
  id: 'pod-removed',
  category: 'pod-instability',
  part: 'backend',
  title: 'The backend pod was drained, preempted or removed',
  summary:
    'Somebody drained the node, a pod of higher priority took the place, a taint removed the pod, or the VerticalPodAutoscaler evicted it for other requests. With one replica the API is down until the next pod is ready.',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    {
      id: 'removed-pods',
      when: all(seen('pods-removed'), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: [clause('{value|backend pod was|backend pods were} preempted, drained or removed', seen('pods-removed')), NO_ADDRESS_READY],
      reproduce: 'kubectl get pods -n {namespace} -o wide',
    },
    {
      id: 'removal-events',
      when: all(seen('events-preempted'), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: 'Events of the last 10 min say that a pod was preempted, removed by a taint, or evicted by the VerticalPodAutoscaler.',
      reproduce: 'kubectl get events -n {namespace}',
    },
    {
      id: 'host-cordoned',
      when: all(seen('hosts-cordoned'), seen('pods-terminating'), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: 'A node of the backend is cordoned, and a backend pod is terminating.',
      reproduce: 'kubectl get nodes',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'against', says: 'An endpoint is ready.' },
    ...linesSay('pod-removed'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'connection-refused'],
  runbookCorrelation: 'transient-causes',
  remedy: [
    { says: 'See where the next pod is placed', command: 'kubectl get pods -n {namespace} -l {selector} -o wide' },
    'Run two replicas on different nodes with a PodDisruptionBudget, so that a drain waits.',
  ],
  verify: { command: 'kubectl get pdb,pods -n {namespace}', expect: 'ALLOWED DISRUPTIONS is at least 1, and the pods are ready' },
  confusedWith: [{ cause: 'pod-evicted', tell: 'the kubelet evicted it because the node was short of something' }],
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/disruptions/'],
});
