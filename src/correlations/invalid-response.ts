import { defineCause } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { reasonSeen } from './shared/seen.ts';

export const invalidResponse = defineCause({
  id: 'invalid-response',
  category: 'software-bug',
  part: 'backend',
  title: "The backend's answer is not that of a Kubernetes API",
  summary:
    'The answer is not what the Kubernetes API speaks: broken HTTP, a web page, a redirect, or JSON that cannot be read. The server has a bug, or another server answers in its place.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'not-understood',
      when: any(
        reasonSeen('aggregator', 'invalid-response', 'unexpected-status'),
        reasonSeen('list', 'invalid-response', 'unexpected-status'),
      ),
      weight: 'strong',
      says: 'The answer through the kube-apiserver is not that of a Kubernetes API.',
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'not-understood-directly',
      when: reasonSeen('direct', 'invalid-response'),
      weight: 'suggestive',
      says: 'The answer to our own requests is not that of a Kubernetes API.',
    },
  ],
  remedy: [
    { says: 'See what answers', command: 'kubectl get --raw /apis/{group}/{version}' },
    'Make sure that the Service selects the right server.',
    'When it does, update that server.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [{ cause: 'version-not-served', tell: 'a well-formed 404' }],
  references: ['https://kubernetes.io/docs/reference/using-api/api-concepts/'],
});
