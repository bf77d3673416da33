import { defineCause } from '../domain/cause.ts';
import { none, seen } from './shared/seen.ts';

export const backendScaledToZero = defineCause({
  id: 'backend-scaled-to-zero',
  category: 'misconfiguration',
  part: 'backend',
  title: 'The backend is scaled to zero',
  summary:
    'The workload of the aggregated API server asks for 0 replicas. Somebody scaled it down, or an autoscaler did. Nothing is broken, but nothing serves.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'wants-none',
      when: none('replicas-wanted'),
      weight: 'decisive',
      says: 'The workload behind the API asks for 0 replicas.',
      reproduce: 'kubectl get deployments,statefulsets -n {namespace}',
    },
    { id: 'pods-are-there', when: seen('pods-ready'), weight: 'stronglyAgainst', says: '{value|backend pod is|backend pods are} ready.' },
  ],
  supersedes: [
    'no-ready-endpoints',
    'selector-matches-no-pods',
    'rollout-in-progress',
    'connection-refused',
    'pod-removed',
    'request-header-config-unreadable',
  ],
  remedy: [
    { says: 'Find who scaled it down', command: 'kubectl get {workload} -n {namespace} -o yaml --show-managed-fields' },
    {
      says: 'Scale it up',
      command: 'kubectl scale -n {namespace} {workload} --replicas=2',
      destroys: 'This changes spec.replicas; an autoscaler or GitOps tool may set it back.',
    },
  ],
  verify: { command: 'kubectl get {workload} -n {namespace}', expect: 'READY is at least 1/1' },
  confusedWith: [{ cause: 'selector-matches-no-pods', tell: 'the workload has pods, and the selector misses them' }],
  references: ['https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#scaling-a-deployment'],
});
