import { defineCause } from '../domain/cause.ts';
import { all, changedWithin } from '../domain/criterion.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';

/** The informers of a server that just listens have filled by then; seconds. */
const STARTS_WITHIN = 10;

const CHECK_IS_FORBIDDEN = all(seen('condition-failed-discovery-check'), linesPointTo('discovery-forbidden'));

export const discoveryForbidden = defineCause({
  id: 'discovery-forbidden',
  category: 'authn-authz',
  part: 'rights',
  title: 'The backend forbids discovery',
  summary:
    "The aggregated API server answers 403 to the kube-apiserver's check. Most often it did not accept the front-proxy certificate and sees system:anonymous. Sometimes its own authorization is too narrow.",
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'forbidden',
      when: reasonSeen('aggregator', 'forbidden'),
      weight: 'strong',
      says: 'Discovery through the kube-apiserver is answered with 403.',
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'check-is-forbidden',
      // Once its check has failed, the kube-apiserver answers us itself, with 503: then only its own words tell of the 403. Of a text that
      // nobody probed for they are lines and no more: an HTTP proxy on the way answers 403 as well.
      when: all(CHECK_IS_FORBIDDEN, none('aggregator-forbidden')),
      weight: 'strong',
      says: 'The condition says FailedDiscoveryCheck, and error lines point to a 403 first.',
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'just-started',
      when: changedWithin('last-restart', STARTS_WITHIN),
      weight: 'stronglyAgainst',
      says: 'The backend restarted in the last 10 s. A new server answers 403 until its caches are filled.',
    },
    ...linesSay('discovery-forbidden'),
  ],
  remedy: [
    { says: 'Look whether the server may read the front-proxy CA', command: 'kubectl get rolebindings -n kube-system -o wide' },
    'Bind its ServiceAccount to extension-apiserver-authentication-reader in kube-system, and to system:auth-delegator.',
    'After a change of the front-proxy CA, restart the server.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [
    { cause: 'request-header-ca-mismatch', tell: 'it answers 401, or its log says that a certificate did not verify' },
    { cause: 'delegated-auth-failing', tell: 'discovery works, and lists of ordinary users fail' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/'],
});
