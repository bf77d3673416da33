import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { DISCOVERY_WORKS } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { DISCOVERY_PASSES } from './shared/vantages.ts';

export const aggregatedRequestForbidden = defineCause({
  id: 'aggregated-request-forbidden',
  category: 'authn-authz',
  part: 'client',
  title: 'A client has no right to use the API',
  summary: 'The API works. The client has no right on its resources: a binding is missing, or it names another ServiceAccount.',
  severity: 'warning',
  prior: -1,
  evidence: [
    ...linesSay('aggregated-request-forbidden'),
    {
      id: 'lists-forbidden',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'forbidden')),
      weight: 'suggestive',
      says: [DISCOVERY_WORKS, clause('a list as an ordinary user is answered with 403', reasonSeen('list', 'forbidden'))],
    },
  ],
  remedy: [
    'Read which user and which right the message names: `User "…" cannot list resource "…"`.',
    { says: 'See who has which role', command: 'kubectl get clusterrolebindings,rolebindings -A -o wide' },
    'Bind that user or ServiceAccount to a role with the verb and the resource of the message. A server with RBAC of its own, as a kube-apiserver behind another, wants the binding in itself.',
  ],
  verify: {
    command: 'kubectl get clusterrolebindings,rolebindings -A -o wide',
    expect: 'the user or ServiceAccount of the message stands beside a role for this API',
  },
  confusedWith: [{ cause: 'delegated-auth-failing', tell: 'the backend itself may not ask the kube-apiserver' }],
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/'],
});
