import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const containerConfigInvalid = defineCause({
  id: 'container-config-invalid',
  category: 'misconfiguration',
  part: 'backend',
  title: "The backend's container can't be created",
  summary:
    'The kubelet cannot create the container of the aggregated API server. A Secret or ConfigMap key is missing, the image must not run as root, or the command is not in the image.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'config-error',
      when: seen('waiting-config-error'),
      weight: 'decisive',
      says: '{value|container waits|containers wait} in CreateContainerConfigError.',
      reproduce: 'kubectl describe pods -n {namespace}',
    },
    {
      id: 'create-error',
      when: seen('waiting-create-error'),
      weight: 'decisive',
      says: '{value|container waits|containers wait} in CreateContainerError, RunContainerError or a hook error.',
      reproduce: 'kubectl describe pods -n {namespace}',
    },
    {
      id: 'command-not-started',
      when: seen('ended-not-started'),
      weight: 'strong',
      says: 'A container ended with a code from 126 to 128, so its command could not be run.',
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState}'",
    },
    {
      id: 'refused-events',
      when: seen('events-container-refused'),
      weight: 'strong',
      says: 'Events of the last 10 min say that a container could not be created or started.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=Failed',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
    ...linesSay('container-config-invalid'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'pod-crash-looping', 'connection-refused', 'pod-probe-failing'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    {
      says: 'Read the message: it names the Secret, ConfigMap, key, user or command',
      command: 'kubectl describe pod -n {namespace} {pod}',
    },
    'Create what is missing, or correct the reference in the pod template.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod is Running and READY' },
  confusedWith: [
    { cause: 'volume-mount-failing', tell: 'the pod hangs in ContainerCreating with FailedMount events' },
    { cause: 'bad-flag-or-config', tell: 'the container starts, and the program refuses its settings' },
  ],
  references: ['https://kubernetes.io/docs/concepts/configuration/secret/'],
});
