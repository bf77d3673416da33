import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const volumeMountFailing = defineCause({
  id: 'volume-mount-failing',
  category: 'misconfiguration',
  part: 'backend',
  title: "A volume of the backend can't be mounted",
  summary:
    'The pod of the aggregated API server hangs in ContainerCreating, because a volume is not there. Most often it is the Secret with the serving certificate. Another controller should have written it.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'mount-events',
      when: seen('events-mount-failed'),
      weight: 'strong',
      says: 'Events of the last 10 min say that a volume could not be mounted.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=FailedMount',
    },
    {
      id: 'creating-with-mount-events',
      when: all(seen('waiting-creating'), seen('events-mount-failed')),
      weight: 'suggestive',
      says: '{value|container waits|containers wait} in ContainerCreating.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
    ...linesSay('volume-mount-failing'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'connection-refused', 'pod-probe-failing'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: 'Read which volume it is', command: 'kubectl describe pod -n {namespace} {pod}' },
    'Create the Secret or ConfigMap, or find out why its controller (cert-manager, an operator) did not.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod leaves ContainerCreating' },
  confusedWith: [{ cause: 'pod-network-setup-failing', tell: 'events FailedCreatePodSandBox instead of FailedMount' }],
  references: ['https://kubernetes.io/docs/concepts/storage/volumes/'],
});
