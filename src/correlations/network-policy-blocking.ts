import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE } from '../domain/criterion.ts';
import { PODS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';
import { BACKEND_LOOKS_READY, FAILING, NETWORK_FAILURE, PACKETS_VANISH } from './shared/vantages.ts';

export const networkPolicyBlocking = defineCause({
  id: 'network-policy-blocking',
  category: 'network-policy',
  part: 'path',
  shared: { id: 'network-policy-{namespace}', words: 'the NetworkPolicies of namespace {namespace}' },
  title: 'A NetworkPolicy keeps the kube-apiserver out',
  summary:
    'A NetworkPolicy selects the backend pods and does not admit the kube-apiserver. The kube-apiserver is on the host network, so pod and namespace selectors never match it; only an ipBlock does. The kubelet is always admitted, so the pods stay Ready.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'policy-blocks-and-packets-vanish',
      when: all(seen('policy-blocks'), any(NETWORK_FAILURE, PACKETS_VANISH)),
      weight: 'decisive',
      says: [
        clause('the NetworkPolicies of the backend do not admit the kube-apiserver', seen('policy-blocks')),
        clause('connections fail', any(NETWORK_FAILURE, PACKETS_VANISH)),
      ],
      reproduce: 'kubectl get networkpolicies -n {namespace} -o yaml',
    },
    {
      id: 'policy-blocks',
      when: all(seen('policy-blocks'), FAILING),
      weight: 'suggestive',
      says: 'The NetworkPolicies of the backend do not admit the kube-apiserver.',
      reproduce: 'kubectl get networkpolicies -n {namespace} -o yaml',
    },
    {
      id: 'policy-changed-before',
      when: all(changedWithin('last-change-network-policy', 15 * MINUTE), PACKETS_VANISH),
      weight: 'strong',
      says: [
        clause('a NetworkPolicy of the backend changed in the last 15 min', changedWithin('last-change-network-policy', 15 * MINUTE)),
        clause('packets vanish', PACKETS_VANISH),
      ],
      reproduce: 'kubectl get networkpolicies -n {namespace} -o yaml --show-managed-fields',
    },
    {
      id: 'policy-selects-and-packets-vanish',
      when: all(seen('policy-undetermined'), seen('policies-selecting'), PACKETS_VANISH, BACKEND_LOOKS_READY),
      weight: 'suggestive',
      says: [
        clause('{value|NetworkPolicy selects|NetworkPolicies select} the backend pods', seen('policies-selecting')),
        clause('packets vanish', PACKETS_VANISH),
        PODS_READY,
      ],
      reproduce: 'kubectl get networkpolicies -n {namespace}',
    },
    {
      id: 'other-policies-exist',
      when: all(seen('policies-not-evaluated'), PACKETS_VANISH, BACKEND_LOOKS_READY),
      weight: 'circumstantial',
      says: 'The CNI has policies of its own kind, and they are not evaluated here.',
    },
    {
      id: 'errors-follow-policy-changes',
      when: all(
        coincides(changedWithin('last-change-network-policy', MINUTE), FAILING, { within: 5 * MINUTE, over: HOUR, atLeast: 0.8 }),
        PACKETS_VANISH,
      ),
      weight: 'suggestive',
      says: '{met} of {of} failed checks since {from} came at most 6 minutes after a NetworkPolicy changed.',
    },
    {
      id: 'policy-admits',
      when: all(seen('policy-admits'), none('policies-not-evaluated')),
      weight: 'stronglyAgainst',
      says: 'The NetworkPolicies admit the kube-apiserver.',
    },
    ...linesSay('network-policy-blocking'),
  ],
  supersedes: [
    'connection-timed-out',
    'connection-refused',
    'connection-reset',
    'host-unreachable',
    'aggregator-path-blocked',
    'packet-loss',
    'network-policy-changed',
    'backend-slow',
  ],
  runbookCorrelation: 'policy-changes',
  remedy: [
    { says: 'See which policies select the pods', command: 'kubectl get networkpolicies -n {namespace} -o yaml' },
    'Admit the control plane by ipBlock: the addresses of its nodes, or of the Konnectivity agents. Use the port of the pod, not of the Service.',
    'Use no namespaceSelector for it: it never admits a kube-apiserver on the host network.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True within 30 s' },
  confusedWith: [{ cause: 'aggregator-path-blocked', tell: 'no policy selects the pods: the firewall or the route is elsewhere' }],
  references: ['https://kubernetes.io/docs/concepts/services-networking/network-policies/'],
});
