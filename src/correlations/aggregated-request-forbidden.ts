import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { DISCOVERY_PASSES } from './shared/vantages.ts';

export const aggregatedRequestForbidden = defineCause({
  id: 'aggregated-request-forbidden',
  category: 'authn-authz',
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
    'Ask what is allowed: kubectl auth can-i <verb> <resource>.<group> --as=system:serviceaccount:<namespace>:<name>.',
    'Bind the ServiceAccount that the message names to a role with that verb and resource.',
  ],
  verify: { command: 'kubectl auth can-i list <resource>.<group> --as=system:serviceaccount:<namespace>:<name>', expect: 'yes' },
  confusedWith: [{ cause: 'delegated-auth-failing', tell: 'the backend itself may not ask the kube-apiserver' }],
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/'],
});
