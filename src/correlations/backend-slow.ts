import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, avg, below, coincides, HOUR, last, MINUTE, max, min, tracks } from '../domain/criterion.ts';
import { EACH_ADDRESS_ANSWERS } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, lessThan, none, reasonSeen } from './shared/seen.ts';
import {
  CHECK_AWAITS_HEADERS,
  CHECK_HAD_CONNECTION,
  DIRECT_PASSES,
  FAILING,
  HANDSHAKES_STALL,
  HAS_READY_ENDPOINTS,
  NO_CONNECTION,
  QUICK_CONNECT,
  SLOW_ANSWERS,
  takesSeconds,
} from './shared/vantages.ts';

const SLOW_THROUGH_THE_AGGREGATOR = any(atLeast('aggregator-seconds', 2), atLeast('list-seconds', 2));

/** Where pods start all the time, each failure has one before it. */
const NEIGHBOURS_START_BEFORE = coincides(above(last('neighbours-starting', 2 * MINUTE), 0), FAILING, {
  within: MINUTE,
  over: HOUR,
  atLeast: 0.8,
});
const SELDOM_START = below(avg('neighbours-starting', HOUR), 0.5);

/** A node that is busy all the time tells nothing: what counts is that the errors come and go with it. */
const ERRORS_TRACK_NEIGHBOURS_CPU = tracks('neighbours-cpu', 'error-ratio', { over: HOUR, atLeast: 0.7 });
const NODE_WAS_TAKEN = above(max('neighbours-cpu', 5 * MINUTE), 0.5);

export const backendSlow = defineCause({
  id: 'backend-slow',
  category: 'backend-dependency',
  part: 'backend',
  title: 'The backend answers too slowly',
  summary:
    'Connections are made at once, but the answer takes seconds or does not come in time. The server waits for its storage or another service, or has too much to do. The kube-apiserver cuts discovery after 5 s and lists after 60 s.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'no-answer-in-time',
      when: all(
        any(
          reasonSeen('aggregator', 'response-timeout', 'gateway-timeout', 'transfer-timeout'),
          reasonSeen('list', 'response-timeout', 'gateway-timeout', 'transfer-timeout'),
          reasonSeen('direct', 'response-timeout', 'transfer-timeout'),
        ),
        HAS_READY_ENDPOINTS,
      ),
      weight: 'suggestive',
      says: 'No answer comes in time.',
    },
    {
      id: 'no-answer-directly',
      when: all(reasonSeen('direct', 'response-timeout', 'transfer-timeout'), QUICK_CONNECT),
      weight: 'strong',
      says: 'Our own connection to the backend is made at once, and no answer comes in time.',
    },
    {
      id: 'answers-take-seconds',
      when: any(takesSeconds('list-seconds'), takesSeconds('aggregator-seconds'), takesSeconds('direct-response-seconds')),
      weight: 'suggestive',
      says: 'Answers have taken {value} for a minute.',
    },
    {
      id: 'slow-from-both-sides',
      when: all(atLeast('direct-response-seconds', 2), SLOW_THROUGH_THE_AGGREGATOR, QUICK_CONNECT),
      weight: 'suggestive',
      says: [
        clause(
          'our own probes of the backend have a connection at once, and an answer after {value}',
          atLeast('direct-response-seconds', 2),
        ),
        clause('through the kube-apiserver it takes seconds too', SLOW_THROUGH_THE_AGGREGATOR),
      ],
      reproduce: 'time kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'slow-after-quick-connect',
      when: all(SLOW_ANSWERS, QUICK_CONNECT),
      weight: 'circumstantial',
      says: 'Our own TCP connections to the backend are made at once.',
    },
    {
      id: 'check-awaits-headers',
      when: CHECK_AWAITS_HEADERS,
      weight: 'strong',
      says: [
        clause("the kube-apiserver's check has failed for a minute", above(min('condition-failed-discovery-check', MINUTE), 0.5)),
        clause('it had a connection and waited for the answer', CHECK_HAD_CONNECTION),
      ],
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'slow-to-connect',
      when: atLeast('direct-connect-seconds', 0.5),
      weight: 'against',
      says: 'Our own TCP connections take {value}, so the path is slow.',
    },
    {
      id: 'direct-is-quick',
      when: all(reasonSeen('aggregator', 'response-timeout', 'gateway-timeout'), DIRECT_PASSES, lessThan('direct-response-seconds', 1)),
      weight: 'against',
      says: [
        clause('through the kube-apiserver no answer comes in time', reasonSeen('aggregator', 'response-timeout', 'gateway-timeout')),
        EACH_ADDRESS_ANSWERS,
        clause('the slowest of these answers took {value}', lessThan('direct-response-seconds', 1)),
      ],
    },
    {
      id: 'no-connection',
      when: NO_CONNECTION,
      weight: 'stronglyAgainst',
      says: 'Our own connections to the backend are not made.',
    },
    {
      id: 'handshakes-stall',
      when: HANDSHAKES_STALL,
      weight: 'stronglyAgainst',
      says: 'One of our own connections to the backend took {value} to stand, and each was answered at once.',
    },
    { id: 'no-endpoints', when: none('endpoints-ready'), weight: 'against', says: 'No endpoint is ready.' },
    {
      id: 'neighbours-start-before',
      when: all(NEIGHBOURS_START_BEFORE, SELDOM_START, SLOW_ANSWERS),
      weight: 'circumstantial',
      says: [
        clause(
          '{met} of {of} failed checks since {from} came at most 4 minutes after another pod started on the node',
          NEIGHBOURS_START_BEFORE,
        ),
      ],
      reproduce: 'kubectl get pods -A -o wide --field-selector spec.nodeName={node} --sort-by=.status.startTime',
    },
    {
      id: 'errors-track-neighbours-cpu',
      when: all(NODE_WAS_TAKEN, ERRORS_TRACK_NEIGHBOURS_CPU, SLOW_ANSWERS),
      weight: 'suggestive',
      says: [
        clause(
          'failures have risen and fallen since {from} with the CPU that other pods of the node take (correlation {r})',
          ERRORS_TRACK_NEIGHBOURS_CPU,
        ),
        clause('in the last 5 min that was {value} of the node at its most', NODE_WAS_TAKEN),
      ],
      reproduce: 'kubectl top pods -A --sort-by=cpu',
    },
    ...linesSay('backend-slow'),
  ],
  remedy: [
    { says: 'See what the server waits for', command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200' },
    'Look at its metric apiserver_request_duration_seconds, and at what it depends on.',
    'When it is only too busy, run more replicas, and set --enable-aggregator-routing on the kube-apiserver.',
  ],
  verify: { command: 'time kubectl get --raw /apis/{group}/{version}', expect: 'it takes less than one second' },
  confusedWith: [
    { cause: 'cpu-throttled', tell: 'its container is throttled' },
    { cause: 'connection-timed-out', tell: 'no connection is made' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/'],
});
