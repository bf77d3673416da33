import { defineCause } from '../domain/cause.ts';
import { above, all, any, increase, MINUTE, not } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';
import { AGGREGATOR_NETWORK_FAILURE, DIRECT_NETWORK_FAILURE } from './shared/vantages.ts';

const THROUGH_IT = any(AGGREGATOR_NETWORK_FAILURE, reasonSeen('aggregator', 'bad-gateway'), seen('signature-strength-tunnel-down'));

export const tunnelDown = defineCause({
  id: 'tunnel-down',
  category: 'network-connectivity',
  part: 'path',
  shared: 'the tunnel between kube-apiserver and nodes',
  title: 'The tunnel between control plane and nodes is down',
  summary:
    'The kube-apiserver reaches the nodes through a tunnel: Konnectivity, tunnelfront or SSH. The tunnel is broken or has no agent. Aggregated APIs, logs, exec and webhooks fail with it, while the pods run.',
  severity: 'critical',
  prior: -1.5,
  evidence: [
    {
      id: 'dials-fail',
      when: above(increase('tunnel-dial-failures', 5 * MINUTE), 0.5),
      weight: 'strong',
      says: 'The kube-apiserver counts {value|failed connection|failed connections} through its egress proxy in the last 5 min.',
      reproduce: 'kubectl get --raw /metrics | grep apiserver_egress_dialer_dial_failure_count',
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
    ...linesSay('tunnel-down'),
  ],
  supersedes: ['aggregator-path-blocked', 'connection-timed-out', 'connection-refused', 'connection-reset'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'Look at the agents', command: 'kubectl get pods -n kube-system -l k8s-app=konnectivity-agent -o wide' },
    'Make sure that each agent is connected to every control-plane node.',
    'Restart agents that hang, and check the address of the server in their flags.',
  ],
  verify: { command: 'kubectl get pods -n kube-system -l k8s-app=konnectivity-agent', expect: 'every agent is READY' },
  confusedWith: [{ cause: 'aggregator-path-blocked', tell: 'the kube-apiserver connects directly' }],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/'],
});
