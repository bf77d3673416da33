import { observed } from '../../../src/domain/observed.ts';
import type { FailureReason, ProbeTally, Vantage } from '../../../src/domain/probe.ts';
import type { ClusterFacts } from '../../../src/domain/snapshot.ts';
import { newTally, publish, record } from '../../../src/probe/tally.ts';
import { healthyCluster, healthyTally, probeResult } from '../../support/healthy.ts';
import { ALL, dying, type Moment, NO_ENDPOINTS, notReady, type Situation, withMetrics } from '../../support/situation.ts';
import type { Row } from './row.ts';

const SECOND = 1000;
/** What a probe waits, and what a burst waits between two. */
const PATIENCE = 5;
const STEP = 1;

/** What a target answers to the n-th probe after the fault began; undefined = it passes at once. */
type Answers = (probe: number) => FailureReason | undefined;
const passes: Answers = () => undefined;
const always =
  (reason: FailureReason): Answers =>
  () =>
    reason;
/** After so many that fail one passes. */
const byTurns =
  (reason: FailureReason, failures = 1): Answers =>
  (probe) =>
    probe % (failures + 1) < failures ? reason : undefined;

const TIMES_OUT: ReadonlySet<FailureReason> = new Set(['connection_timeout', 'gateway_timeout', 'response_timeout']);

/** As the prober writes it down: it passed each ten seconds for a minute, and since the fault it has been asked one time after the other. */
function asked({ since, time }: Moment, vantage: Vantage, target: string, answers: Answers): ProbeTally {
  const tally = newTally(vantage, 'discovery', target);
  for (let ago = 60; ago > 0; ago -= 10) record(tally, probeResult({ vantage, target, at: since - ago * SECOND }));
  let at = since;
  for (let probe = 0; at < time; probe += 1) {
    const reason = answers(probe);
    const seconds = reason !== undefined && TIMES_OUT.has(reason) ? PATIENCE : 0.01;
    if (at + seconds * SECOND > time) break;
    record(tally, probeResult({ vantage, target, at, seconds, ok: reason === undefined, ...(reason ? { reason } : {}) }));
    at += (seconds + (reason ? STEP : 10)) * SECOND;
  }
  const published = publish(tally);
  if (!published) throw new Error('a tally that passed is observed');
  return published;
}

interface Seen {
  readonly aggregator?: Answers;
  readonly service?: Answers;
  /** Backend address → what it answers. */
  readonly addresses: Readonly<Record<string, Answers>>;
}

const SERVICE = '10.96.7.7:443';
const POD = '10.1.0.5:10250';
const SIX = '[fd00:1::5]:10250';

const addressesOf = (...targets: readonly string[]) =>
  observed({ ready: targets.length, notReady: 0, terminating: 0, slices: 1, portServed: true, addresses: [] });

const through = ({ aggregator = passes, service, addresses }: Seen): Situation => ({
  facts: (moment) => ({
    api: {
      endpoints: addressesOf(...Object.keys(addresses)),
      probes: [
        asked(moment, 'aggregator', '10.0.0.1:443', aggregator),
        ...(service ? [asked(moment, 'service', SERVICE, service)] : []),
        ...Object.entries(addresses).map(([target, answers]) => asked(moment, 'endpoint', target, answers)),
      ],
    },
  }),
});

/** Asked once a second for so many seconds, with one outcome. */
function newest(vantage: Vantage, target: string, time: number, probes: number, reason?: FailureReason): ProbeTally {
  const tally = newTally(vantage, 'discovery', target);
  for (let ago = probes; ago > 0; ago -= 1) {
    const at = time - ago * SECOND;
    record(tally, probeResult({ vantage, target, at, seconds: 0.01, ok: reason === undefined, ...(reason ? { reason } : {}) }));
  }
  const published = publish(tally);
  if (!published) throw new Error('a tally that was asked is observed');
  return published;
}
/** Its pod was replaced a moment ago, and the rules of the ClusterIP are not written yet. */
const justReplaced = (pass: boolean): Situation => ({
  facts: ({ time }) => ({
    api: {
      endpoints: addressesOf(POD),
      probes: [
        newest('aggregator', '10.0.0.1:443', time, 3, 'service_unavailable'),
        newest('service', SERVICE, time, 3, 'connection_refused'),
        newest('endpoint', POD, time, 2, pass ? undefined : 'connection_refused'),
      ],
    },
  }),
});

