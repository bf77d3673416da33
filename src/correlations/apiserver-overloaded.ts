import { defineCause } from '../domain/cause.ts';
import { above, all, HOUR, increase, MINUTE, not, tracks } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, reasonSeen } from './shared/seen.ts';
import { CONTROL_PASSES, DIRECT_PASSES, FAILING } from './shared/vantages.ts';

export const apiserverOverloaded = defineCause({
  id: 'apiserver-overloaded',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: 'the kube-apiserver',
  title: 'The kube-apiserver is overloaded',
  summary:
    'The kube-apiserver has more requests than it can serve. It rejects some with 429 and lets others wait; requests for aggregated APIs wait with them, and what they depend on (TokenReview, leases, watches) comes late.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'rejects-requests',
      when: all(above(increase('apiserver-rejected', 5 * MINUTE), 0.5), FAILING),
      weight: 'strong',
      says: 'The kube-apiserver rejected {value} requests within five minutes.',
      reproduce: 'kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total',
    },
    {
      id: 'inflight-near-maximum',
      when: all(atLeast('apiserver-inflight', 0.8), FAILING),
      weight: 'strong',
      says: 'Requests in flight are at {value} of the maximum.',
      reproduce: 'kubectl get --raw /metrics | grep apiserver_current_inflight_requests',
    },
    {
      id: 'requests-queue',
      when: atLeast('apiserver-queued', 10),
      weight: 'suggestive',
      says: '{value} requests wait in the queues of the kube-apiserver.',
    },
    {
      id: 'too-many-requests-only-through-it',
      when: all(reasonSeen('aggregator', 'too-many-requests'), DIRECT_PASSES, atLeast('control-seconds', 0.5)),
      weight: 'suggestive',
      says: 'The kube-apiserver answers 429 and is slow itself; the backend answers directly.',
    },
    {
      id: 'errors-track-load',
      when: tracks('apiserver-inflight', 'error-ratio', { over: HOUR, atLeast: 0.7 }),
      weight: 'suggestive',
      says: "Over the last hour errors rise and fall with the kube-apiserver's load.",
    },
    {
      id: 'answers-at-once',
      when: all(
        CONTROL_PASSES,
        not(atLeast('control-seconds', 0.2)),
        not(atLeast('apiserver-inflight', 0.3)),
        // /readyz is exempt from priority and fairness: its quick answer says nothing while others are rejected.
        not(above(increase('apiserver-rejected', 5 * MINUTE), 0.5)),
      ),
      weight: 'against',
      says: 'The kube-apiserver answers at once and has little to do.',
    },
    ...linesSay('apiserver-overloaded'),
  ],
  supersedes: [
    'apiserver-slow',
    'rate-limited',
    'backend-slow',
    'packet-loss',
    'aggregator-path-blocked',
    'delegated-auth-failing',
    'stuck-connections',
  ],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    {
      says: 'See which flow schema sends most requests',
      command: 'kubectl get --raw /metrics | grep apiserver_flowcontrol_dispatched_requests_total',
    },
    'Give the noisy client its own FlowSchema with a low PriorityLevel, or stop it.',
    'Give the kube-apiserver more CPU, or run another one.',
  ],
  verify: {
    command: 'kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total',
    expect: 'the numbers no longer grow',
  },
  confusedWith: [
    { cause: 'rate-limited', tell: 'the 429 comes from the backend: the kube-apiserver rejects nothing' },
    { cause: 'etcd-slow', tell: 'requests wait for etcd' },
  ],
  references: ['https://kubernetes.io/docs/concepts/cluster-administration/flow-control/'],
});
