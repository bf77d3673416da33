import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const imagePullFailing = defineCause({
  id: 'image-pull-failing',
  category: 'pod-instability',
  part: 'backend',
  title: "The backend's image can't be pulled",
  summary:
    'The kubelet does not get the image of the aggregated API server. The tag is gone, the name is wrong, or the registry refuses or limits. The container never starts, so the Service has no endpoint.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'waits-for-image',
      when: seen('waiting-image-pull'),
      weight: 'decisive',
      says: '{value|container waits for its image|containers wait for their images} (ImagePullBackOff or ErrImagePull).',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'pull-events',
      when: seen('events-pull-failed'),
      weight: 'strong',
      says: 'Events of the last 10 min say that an image could not be pulled.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=Failed',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
    ...linesSay('image-pull-failing'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'pod-crash-looping', 'connection-refused', 'pod-probe-failing'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: "Read the registry's answer", command: 'kubectl describe pod -n {namespace} {pod}' },
    'Correct the image, its tag or the imagePullSecrets.',
    'When the registry limits pulls, use a mirror or credentials.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod is Running and READY' },
  confusedWith: [{ cause: 'container-config-invalid', tell: 'the image is there, but the container cannot be created' }],
  references: ['https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff'],
});
