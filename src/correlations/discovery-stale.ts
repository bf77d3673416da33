import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const discoveryStale = defineCause({
  id: 'discovery-stale',
  category: 'software-bug',
  part: 'backend',
  title: "The backend and the kube-apiserver don't agree on discovery",
  summary:
    'The API works, and its discovery document is stale or missing: the backend answers the newer aggregated discovery (404, 406) or OpenAPI requests in a way that this kube-apiserver can not use. Namespaces hang in Terminating meanwhile.',
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
