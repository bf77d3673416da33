import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, increase, last, MINUTE, not } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';
import { AGGREGATOR_FAILS, AGGREGATOR_NETWORK_FAILURE, DIRECT_NETWORK_FAILURE, QUICK_CONNECT } from './shared/vantages.ts';

const THROUGH_IT = any(AGGREGATOR_NETWORK_FAILURE, reasonSeen('aggregator', 'bad-gateway'), seen('signature-strength-tunnel-down'));

export const tunnelDown = defineCause({
  id: 'tunnel-down',
  category: 'network-connectivity',
  part: 'path',
  shared: 'the tunnel between kube-apiserver and nodes',
  title: 'The tunnel between control plane and nodes is down, or slow',
  summary:
    'The kube-apiserver reaches the nodes through a tunnel: Konnectivity, or another proxy that its EgressSelectorConfiguration names. The tunnel is broken or has no agent. Aggregated APIs, logs, exec and webhooks fail with it, while the pods run.',
  severity: 'critical',
  prior: -1.5,
  evidence: [
    {
      id: 'dials-fail',
      // A proxy that can not reach the backend either fails the same way.
      when: all(above(increase('tunnel-dial-failures', 5 * MINUTE), 0.5), not(DIRECT_NETWORK_FAILURE)),
      weight: 'strong',
      says: 'The kube-apiserver counts {value|failed connection|failed connections} through its egress proxy in the last 5 min.',
      reproduce: 'kubectl get --raw /metrics | grep apiserver_egress_dialer_dial_failure_count',
    },
    {
      id: 'dials-wait',
      // One may be on its way just then; of the check of one API alone there are five.
      when: all(above(last('tunnel-dials-waiting', 2 * MINUTE), 1.5), AGGREGATOR_FAILS, not(DIRECT_NETWORK_FAILURE)),
      weight: 'strong',
      says: '{value|connection|connections} through the egress proxy of the kube-apiserver have been neither made nor refused.',
      reproduce: "kubectl get --raw /metrics | grep -E 'apiserver_egress_dialer_dial_(start_total|failure_count|duration_seconds_count)'",
    },
    {
      id: 'dials-slow',
      when: all(above(last('tunnel-dial-seconds', 2 * MINUTE), 1), QUICK_CONNECT),
      weight: 'strong',
      says: [
        clause('a connection through the egress proxy of the kube-apiserver takes {value}', seen('tunnel-dial-seconds')),
        clause('our own TCP connections to the backend are made at once', QUICK_CONNECT),
      ],
      reproduce: 'kubectl get --raw /metrics | grep apiserver_egress_dialer_dial_duration_seconds',
    },
    {
      id: 'bad-gateway',
      when: reasonSeen('aggregator', 'bad-gateway'),
      weight: 'circumstantial',
      says: 'Discovery through the kube-apiserver is answered with 502.',
    },
    {
      id: 'agents-in-trouble',
      when: all(seen('system-tunnel'), THROUGH_IT, not(DIRECT_NETWORK_FAILURE)),
      weight: 'strong',
      says: '{value|warning|warnings} of the last 10 min are about the tunnel to the nodes.',
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
    // A proxy that can not reach the backend closes, or answers 5xx, as one without an agent does.
    ...linesSay('tunnel-down', DIRECT_NETWORK_FAILURE),
    {
      id: 'direct-fails-too',
      when: DIRECT_NETWORK_FAILURE,
      weight: 'stronglyAgainst',
      says: 'Our own connections to the backend fail: what is behind the tunnel is no better.',
    },
  ],
  supersedes: [
    'aggregator-path-blocked',
    'connection-timed-out',
    'connection-refused',
    'connection-reset',
    'backend-slow',
    'apiserver-slow',
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'Look at the agents', command: 'kubectl get pods -n kube-system -l k8s-app=konnectivity-agent -o wide' },
    'On a control-plane node, see that the proxy which --egress-selector-config-file names is there, and answers at its address or socket.',
    'Make sure that each agent is connected to every control-plane node.',
    'Restart agents that hang, and check the address of the server in their flags.',
    'When other aggregated APIs answer, the agents do not reach this backend. Let its NetworkPolicies admit them, and see that their nodes have a route to it.',
  ],
  verify: { command: 'kubectl get pods -n kube-system -l k8s-app=konnectivity-agent', expect: 'every agent is READY' },
  confusedWith: [
    { cause: 'aggregator-path-blocked', tell: 'the kube-apiserver connects directly' },
    { cause: 'tunnel-refuses-backend', tell: 'the proxy answers 4xx' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/'],
});
