import { defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, HOUR } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';

export const versionNotServed = defineCause({
  id: 'version-not-served',
  category: 'misconfiguration',
  part: 'backend',
  title: 'The backend does not serve this group and version',
  summary:
    'The server behind the Service does not know this group and version. It is another server, another port, or a release that dropped the version.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'discovery-not-found',
      when: reasonSeen('aggregator', 'not-found'),
      weight: 'strong',
      says: 'Discovery through the kube-apiserver is answered with 404.',
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'not-found-directly',
      when: reasonSeen('direct', 'not-found'),
      weight: 'suggestive',
      says: 'Our own requests to the backend are answered with 404.',
    },
    {
      id: 'changed-before',
      when: all(
        any(reasonSeen('aggregator', 'not-found'), reasonSeen('direct', 'not-found')),
        any(changedWithin('last-change-rollout', HOUR), changedWithin('last-change-apiservice', HOUR)),
      ),
      weight: 'suggestive',
      says: 'The backend or the APIService changed in the last hour.',
    },
    ...linesSay('version-not-served'),
  ],
  supersedes: ['discovery-stale'],
  remedy: [
    { says: 'See which versions the cluster knows of the group', command: 'kubectl get --raw /apis/{group}' },
    'Make sure that the Service selects the right server.',
    'Install the release that serves this version.',
    {
      says: 'When the version is gone for good, delete its APIService',
      command: 'kubectl delete apiservice {apiservice}',
      destroys: 'This removes the version from the cluster: clients that use it get 404.',
    },
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [{ cause: 'discovery-stale', tell: 'the version is served, and only aggregated discovery fails' }],
  references: ['https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/'],
});
