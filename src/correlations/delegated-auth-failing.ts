import { clause, defineCause } from '../domain/cause.ts';
import { above, all, increase, MINUTE } from '../domain/criterion.ts';
import { DISCOVERY_WORKS } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen } from './shared/seen.ts';
import { DISCOVERY_PASSES, LIST_FAILS } from './shared/vantages.ts';

export const delegatedAuthFailing = defineCause({
  id: 'delegated-auth-failing',
  category: 'authn-authz',
  part: 'rights',
  title: "The backend can't check tokens and access",
  summary:
    'The aggregated API server asks the kube-apiserver who a client is and what it may do. Its ServiceAccount has no right to ask (system:auth-delegator). Administrators get through, ordinary users get 500 or 403. The condition stays True, because the check runs as system:masters.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'not-bound-and-lists-fail',
      when: all(none('auth-delegator-bound'), LIST_FAILS),
      weight: 'decisive',
      says: [
        clause("the backend's ServiceAccount is not bound to system:auth-delegator", none('auth-delegator-bound')),
        clause('lists fail', LIST_FAILS),
      ],
      reproduce: 'kubectl get clusterrolebindings -o wide',
    },
    {
      id: 'not-bound',
      when: none('auth-delegator-bound'),
      weight: 'suggestive',
      says: "The backend's ServiceAccount is not bound to system:auth-delegator.",
      reproduce: 'kubectl get clusterrolebindings -o wide',
    },
    {
      id: 'reviews-fail',
      when: above(increase('backend-authz-failures', 5 * MINUTE), 0.5),
      weight: 'strong',
      says: 'The metrics of the backend count {value|failed SubjectAccessReview|failed SubjectAccessReviews} in the last 5 min.',
    },
    {
      id: 'token-reviews-fail',
      when: above(increase('backend-authn-failures', 5 * MINUTE), 0.5),
      weight: 'suggestive',
      says: 'The metrics of the backend count {value|failed TokenReview|failed TokenReviews} in the last 5 min.',
    },
    {
      id: 'discovery-passes-lists-err',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'server-error', 'unauthorized')),
      weight: 'suggestive',
      says: [
        DISCOVERY_WORKS,
        clause('a list as an ordinary user is answered with 500 or 401', reasonSeen('list', 'server-error', 'unauthorized')),
      ],
    },
    ...linesSay('delegated-auth-failing'),
  ],
  supersedes: ['backend-server-error', 'backend-storage-failing'],
  remedy: [
    { says: 'See which ServiceAccounts are bound', command: 'kubectl get clusterrolebindings -o wide' },
    {
      says: "Bind the backend's ServiceAccount",
      command:
        'kubectl create clusterrolebinding {service}:system:auth-delegator --clusterrole=system:auth-delegator --serviceaccount={namespace}:{serviceaccount}',
      destroys: 'This gives the ServiceAccount the right to review tokens and access.',
    },
  ],
  verify: {
    command: 'kubectl get clusterrolebindings -o wide',
    expect: "the backend's ServiceAccount stands beside system:auth-delegator",
  },
  confusedWith: [
    { cause: 'kube-apiserver-unreachable-from-backend', tell: 'the reviews time out instead of being forbidden' },
    { cause: 'backend-storage-failing', tell: 'lists fail for administrators too' },
  ],
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/#other-component-roles'],
});