const vanishes = always('connection_timeout');
const unanswered = always('gateway_timeout');
const sometimes = byTurns('connection_timeout');

/** A packet is lost here, another one there: what times out passes the next time. */
export const lossOnTheWayTo = (...targets: readonly string[]): Situation =>
  through({
    aggregator: byTurns('gateway_timeout', 2),
    service: sometimes,
    addresses: Object.fromEntries(targets.map((target) => [target, sometimes])),
  });

/** What the server says of the kube-apiserver before it listens. */
const atItsStart = (error: string): Situation => ({
  ...NO_ENDPOINTS,
  lines: [`E0105 09:02:00.000000       1 reflector.go:205] "Failed to watch" err="failed to list *v1.Node: ${error}"`],
  facts: () => ({ api: notReady }),
});
/** It crashes, and the kube-apiserver answers nobody in the first so many ticks. */
const refusedAtItsStart = (downFor: number): Situation => ({
  ...NO_ENDPOINTS,
  events: [['BackOff', 'Pod', 'Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour']],
  lines: [
    'F0105 09:02:00.000000       1 main.go:51] unable to construct discovery REST mapper: unable to populate initial set of REST mappings: Get "https://10.96.0.1:443/api?timeout=32s": dial tcp 10.96.0.1:443: connect: connection refused',
  ],
  facts: (moment) => ({ api: dying(moment, 'Error', 1), cluster: apiserverDown(moment, downFor) }),
});
function apiserverDown({ ticks, since, time }: Moment, downFor: number): Partial<ClusterFacts> {
  const [apiserver] = healthyCluster().apiservers;
  const failed = probeResult({ vantage: 'control', at: since + downFor * 10 * SECOND, ok: false, reason: 'connection_refused' });
  const last = ticks <= downFor ? failed : probeResult({ vantage: 'control', at: time });
  const control = healthyTally('control', 'discovery', {
    ...(downFor > 0 && { lastFailure: failed, failures: { connection_refused: Math.min(ticks, downFor) } }),
    last,
  });
  return { apiservers: [{ ...apiserver!, control }] };
}
const reviewFails = (why: string): string =>
  `Failed to make webhook authorizer request: Post "https://10.96.0.1:443/apis/authorization.k8s.io/v1/subjectaccessreviews?timeout=10s": ${why}`;
/** The server answers nobody in time, and its reviews are not answered either. @param queued requests at the kube-apiserver */
const reviewsUnanswered = (queued: number): Situation => ({
  probes: ALL('response_timeout', 'gateway_timeout'),
  lines: [reviewFails('context deadline exceeded (Client.Timeout exceeded while awaiting headers)')],
  facts: withMetrics(() => ({ queuedRequests: queued })),
});

/**
 * What is cut off, of all that leads to a backend: each new connection to it vanishes or is refused, whatever stands still answers. As a
 * real kube-apiserver and an exporter see it (docs/real-world/ways.md). Rows beside the one that each cause has.
 */
