import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';

export const serviceNotFound = defineCause({
  id: 'service-not-found',
  category: 'misconfiguration',
  part: 'service',
  title: 'The APIService names a Service that does not exist',
  summary:
    'The APIService points to a Service that is not there. It was renamed, never created, or is in another namespace; or an uninstall left the APIService behind. Discovery reports the group as failed, and namespaces hang in Terminating.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'condition-says-so',
      when: seen('condition-service-not-found'),
      weight: 'decisive',
      says: 'The condition Available says ServiceNotFound.',
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'service-absent',
      when: none('service-exists'),
      weight: 'decisive',
      says: 'Service {service} does not exist in namespace {namespace}.',
      reproduce: 'kubectl get services -n {namespace}',
    },
    ...linesSay('service-not-found'),
  ],
  supersedes: ['no-ready-endpoints', 'connection-refused', 'selector-matches-no-pods', 'orphaned-apiservice', 'dns-failing'],
  remedy: [
    { says: 'Look for the server under another name', command: 'kubectl get services -A' },
    'When it still runs, correct spec.service of the APIService, or create the Service.',
    {
      says: 'When the server was uninstalled, delete the APIService that it left',
      command: 'kubectl delete apiservice {apiservice}',
      destroys: 'This removes the API from the cluster: clients that use it get 404.',
    },
  ],
  verify: { command: 'kubectl get apiservices', expect: 'AVAILABLE is True, or the APIService is gone' },
  confusedWith: [{ cause: 'service-port-mismatch', tell: 'the Service exists, but not on that port' }],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/'],
});
