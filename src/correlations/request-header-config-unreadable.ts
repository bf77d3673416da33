import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { atLeast, none } from './shared/seen.ts';
import { FAILING, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const requestHeaderConfigUnreadable = defineCause({
  id: 'request-header-config-unreadable',
  category: 'authn-authz',
  part: 'rights',
  shared: 'the extension-apiserver-authentication ConfigMap',
  title: 'The backend may not read its authentication ConfigMap',
  summary:
    'At its start the aggregated API server reads ConfigMap kube-system/extension-apiserver-authentication. RBAC forbids it. Most servers exit then; others treat everybody as anonymous.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'not-bound-and-down',
      when: all(none('auth-reader-bound'), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: [
        clause("the backend's ServiceAccount is not bound to extension-apiserver-authentication-reader", none('auth-reader-bound')),
        NO_ADDRESS_READY,
      ],
      reproduce: 'kubectl get rolebindings -n kube-system -o wide',
    },
    {
      id: 'not-bound',
      when: all(none('auth-reader-bound'), FAILING),
      weight: 'suggestive',
      says: "The backend's ServiceAccount is not bound to extension-apiserver-authentication-reader.",
      reproduce: 'kubectl get rolebindings -n kube-system -o wide',
    },
    {
      id: 'says-so-and-is-down',
      when: all(atLeast('signature-strength-request-header-config-unreadable', 2), NO_READY_ENDPOINTS),
      weight: 'strong',
      says: [clause('error lines point to this cause first', linesPointTo('request-header-config-unreadable')), NO_ADDRESS_READY],
      reproduce: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200',
    },
    ...linesSay('request-header-config-unreadable'),
  ],
  supersedes: [
    'pod-crash-looping',
    'no-ready-endpoints',
    'pod-restarting',
    'connection-refused',
    'pod-probe-failing',
    'rollout-in-progress',
    'discovery-forbidden',
    'bad-flag-or-config',
  ],
  remedy: [
    { says: 'See which ServiceAccounts are bound', command: 'kubectl get rolebindings -n kube-system -o wide' },
    {
      says: "Bind the backend's ServiceAccount",
      command:
        'kubectl create rolebinding -n kube-system {service}-auth-reader --role=extension-apiserver-authentication-reader --serviceaccount={namespace}:{serviceaccount}',
      destroys: 'This gives the ServiceAccount the right to read that ConfigMap.',
    },
    'Restart the server.',
  ],
  verify: {
    command: 'kubectl get rolebindings -n kube-system -o wide',
    expect: "the backend's ServiceAccount stands beside extension-apiserver-authentication-reader",
  },
  confusedWith: [
    { cause: 'kube-apiserver-unreachable-from-backend', tell: 'reading it times out instead of being forbidden' },
    { cause: 'aggregation-layer-not-configured', tell: 'the ConfigMap can be read and lacks the CA' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/'],
});
