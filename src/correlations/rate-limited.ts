import { defineCause } from '../domain/cause.ts';
import { above, all, increase, MINUTE, not } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';

const THE_KUBE_APISERVER_REJECTS = above(increase('apiserver-rejected', 5 * MINUTE), 0.5);

export const rateLimited = defineCause({
  id: 'rate-limited',
  category: 'rate-limiting',
  part: 'backend',
  title: 'Requests are refused by a limit or quota',
  summary:
    'The backend, or a service that it asks, answers 429: too many requests, or a quota is used up. The condition may stay True, because the check as system:masters is exempt.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'too-many-requests',
      when: all(reasonSeen('aggregator', 'too-many-requests'), not(THE_KUBE_APISERVER_REJECTS)),
      weight: 'strong',
      says: 'Discovery answers 429, and the kube-apiserver itself rejects nothing.',
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'too-many-requests-for-lists',
      when: reasonSeen('list', 'too-many-requests'),
      weight: 'strong',
      says: 'Lists answer 429.',
    },
    {
      id: 'too-many-requests-anywhere',
      when: reasonSeen('aggregator', 'too-many-requests'),
      weight: 'suggestive',
      says: 'Requests are answered with 429.',
    },
    {
      id: 'too-many-requests-directly',
      when: reasonSeen('direct', 'too-many-requests'),
      weight: 'strong',
      says: 'The backend itself answers 429.',
    },
    {
      id: 'backend-rejects',
      when: above(increase('backend-rejected-requests', 5 * MINUTE), 0.5),
      weight: 'strong',
      says: 'By its own metrics the backend rejected {value} requests within five minutes.',
    },
    ...linesSay('rate-limited'),
  ],
  supersedes: ['backend-dependency-failing', 'backend-server-error'],
  remedy: [
    'Find who sends so many requests. Let it ask less often, or watch instead.',
    "Raise the server's --max-requests-inflight, its priority and fairness limits, or the quota of the service behind it.",
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints no 429 in ten tries' },
  confusedWith: [
    { cause: 'apiserver-overloaded', tell: 'the kube-apiserver rejects requests of its own too' },
    { cause: 'client-side-throttled', tell: 'the client waits by itself, no 429 comes back' },
  ],
  references: ['https://kubernetes.io/docs/concepts/cluster-administration/flow-control/'],
});
