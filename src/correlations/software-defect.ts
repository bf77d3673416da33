import { defineCause } from '../domain/cause.ts';
import { lastWordsSay, linesSay } from './shared/lines.ts';

export const softwareDefect = defineCause({
  id: 'software-defect',
  category: 'software-bug',
  part: 'anywhere',
  title: 'A known defect of the software',
  summary:
    'A program on the way to the answer ran into a mistake of its own. This is a panic, a request for an API version that this Kubernetes does not have, or an error known from certain releases. Another release does not have it.',
  severity: 'warning',
  prior: -1,
  evidence: [...linesSay('software-defect'), lastWordsSay('software-defect')],
  // A server whose informers never fill is never ready, and the next pod of the rollout neither.
  supersedes: ['pod-probe-failing', 'no-ready-endpoints', 'rollout-in-progress'],
  remedy: [
    'Look for the line among the issues of the server that printed it, with its version.',
    {
      says: 'When the line asks for a version that the kube-apiserver does not have, install the release of the server that is made for this Kubernetes',
      command: 'kubectl get --raw /version',
    },
    'Otherwise update to a release in which it is fixed.',
  ],
  verify: { command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200', expect: 'it no longer prints that line' },
  confusedWith: [{ cause: 'panic', tell: 'the process ends with a trace' }],
  references: ['https://kubernetes.io/releases/version-skew-policy/'],
});
