import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesAllow, linesPointTo } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const orphanedApiservice = defineCause({
  id: 'orphaned-apiservice',
  category: 'misconfiguration',
  part: 'service',
  title: 'An APIService was left behind by an uninstall',
  summary:
    'The server of the group is gone, but its APIService is still there. Discovery reports the group as failed or old. So namespaces hang in Terminating, Helm refuses, and garbage collection stops for it.',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    {
      // Stale discovery has as many causes as an outage has: only with the server gone it is an APIService without one.
      id: 'stale-and-without-a-server',
      when: all(linesPointTo('orphaned-apiservice'), none('pods-known')),
      weight: 'strong',
      says: [
        clause('discovery reports the group as failed or old', linesPointTo('orphaned-apiservice')),
        clause('the backend has no pod', none('pods-known')),
      ],
      reproduce: 'kubectl get pods -n {namespace}',
    },
    linesAllow('orphaned-apiservice'),
    { id: 'pods-are-there', when: seen('pods-known'), weight: 'stronglyAgainst', says: 'The server still has {value|pod|pods}.' },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
  ],
  remedy: [
    { says: 'Make sure that nobody needs the API any more', command: 'kubectl get apiservice {apiservice} -o yaml' },
    {
      says: 'Delete the APIService',
      command: 'kubectl delete apiservice {apiservice}',
      destroys: 'This removes the API from the cluster: clients that use it get 404.',
    },
  ],
  verify: { command: 'kubectl get apiservices', expect: 'the API is gone, and AVAILABLE is False for none' },
  confusedWith: [{ cause: 'service-not-found', tell: 'the Service was renamed and the server still runs' }],
  references: [
    'https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/',
    'https://github.com/kubernetes/kubernetes/issues/60807',
  ],
});
