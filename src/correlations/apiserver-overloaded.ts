import { clause, defineCause } from '../domain/cause.ts';
import { all, HOUR, not, tracks } from '../domain/criterion.ts';
import { EACH_ADDRESS_ANSWERS } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { LOAD_MAY_EXPLAIN, THE_KUBE_APISERVER_IS_BUSY, THE_KUBE_APISERVER_REJECTS } from './shared/load.ts';
import { atLeast, reasonSeen, seen } from './shared/seen.ts';
import { CONTROL_PASSES, DIRECT_PASSES, FAILING } from './shared/vantages.ts';

export const apiserverOverloaded = defineCause({
  id: 'apiserver-overloaded',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: 'the kube-apiserver',
  title: 'The kube-apiserver is overloaded',
  summary:
    'The kube-apiserver gets more requests than it can serve. It rejects some with 429 and lets others wait. Requests for aggregated APIs wait with them; TokenReviews, leases and watches come late.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'rejects-requests',
      when: all(THE_KUBE_APISERVER_REJECTS, FAILING, LOAD_MAY_EXPLAIN, THE_KUBE_APISERVER_IS_BUSY),
      weight: 'strong',
      says: [
        clause(
          'the kube-apiserver rejected {value|request|requests} in the last 5 min, those included that clients gave up in its queues',
          THE_KUBE_APISERVER_REJECTS,
        ),
        clause('it has much to do', THE_KUBE_APISERVER_IS_BUSY),
      ],
      reproduce: 'kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total',
    },
    {
      id: 'inflight-near-maximum',
      // Requests that hang on a cut path are in flight too.
      when: all(atLeast('apiserver-inflight', 0.8), FAILING, LOAD_MAY_EXPLAIN),
      weight: 'strong',
      says: 'The kube-apiserver serves {value} of the requests in flight that it allows.',
      reproduce: 'kubectl get --raw /metrics | grep apiserver_current_inflight_requests',
    },
    {
      id: 'requests-queue',
      when: atLeast('apiserver-queued', 10),
      weight: 'suggestive',
      says: '{value|request waits|requests wait} in the queues of the kube-apiserver.',
    },
    {
      id: 'too-many-requests-only-through-it',
      when: all(reasonSeen('aggregator', 'too-many-requests'), DIRECT_PASSES, atLeast('control-seconds', 0.5)),
      weight: 'suggestive',
      says: [
        clause('discovery through the kube-apiserver is answered with 429', reasonSeen('aggregator', 'too-many-requests')),
        clause('its own /readyz takes {value}', atLeast('control-seconds', 0.5)),
        EACH_ADDRESS_ANSWERS,
      ],
    },
    {
      id: 'errors-track-load',
      when: tracks('apiserver-inflight', 'error-ratio', { over: HOUR, atLeast: 0.7 }),
      weight: 'suggestive',
      says: 'Since {from}, failures rise and fall with the load of the kube-apiserver (correlation {r}).',
    },
    {
      id: 'answers-at-once',
      when: all(
        CONTROL_PASSES,
        not(atLeast('control-seconds', 0.2)),
        not(atLeast('apiserver-inflight', 0.3)),
        // /readyz is exempt from priority and fairness: its quick answer says nothing while others are rejected.
        not(THE_KUBE_APISERVER_REJECTS),
      ),
      weight: 'against',
      says: [
        clause('the kube-apiserver answers at once', all(CONTROL_PASSES, not(atLeast('control-seconds', 0.2)))),
        clause('it serves few requests and rejects none', all(not(atLeast('apiserver-inflight', 0.3)), not(THE_KUBE_APISERVER_REJECTS))),
      ],
    },
    {
      id: 'its-pod-in-trouble',
      when: all(seen('system-kube-apiserver'), THE_KUBE_APISERVER_IS_BUSY, LOAD_MAY_EXPLAIN, FAILING),
      weight: 'circumstantial',
      says: [
        clause('{value|warning|warnings} of the last 10 min are about the pod of a kube-apiserver', seen('system-kube-apiserver')),
        clause('it has much to do', THE_KUBE_APISERVER_IS_BUSY),
      ],
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
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
