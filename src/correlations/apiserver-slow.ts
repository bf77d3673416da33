import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, avg, HOUR, MINUTE, tracks } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { LOAD_MAY_EXPLAIN } from './shared/load.ts';
import { atLeast, lessThan } from './shared/seen.ts';
import { DIRECT_PASSES, FAILING, SLOW_ANSWERS } from './shared/vantages.ts';

export const apiserverSlow = defineCause({
  id: 'apiserver-slow',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: 'the kube-apiserver',
  title: 'The kube-apiserver is slow',
  summary:
    'The kube-apiserver takes long for its own answers too. Requests for aggregated APIs run out of time on the way. Servers that call back to it answer late or lose their leases.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'control-probe-slow',
      // One late answer is a lost packet, or our own machine: it is slow when it stays slow.
      when: all(atLeast('control-seconds', 1), above(avg('control-seconds', MINUTE), 0.5), any(FAILING, SLOW_ANSWERS)),
      weight: 'strong',
      says: "The kube-apiserver's own /readyz took {value}.",
      reproduce: 'time kubectl get --raw /readyz',
    },
    {
      id: 'requests-slow',
      when: all(atLeast('apiserver-seconds', 1), any(FAILING, SLOW_ANSWERS), LOAD_MAY_EXPLAIN),
      weight: 'strong',
      says: 'Requests to the kube-apiserver take {value} on average.',
      reproduce: 'kubectl get --raw /metrics | grep apiserver_request_duration_seconds_sum',
    },
    {
      id: 'slow-only-through-it',
      when: all(atLeast('aggregator-seconds', 1), lessThan('direct-seconds', 0.5), DIRECT_PASSES, atLeast('control-seconds', 0.5)),
      weight: 'suggestive',
      says: [
        clause('through the kube-apiserver an answer takes {value}', atLeast('aggregator-seconds', 1)),
        clause('directly it takes {value}', all(lessThan('direct-seconds', 0.5), DIRECT_PASSES)),
        clause("the kube-apiserver's own /readyz takes {value}", atLeast('control-seconds', 0.5)),
      ],
    },
    {
      id: 'errors-track-latency',
      when: tracks('apiserver-seconds', 'error-ratio', { over: HOUR, atLeast: 0.7 }),
      weight: 'suggestive',
      says: 'Since {from}, failures rise and fall with the latency of the kube-apiserver (correlation {r}).',
    },
    {
      id: 'control-probe-quick',
      when: lessThan('control-seconds', 0.2),
      weight: 'against',
      says: "The kube-apiserver's own /readyz took {value}, which is quick.",
    },
    ...linesSay('apiserver-slow'),
  ],
  supersedes: ['backend-slow', 'packet-loss', 'aggregator-path-blocked', 'delegated-auth-failing', 'stuck-connections'],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    { says: 'See how long etcd takes', command: 'kubectl get --raw /metrics | grep etcd_request_duration_seconds_sum' },
    'Look at the CPU and the memory of the kube-apiserver.',
    'Look for large lists without a limit, and for webhooks that time out.',
  ],
  verify: { command: 'time kubectl get --raw /readyz', expect: 'it takes less than 0.2 s' },
  confusedWith: [{ cause: 'backend-slow', tell: 'the kube-apiserver is quick, and the backend is slow directly too' }],
  references: ['https://kubernetes.io/docs/reference/instrumentation/slis/'],
});
