import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, increase, MINUTE, not } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { THE_KUBE_APISERVER_IS_BUSY, THE_KUBE_APISERVER_REJECTS } from './shared/load.ts';
import { reasonSeen } from './shared/seen.ts';

const ANSWERED_WITH_429 = any(reasonSeen('aggregator', 'too-many-requests'), reasonSeen('list', 'too-many-requests'));

export const rateLimited = defineCause({
  id: 'rate-limited',
  category: 'rate-limiting',
  part: 'backend',
  title: 'Requests are refused by a limit or quota',
  summary:
    'The backend, a service that it calls, or a priority level of the kube-apiserver answers 429: too many requests, or a quota is used up. The condition can stay True, because the check runs as system:masters and is exempt.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'too-many-requests',
      when: all(reasonSeen('aggregator', 'too-many-requests'), not(THE_KUBE_APISERVER_REJECTS)),
      weight: 'strong',
      says: [
        clause('discovery through the kube-apiserver is answered with 429', reasonSeen('aggregator', 'too-many-requests')),
        clause('the kube-apiserver rejected no request in the last 5 min', not(THE_KUBE_APISERVER_REJECTS)),
      ],
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'a-priority-level-refuses',
      when: all(ANSWERED_WITH_429, THE_KUBE_APISERVER_REJECTS, not(THE_KUBE_APISERVER_IS_BUSY)),
      weight: 'strong',
      says: [
        clause('requests through the kube-apiserver are answered with 429', ANSWERED_WITH_429),
        clause('its priority and fairness rejected {value|request|requests} in the last 5 min', THE_KUBE_APISERVER_REJECTS),
        clause('it has little to do', not(THE_KUBE_APISERVER_IS_BUSY)),
      ],
      reproduce: 'kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total',
    },
    {
      id: 'too-many-requests-for-lists',
      when: reasonSeen('list', 'too-many-requests'),
      weight: 'strong',
      says: 'Lists through the kube-apiserver are answered with 429.',
    },
    {
      id: 'too-many-requests-anywhere',
      when: reasonSeen('aggregator', 'too-many-requests'),
      weight: 'suggestive',
      says: 'Discovery through the kube-apiserver is answered with 429.',
    },
    {
      id: 'too-many-requests-directly',
      when: reasonSeen('direct', 'too-many-requests'),
      weight: 'strong',
      says: 'Our own requests to the backend are answered with 429.',
    },
    {
      id: 'backend-rejects',
      when: above(increase('backend-rejected-requests', 5 * MINUTE), 0.5),
      weight: 'strong',
      says: 'The metrics of the backend count {value|rejected request|rejected requests} in the last 5 min.',
    },
    ...linesSay('rate-limited'),
  ],
  supersedes: ['backend-dependency-failing', 'backend-server-error'],
  remedy: [
    'Find who sends so many requests. Let it ask less often, or watch instead.',
    {
      says: 'See whether a priority level of the kube-apiserver rejects them, and which one',
      command: 'kubectl get --raw /metrics | grep apiserver_flowcontrol_rejected_requests_total',
    },
    "Raise the server's --max-requests-inflight, its priority and fairness limits, or the quota of the service behind it.",
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints no 429 in ten tries' },
  confusedWith: [
    { cause: 'apiserver-overloaded', tell: 'the kube-apiserver has much to do: many requests in flight, late answers' },
    { cause: 'client-side-throttled', tell: 'the client waits by itself, no 429 comes back' },
  ],
  references: ['https://kubernetes.io/docs/concepts/cluster-administration/flow-control/'],
});
