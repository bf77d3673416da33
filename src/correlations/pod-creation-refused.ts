import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const podCreationRefused = defineCause({
  id: 'pod-creation-refused',
  category: 'misconfiguration',
  part: 'backend',
  title: 'The backend pod is refused at admission',
  summary:
    'The controller of the workload asks for a pod, and the kube-apiserver refuses it. A ResourceQuota is used up, Pod Security forbids it, a webhook denies it, or the ServiceAccount is missing. There is no pod to look at.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'creation-events',
      when: seen('events-creation-refused'),
      weight: 'decisive',
      says: 'Events of the last 10 min say that the controller could not create a pod (FailedCreate).',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=FailedCreate',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
    ...linesSay('pod-creation-refused'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'selector-matches-no-pods', 'connection-refused'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: 'Read the refusal', command: 'kubectl get events -n {namespace} --field-selector reason=FailedCreate' },
    'Raise the quota, correct the securityContext, repair the webhook, or create the ServiceAccount.',
  ],
  verify: { command: 'kubectl get replicasets,pods -n {namespace}', expect: 'CURRENT equals DESIRED' },
  confusedWith: [{ cause: 'pod-unschedulable', tell: 'the pod exists and is Pending' }],
  references: ['https://kubernetes.io/docs/concepts/policy/resource-quotas/'],
});
