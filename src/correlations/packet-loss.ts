import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, avg, HOUR, increase, MINUTE, min } from '../domain/criterion.ts';
import { PODS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';
import { BACKEND_LOOKS_READY, FAILING_OR_SLOW, HANDSHAKES_STALL, SOMETIMES_LOST, TIMES_OUT_BY_TURNS } from './shared/vantages.ts';

/**
 * A link that loses packets lets something through now and then: what times out passes the next time. That one target times out while
 * others pass shows a cut, of that target.
 */
const SOME_FAIL = all(above(avg('error-ratio', 5 * MINUTE), 0.02), any(TIMES_OUT_BY_TURNS, HANDSHAKES_STALL));

export const packetLoss = defineCause({
  id: 'packet-loss',
  category: 'network-connectivity',
  part: 'network',
  shared: "the cluster's network",
  title: 'Packets to the backend get lost',
  summary:
    'Some connections work, others stall and time out. Possible reasons are a bad link, an overloaded node or NAT table, or a wrong MTU. The condition can stay True, because one of five checks is enough.',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    {
      id: 'stalls-in-the-path',
      when: all(
        SOME_FAIL,
        any(reasonSeen('direct', 'connection-timeout', 'tls-timeout'), reasonSeen('aggregator', 'connection-timeout', 'tls-timeout')),
        BACKEND_LOOKS_READY,
      ),
      weight: 'strong',
      says: [
        clause('what timed out has passed since, or comes back', TIMES_OUT_BY_TURNS),
        clause(
          'connections time out',
          any(reasonSeen('direct', 'connection-timeout', 'tls-timeout'), reasonSeen('aggregator', 'connection-timeout', 'tls-timeout')),
        ),
        PODS_READY,
      ],
    },
    {
      id: 'passes-and-fails-by-turns',
      when: all(SOME_FAIL, any(SOMETIMES_LOST, HANDSHAKES_STALL), BACKEND_LOOKS_READY),
      weight: 'suggestive',
      says: [
        clause('what timed out has passed since, or comes back', TIMES_OUT_BY_TURNS),
        clause('some timed out', SOMETIMES_LOST),
        clause('some of our own connections took seconds to stand', HANDSHAKES_STALL),
        PODS_READY,
      ],
    },
    {
      id: 'handshakes-stall',
      when: all(HANDSHAKES_STALL, FAILING_OR_SLOW, BACKEND_LOOKS_READY),
      weight: 'suggestive',
      says: [
        clause('in the last minute one of our own connections to the backend took {value}, others stood at once', HANDSHAKES_STALL),
        PODS_READY,
      ],
      reproduce: 'time kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'slow-to-connect',
      when: above(avg('direct-connect-seconds', 2 * MINUTE), 0.5),
      weight: 'suggestive',
      says: 'Our own TCP connections to the backend take {value} on average.',
    },
    {
      id: 'condition-stays-true',
      when: all(SOMETIMES_LOST, seen('condition-passed')),
      weight: 'circumstantial',
      says: 'The condition says True. One of five checks that pass is enough for that.',
      reproduce: 'kubectl get apiservice {apiservice}',
    },
    {
      id: 'nothing-passes',
      when: above(min('failing', MINUTE), 0.5),
      weight: 'stronglyAgainst',
      says: 'No probe has passed for a minute.',
    },
    {
      // A cut that has just ended leaves one pass behind it, as a turn of lost packets does.
      id: 'hardly-passed-before',
      when: above(avg('failing', 2 * MINUTE), 0.85),
      weight: 'stronglyAgainst',
      says: 'It failed nearly all of the last 2 min.',
    },
    {
      id: 'restarted',
      when: above(increase('restarts', 5 * MINUTE), 0.5),
      weight: 'against',
      says: 'The backend restarted {value|time|times} in the last 5 min.',
    },
    ...linesSay('packet-loss'),
  ],
  lookBack: [
    {
      id: 'failed-within-the-hour',
      when: all(above(increase('aggregator-failures', HOUR), 1.5), SOMETIMES_LOST),
      weight: 'suggestive',
      says: '{value|probe|probes} failed in the last hour.',
    },
  ],
  supersedes: ['connection-timed-out'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'Measure it between the nodes', command: 'ping -c 100 -s 1400 -M do {address}' },
    'Look at interface errors and at dropped entries of nf_conntrack.',
    'Compare the MTU of the CNI with that of the network below it.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it answers within one second twenty times in a row' },
  confusedWith: [
    { cause: 'one-replica-bad', tell: 'it is always the same backend address that fails' },
    { cause: 'cpu-throttled', tell: 'connections are made at once, and answers are slow' },
  ],
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/'],
});
