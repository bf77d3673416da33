import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, changedWithin, coincides, HOUR, increase, MINUTE, not } from '../domain/criterion.ts';
import { PODS_READY } from './shared/clauses.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';
import { BACKEND_LOOKS_READY, FAILING, NETWORK_FAILURE, PACKETS_VANISH } from './shared/vantages.ts';

const POLICIES = 'kubectl get networkpolicies -n {namespace} -o yaml';
/** What a server that cannot call the kube-apiserver shows: in its log, or in its own counters of reviews. */
const CALLS_TO_APISERVER_FAIL = any(
  linesPointTo('kube-apiserver-unreachable-from-backend'),
  linesPointTo('delegated-auth-failing'),
  above(increase('backend-authz-failures', 5 * MINUTE), 0.5),
  above(increase('backend-authn-failures', 5 * MINUTE), 0.5),
);
const DEPENDENCY_FAILS = any(
  linesPointTo('backend-dependency-failing'),
  linesPointTo('kubelet-scrape-failing'),
  linesPointTo('kubelet-unreachable'),
);
const EGRESS_BLOCKED = any(seen('egress-blocks-kube-apiserver'), seen('egress-blocks-dns'), seen('egress-blocks-dependency'));

export const networkPolicyBlocking = defineCause({
  id: 'network-policy-blocking',
  category: 'network-policy',
  part: 'path',
  shared: { id: 'network-policy-{namespace}', words: 'the NetworkPolicies of namespace {namespace}' },
  title: 'A network policy blocks traffic to or from the backend',
  summary:
    'A policy selects the backend pods: a NetworkPolicy, or one of Cilium, Calico or the cluster administrator. It may keep the kube-apiserver out. That is on the host network, so only an ipBlock matches it, no pod or namespace selector. The kubelet is always admitted, so the pods stay Ready. Or it may keep the pods from what they need: the kube-apiserver for access reviews, DNS, or the service behind their answers.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'policy-blocks-and-packets-vanish',
      when: all(seen('policy-blocks'), any(NETWORK_FAILURE, PACKETS_VANISH)),
      weight: 'decisive',
      says: [
        clause('the policies of the backend do not admit the kube-apiserver', seen('policy-blocks')),
        clause('connections fail', any(NETWORK_FAILURE, PACKETS_VANISH)),
      ],
      reproduce: POLICIES,
    },
    {
      // The check waits five seconds in all (kube-aggregator 1.36): behind a policy it says of a connection that it never had that its time is over.
      id: 'policy-blocks-and-nothing-answers',
      when: all(seen('policy-blocks'), linesPointTo('connection-timed-out'), FAILING),
      weight: 'strong',
      says: [
        clause('the policies of the backend do not admit the kube-apiserver', seen('policy-blocks')),
        clause('error lines point to connections that time out', linesPointTo('connection-timed-out')),
      ],
      reproduce: POLICIES,
    },
    {
      id: 'policy-blocks',
      when: all(seen('policy-blocks'), FAILING),
      weight: 'suggestive',
      says: 'The policies of the backend do not admit the kube-apiserver.',
      reproduce: POLICIES,
    },
    {
      id: 'egress-blocks-kube-apiserver',
      when: all(seen('egress-blocks-kube-apiserver'), CALLS_TO_APISERVER_FAIL),
      weight: 'decisive',
      says: [
        clause('policies keep the backend from the kube-apiserver', seen('egress-blocks-kube-apiserver')),
        clause('its calls there fail', CALLS_TO_APISERVER_FAIL),
      ],
      reproduce: POLICIES,
    },
    {
      id: 'egress-blocks-dns',
      when: all(seen('egress-blocks-dns'), linesPointTo('dns-failing')),
      weight: 'decisive',
      says: [
        clause("policies keep the backend from the cluster's DNS", seen('egress-blocks-dns')),
        clause('error lines point to names that do not resolve', linesPointTo('dns-failing')),
      ],
      reproduce: POLICIES,
    },
    {
      id: 'egress-blocks-dependency',
      when: all(seen('egress-blocks-dependency'), DEPENDENCY_FAILS),
      weight: 'decisive',
      says: [
        clause('policies keep the backend from a service that it needs', seen('egress-blocks-dependency')),
        clause('error lines point to a service that fails', DEPENDENCY_FAILS),
      ],
      reproduce: POLICIES,
    },
    {
      id: 'policy-changed-before',
      when: all(changedWithin('last-change-network-policy', 15 * MINUTE), PACKETS_VANISH),
      weight: 'strong',
      says: [
        clause(
          "a network policy of the backend's namespace, or of the cluster, changed in the last 15 min",
          changedWithin('last-change-network-policy', 15 * MINUTE),
        ),
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
      says: 'There are policies of {value|kind|kinds} that could not be read.',
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
      when: all(seen('policy-admits'), none('policies-not-evaluated'), not(EGRESS_BLOCKED)),
      weight: 'stronglyAgainst',
      says: 'The policies admit the kube-apiserver.',
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
    // Behind a policy on the way out.
    'kube-apiserver-unreachable-from-backend',
    'delegated-auth-failing',
    'dns-failing',
    'backend-dependency-failing',
    'kubelet-scrape-failing',
    'kubelet-unreachable',
    'backend-server-error',
  ],
  runbookCorrelation: 'policy-changes',
  remedy: [
    { says: 'See which policies select the pods', command: POLICIES },
    'Admit the control plane by ipBlock: the addresses of its nodes, or of the Konnectivity agents. Use the port of the pod, not of the Service.',
    'Use no namespaceSelector for it: it never admits a kube-apiserver on the host network.',
    'For the way out, let the pods reach the addresses of the kube-apiserver itself, on its own port: often 6443, not 443 of its Service.',
    'Let them reach the DNS pods on port 53 over UDP and TCP, and the servers that their arguments name.',
    {
      says: 'See policies of the CNI and the administrator too, as far as the cluster has such kinds',
      command: 'kubectl get ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies,clusternetworkpolicies,adminnetworkpolicies -A',
    },
    'With Cilium, admit the kube-apiserver by the entity kube-apiserver: CIDRs do not match nodes there.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True within 30 s' },
  confusedWith: [{ cause: 'aggregator-path-blocked', tell: 'no policy selects the pods: the firewall or the route is elsewhere' }],
  references: ['https://kubernetes.io/docs/concepts/services-networking/network-policies/'],
});
