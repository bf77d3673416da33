import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { DISCOVERY_PASSES } from './shared/vantages.ts';

export const aggregatedRequestForbidden = defineCause({
  id: 'aggregated-request-forbidden',
  category: 'authn-authz',
  part: 'client',
  title: 'A client may not use the API: RBAC',
  summary:
    'The API works, and the client that complains has no right on its resources: a binding is missing, or names another ServiceAccount than the one that the client runs as.',
  severity: 'warning',
  prior: -1,
  evidence: [
    ...linesSay('aggregated-request-forbidden'),
    {
      id: 'lists-forbidden',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'forbidden')),
      weight: 'suggestive',
      says: 'Discovery passes, and a list as an ordinary user is answered with 403.',
    },
  ],
  remedy: [
    'Read which user and which right the message names: `User "…" cannot list resource "…"`.',
    { says: 'See who has which role', command: 'kubectl get clusterrolebindings,rolebindings -A -o wide' },
    'Bind that user or ServiceAccount to a role with the verb and the resource of the message.',
  ],
  verify: {
    command: 'kubectl get clusterrolebindings,rolebindings -A -o wide',
    expect: 'the user or ServiceAccount of the message stands beside a role for this API',
  },
  confusedWith: [{ cause: 'delegated-auth-failing', tell: 'the backend itself may not ask the kube-apiserver' }],
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/'],
});