export const WAY_ROWS: readonly Row[] = [
  {
    cause: 'service-routing-broken',
    match: through({ aggregator: unanswered, service: vanishes, addresses: { [POD]: passes } }),
    miss: lossOnTheWayTo(POD),
    because: 'what times out passes the next time',
    instead: 'packet-loss',
    ticks: 4,
  },
  {
    cause: 'service-routing-broken',
    match: through({ aggregator: always('service_unavailable'), service: always('connection_refused'), addresses: { [POD]: passes } }),
    miss: through({
      aggregator: always('service_unavailable'),
      service: always('connection_refused'),
      addresses: { [POD]: always('connection_refused') },
    }),
    because: 'the pod refuses too',
    instead: 'connection-refused',
    ticks: 4,
  },
  {
    cause: 'one-replica-bad',
    // Each connection to the ClusterIP goes to another pod, and so does what the kube-apiserver dials.
    match: through({
      aggregator: byTurns('gateway_timeout'),
      service: sometimes,
      addresses: { '10.1.0.5:10250': passes, '10.1.0.6:10250': passes, '10.1.0.7:10250': vanishes },
    }),
    miss: lossOnTheWayTo('10.1.0.5:10250', '10.1.0.6:10250', '10.1.0.7:10250'),
    because: 'each address times out and passes by turns',
    instead: 'packet-loss',
    ticks: 4,
  },
  {
    cause: 'connection-timed-out',
    match: through({ aggregator: unanswered, service: vanishes, addresses: { [SIX]: vanishes } }),
    miss: lossOnTheWayTo(SIX),
    because: 'what times out passes the next time',
    instead: 'packet-loss',
    ticks: 4,
  },
  {
    cause: 'connection-timed-out',
    // One pod with two addresses: no replica is bad.
    match: through({ aggregator: unanswered, service: vanishes, addresses: { [POD]: passes, [SIX]: vanishes } }),
    miss: through({ aggregator: byTurns('gateway_timeout'), service: sometimes, addresses: { [POD]: passes, '10.1.0.6:10250': vanishes } }),
    because: 'both addresses are of one family',
    instead: 'one-replica-bad',
    ticks: 4,
  },
  {
    cause: 'connection-refused',
    match: justReplaced(false),
    miss: justReplaced(true),
    because: 'the pod has answered for two seconds, and only its ClusterIP refuses',
    instead: 'unknown',
    ticks: 1,
  },
  {
    cause: 'connection-refused',
    // The server listens on its IPv4 address only.
    match: through({
      aggregator: always('service_unavailable'),
      service: always('connection_refused'),
      addresses: { [POD]: passes, [SIX]: always('connection_refused') },
    }),
    miss: through({
      aggregator: byTurns('service_unavailable'),
      service: byTurns('connection_refused'),
      addresses: { [POD]: passes, '10.1.0.6:10250': always('connection_refused') },
    }),
    because: 'both addresses are of one family',
    instead: 'one-replica-bad',
    ticks: 4,
  },
  {
    cause: 'dependency-certificate-untrusted',
    match: atItsStart(
      'Get "https://10.96.0.1:443/api/v1/nodes?limit=500": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ),
    miss: atItsStart('Get "https://10.96.0.1:443/api/v1/nodes?limit=500": dial tcp 10.96.0.1:443: i/o timeout'),
    because: 'packets do not arrive, and nobody has shown a certificate',
    instead: 'kube-apiserver-unreachable-from-backend',
  },
  {
    // custom-metrics-apiserver v1.37.0 whose packets to the kube-apiserver are refused (test/e2e/servers): each request waits for a review.
    cause: 'kube-apiserver-unreachable-from-backend',
    match: { probes: ALL('server_error', 'server_error'), lines: [reviewFails('dial tcp 10.96.0.1:443: connect: connection refused')] },
    miss: { probes: ALL('server_error', 'server_error') },
    because: 'nothing says why',
    instead: 'backend-server-error',
  },
  {
    // The same at its start: it ends at once, and its last words are all that it says. It is down for nobody else.
    cause: 'kube-apiserver-unreachable-from-backend',
    match: refusedAtItsStart(0),
    miss: refusedAtItsStart(2),
    because: 'the kube-apiserver answered nobody two minutes ago, when the line may have been written',
    instead: 'pod-crash-looping',
    ticks: 14,
  },
  {
    // The same, where they vanish: after half a minute HTTP/2 gives the connection up.
    cause: 'kube-apiserver-unreachable-from-backend',
    match: { probes: ALL('response_timeout', 'gateway_timeout'), lines: [reviewFails('http2: client connection lost')] },
    miss: reviewsUnanswered(120),
    because: 'the reviews may be slow only: others wait in the queues of the kube-apiserver too',
  },
  {
    // The first minute of that: no line tells a lost packet from a late answer, and no request waits at the kube-apiserver.
    cause: 'kube-apiserver-unreachable-from-backend',
    match: reviewsUnanswered(0),
    miss: { ...reviewsUnanswered(0), lines: [] },
    because: 'nothing says for whom the server waits',
    instead: 'backend-slow',
  },
];
