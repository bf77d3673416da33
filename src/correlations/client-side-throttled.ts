import { defineCause } from '../domain/cause.ts';
import { above, all, increase, MINUTE } from '../domain/criterion.ts';
import { WHERE_THE_LINE_STANDS } from '../domain/placeholders.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { FAILING } from './shared/vantages.ts';

export const clientSideThrottled = defineCause({
  id: 'client-side-throttled',
  category: 'rate-limiting',
  part: 'backend',
  title: "The backend's own client throttles itself",
  summary:
    'The aggregated API server sends the kube-apiserver more requests than its own client allows (QPS and burst). Its calls wait inside it, up to tens of seconds. From outside this looks like a network time-out.',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    // A line now and then is of most days: it takes many of them, or one request that waited past its deadline.
    ...linesSay('client-side-throttled').filter(({ id }) => id !== 'lines-suggest-it'),
    {
      id: 'waits-again-and-again',
      when: all(
        above(increase('signature-matches-client-side-throttled', 5 * MINUTE), 9.5),
        linesPointTo('client-side-throttled'),
        FAILING,
      ),
      weight: 'strong',
      says: 'The log of the backend tells of {value|wait|waits} in its own client in the last 5 min.',
      reproduce: WHERE_THE_LINE_STANDS,
    },
  ],
  lookBack: [
    {
      // Nothing else explains the failure, and a client says of itself that it holds requests back: what it waits for is its own limit.
      id: 'waits-and-nothing-else',
      when: linesPointTo('client-side-throttled'),
      weight: 'suggestive',
      says: 'Lines tell of requests that waited in the own client of who sent them.',
      reproduce: WHERE_THE_LINE_STANDS,
    },
  ],
  supersedes: ['backend-slow', 'leader-election-lost'],
  remedy: [
    'Raise --kube-api-qps and --kube-api-burst of the server. Some servers name these flags differently.',
    'Make it ask less: fewer objects, longer intervals, or a release that caches.',
  ],
  verify: {
    command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    expect: 'it prints no new lines about client-side throttling',
  },
  confusedWith: [{ cause: 'rate-limited', tell: 'the other side refuses: 429' }],
  references: ['https://kubernetes.io/docs/reference/using-api/api-concepts/'],
});
