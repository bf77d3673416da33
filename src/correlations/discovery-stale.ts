import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const discoveryStale = defineCause({
  id: 'discovery-stale',
  category: 'software-bug',
  part: 'backend',
  title: "The backend and the kube-apiserver don't agree on discovery",
  summary:
    'The API works, but its discovery document is old or missing. This kube-apiserver cannot use the answers of the backend to newer discovery or OpenAPI requests. Namespaces can hang in Terminating.',
  severity: 'warning',
  prior: -1,
  evidence: [...linesSay('discovery-stale')],
  remedy: [
    'Update the aggregated API server to a release for this version of Kubernetes.',
    'Before you do, read what the release notes of both say about discovery.',
  ],
  verify: { command: 'kubectl api-resources --api-group={group}', expect: 'it prints the resources of the group, without an error' },
  confusedWith: [{ cause: 'version-not-served', tell: 'the version itself answers 404' }],
  references: ['https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api'],
});
