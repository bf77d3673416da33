import { clause, defineCause } from '../domain/cause.ts';
import { above, all, below, changedWithin, HOUR, last, MINUTE, not } from '../domain/criterion.ts';
import { CONNECTION_THROUGH_FAILS, EACH_ADDRESS_ANSWERS, OWN_CHECK_FAILS } from './shared/clauses.ts';
import { lessThan, none, reasonSeen, seen } from './shared/seen.ts';
import {
  AGGREGATOR_FAILS,
  AGGREGATOR_NETWORK_FAILURE,
  CHECK_AWAITS_HEADERS,
  CONTROL_PASSED,
  CONTROL_PASSES,
  DIRECT_NETWORK_FAILURE,
  NOTHING_GETS_THROUGH,
  ONLY_DIRECT_PASSES,
  PACKETS_VANISHED,
} from './shared/vantages.ts';

/** By the agents on nodes without a kube-apiserver. */
const NODES_REACH_IT = below(last('other-nodes-unreached', 2 * MINUTE), 0.01);

export const aggregatorPathBlocked = defineCause({
  id: 'aggregator-path-blocked',
  category: 'network-connectivity',
  part: 'path',
  shared: 'the path from the kube-apiserver to the pods',
  title: 'Only the kube-apiserver does not reach the backend',
  summary:
    'Only the kube-apiserver has no way to the backend. Possible reasons are a firewall between control plane and nodes, an overlay network, a proxy, or a missing route on its node.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'only-the-aggregator-fails',
      when: all(AGGREGATOR_NETWORK_FAILURE, ONLY_DIRECT_PASSES, CONTROL_PASSED),
      weight: 'decisive',
      says: [CONNECTION_THROUGH_FAILS, EACH_ADDRESS_ANSWERS],
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'only-nodes-of-kube-apiservers-do-not-reach-it',
      when: all(AGGREGATOR_FAILS, above(last('apiserver-nodes-unreached', 2 * MINUTE), 0.99), NODES_REACH_IT),
      weight: 'decisive',
      says: [
        clause(
          'agents on the nodes of the kube-apiservers do not reach the backend',
          above(last('apiserver-nodes-unreached', 2 * MINUTE), 0.99),
        ),
        clause('agents on other nodes do', NODES_REACH_IT),
      ],
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      // The aggregator dials for 30 s, and the request is over before: dropped packets look like an answer that does not come.
      id: 'only-the-aggregator-waits',
      when: all(
        reasonSeen('aggregator', 'response-timeout', 'gateway-timeout'),
        // A time-out beside an answer, however late, is no cut.
        NOTHING_GETS_THROUGH,
        not(CHECK_AWAITS_HEADERS),
        ONLY_DIRECT_PASSES,
        lessThan('direct-response-seconds', 1),
        // A kube-apiserver that is slow itself makes requests wait too.
        lessThan('control-seconds', 1),
        CONTROL_PASSES,
      ),
      weight: 'strong',
      says: [
        clause('through the kube-apiserver no answer comes in time', reasonSeen('aggregator', 'response-timeout', 'gateway-timeout')),
        EACH_ADDRESS_ANSWERS,
      ],
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'discovery-check-fails-alone',
      when: all(seen('condition-failed-discovery-check'), AGGREGATOR_FAILS, ONLY_DIRECT_PASSES, CONTROL_PASSES, PACKETS_VANISHED),
      weight: 'strong',
      says: [OWN_CHECK_FAILS, EACH_ADDRESS_ANSWERS],
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'check-times-out-alone',
      when: all(
        seen('condition-failed-discovery-check'),
        seen('signature-strength-connection-timed-out'),
        AGGREGATOR_FAILS,
        ONLY_DIRECT_PASSES,
        CONTROL_PASSES,
        not(CHECK_AWAITS_HEADERS),
      ),
      weight: 'suggestive',
      says: [OWN_CHECK_FAILS, clause('lines point to a time-out', seen('signature-strength-connection-timed-out')), EACH_ADDRESS_ANSWERS],
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'cni-in-trouble',
      when: all(seen('system-network'), AGGREGATOR_NETWORK_FAILURE),
      weight: 'circumstantial',
      says: '{value|warning|warnings} of the last 10 min are about the CNI.',
      reproduce: 'kubectl get events -A --field-selector type=Warning',
    },
    {
      id: 'another-kube-apiserver-gets-through',
      when: seen('apiservers-disagree'),
      weight: 'stronglyAgainst',
      says: 'It works through another kube-apiserver.',
    },
    {
      id: 'direct-fails-too',
      when: DIRECT_NETWORK_FAILURE,
      weight: 'stronglyAgainst',
      says: 'Our own connections to the backend fail.',
    },
    {
      id: 'no-node-reaches-it',
      when: above(last('other-nodes-unreached', 2 * MINUTE), 0.99),
      weight: 'stronglyAgainst',
      says: 'Agents on other nodes do not reach the backend either.',
    },
    {
      id: 'an-answer-came-back',
      when: all(AGGREGATOR_FAILS, reasonSeen('aggregator', 'unauthorized', 'forbidden', 'not-found', 'too-many-requests', 'server-error')),
      weight: 'stronglyAgainst',
      says: 'An HTTP answer comes back through the kube-apiserver.',
    },
    { id: 'no-endpoints', when: none('endpoints-ready'), weight: 'stronglyAgainst', says: 'No endpoint is ready.' },
  ],
  lookBack: [
    {
      // The condition alone says nothing of where the check fails: an answer of the backend to somebody else must be seen.
      id: 'discovery-check-fails',
      when: all(seen('condition-failed-discovery-check'), AGGREGATOR_FAILS, ONLY_DIRECT_PASSES),
      weight: 'suggestive',
      says: [OWN_CHECK_FAILS, EACH_ADDRESS_ANSWERS],
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'control-plane-changed-within-the-hour',
      when: changedWithin('last-change-control-plane', HOUR),
      weight: 'circumstantial',
      says: 'The control plane changed in the last hour.',
    },
  ],
  supersedes: ['backend-slow', 'connection-timed-out', 'connection-refused', 'connection-reset', 'host-unreachable', 'packet-loss'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'On a control-plane node, try the address of the pod', command: 'nc -vz {address} {port}' },
    'Open that port from the control plane to the nodes. GKE private clusters and EKS security groups open 443 and 10250 only.',
    'When the control plane has no route to pod addresses, run the server with hostNetwork: true, or set up Konnectivity.',
    'When the kube-apiserver has HTTPS_PROXY, put the Service and pod networks into its NO_PROXY.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [
    { cause: 'network-policy-blocking', tell: 'a NetworkPolicy admits pods but not the kube-apiserver' },
    { cause: 'tunnel-down', tell: 'the kube-apiserver goes through Konnectivity or another tunnel' },
    { cause: 'apiservers-disagree', tell: 'it works through another kube-apiserver' },
  ],
  references: [
    'https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/',
    'https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/',
  ],
});
