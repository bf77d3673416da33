import { observed } from '../../../src/domain/observed.ts';
import type { FailureReason, ProbeTally, Vantage } from '../../../src/domain/probe.ts';
import type { PolicyFacts } from '../../../src/domain/snapshot.ts';
import { healthyApi, healthyTally, probeResult } from '../../support/healthy.ts';
import {
  ALL,
  changed,
  checkFailed,
  type Moment,
  NO_ENDPOINTS,
  notReady,
  type Situation,
  URL,
  unreachable,
  withMetrics,
} from '../../support/situation.ts';
import type { Row } from './row.ts';
import { lossOnTheWayTo } from './ways.ts';

const WAITING = 'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)';
/** Of apiserver 1.36 pkg/server/egressselector: the words of a proxy after its status are not passed on. */
const ANSWER_OF_PROXY = (status: string) => `proxy error from 192.0.2.40:8131 while dialing 10.1.0.5:10250, code ${status}`;
const only = (reason: FailureReason): Situation => ({ probes: { aggregator: reason, list: reason } });
const vanish: Situation = { probes: ALL('connection_timeout', 'connection_timeout'), condition: checkFailed(`Get "${URL}": ${WAITING}`) };
/** For two minutes, with the words that kube-apiserver 1.36 also has for a server that is slow. */
const cutBehindTheAggregator: Situation = {
  probes: { aggregator: 'gateway_timeout', list: 'response_timeout' },
  condition: checkFailed(`Get "${URL}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`),
};
const policy = (verdict: PolicyFacts['verdict']): Situation => ({
  ...vanish,
  facts: ({ since }) => ({
    api: {
      policy: observed({
        verdict,
        why: 'NetworkPolicy harbour/default-deny',
        selecting: ['default-deny'],
        notEvaluated: [],
        lastChange: since - 3000,
      }),
      ...(verdict === 'blocks' ? changed('network-policy', 'NetworkPolicy harbour/default-deny', since - 3000) : {}),
    },
  }),
});
const policyChanged = (agoMs: number): Situation => ({
  probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
  facts: ({ since }) => ({
    api: {
      policy: observed({ verdict: 'undetermined', why: 'CNI policies exist', selecting: [], notEvaluated: ['TidePolicy'] }),
      ...changed('network-policy', 'NetworkPolicy harbour/default-deny', since - agoMs),
    },
  }),
});

/** One tally; it fails when `reason` is given. */
function tally(vantage: Vantage, target: string, { ticks, since, time }: Moment, reason?: FailureReason): ProbeTally {
  const last = probeResult({ vantage, target, at: time, ok: reason === undefined, ...(reason ? { reason } : {}) });
  return healthyTally(vantage, 'discovery', {
    target,
    attempts: 360 + ticks,
    last,
    lastOk: reason ? since : time,
    failures: reason ? { [reason]: ticks } : {},
    ...(reason ? { lastFailure: last } : {}),
  });
}
const through = (first: FailureReason | undefined, second: FailureReason | undefined): Situation => ({
  facts: (moment) => ({
    api: {
      probes: [
        tally('aggregator', '10.0.0.1:443', moment, first),
        tally('aggregator', '10.0.0.2:443', moment, second),
        tally('service', '10.96.7.7:443', moment),
        tally('endpoint', '10.1.0.5:10250', moment),
      ],
    },
  }),
});
const replicas = (first: FailureReason | undefined, second: FailureReason | undefined): Situation => ({
  facts: (moment) => ({
    api: {
      endpoints: observed({ ready: 2, notReady: 0, terminating: 0, slices: 1, portServed: true, addresses: [] }),
      probes: [
        tally('aggregator', '10.0.0.1:443', moment, first),
        tally('service', '10.96.7.7:443', moment, second),
        tally('endpoint', '10.1.0.5:10250', moment, first),
        tally('endpoint', '10.1.0.6:10250', moment, second),
      ],
    },
  }),
});
/** No answer came at all. */
const unanswered = (differs: Parameters<typeof probeResult>[0]) => {
  const { status: _, ...rest } = probeResult(differs);
  return rest;
};

const deadConnection = (freshPasses: boolean): Situation => ({
  facts: (moment) => {
    const failure = unanswered({ at: moment.time - 1000, ok: false, reason: 'response_timeout', connection: 'reused' });
    const [aggregator, ...others] = healthyApi().probes;
    return {
      api: {
        probes: [
          {
            ...aggregator!,
            last: freshPasses && moment.ticks % 2 === 0 ? probeResult({ at: moment.time }) : { ...failure, at: moment.time },
            lastFailure: failure,
            recurred: { response_timeout: failure.at },
            failures: { response_timeout: moment.ticks },
          },
          ...others,
        ],
      },
    };
  },
});

/** The ways between kube-apiserver and backend. */
export const NETWORK_ROWS: readonly Row[] = [
  {
    cause: 'aggregator-path-blocked',
    match: cutBehindTheAggregator,
    miss: vanish,
    because: 'our own connections vanish too',
    instead: 'connection-timed-out',
    ticks: 12,
  },
  {
    cause: 'connection-timed-out',
    match: vanish,
    miss: policy('blocks'),
    because: 'a NetworkPolicy does not admit the kube-apiserver',
    instead: 'network-policy-blocking',
  },
  {
    cause: 'network-policy-blocking',
    match: policy('blocks'),
    miss: policy('admits'),
    because: 'the policies admit it',
    instead: 'connection-timed-out',
  },
  {
    cause: 'network-policy-changed',
    match: policyChanged(20 * 60_000),
    miss: policyChanged(2 * 3_600_000),
    because: 'the change is two hours old',
  },
  {
    cause: 'connection-refused',
    match: {
      probes: ALL('connection_refused', 'connection_refused'),
      condition: checkFailed(`Get "${URL}": dial tcp 10.96.7.7:443: connect: connection refused`),
    },
    miss: { ...NO_ENDPOINTS, facts: () => ({ api: notReady }) },
    because: 'no endpoint is ready: such a Service refuses by itself',
  },
  {
    cause: 'connection-reset',
    match: { probes: ALL('connection_reset', 'connection_reset') },
    miss: { ...NO_ENDPOINTS, probes: ALL('connection_reset'), facts: () => ({ api: notReady }) },
    because: 'no endpoint is ready',
  },
  {
    cause: 'host-unreachable',
    // The kube-apiserver's own deadline for discovery comes first (1.36).
    match: {
      ...cutBehindTheAggregator,
      probes: { ...cutBehindTheAggregator.probes, service: 'host_unreachable', endpoint: 'host_unreachable' },
    },
    miss: {
      probes: ALL('host_unreachable', 'host_unreachable'),
      facts: () => ({
        cluster: { nodes: observed([{ name: 'node-a', ready: false, pressure: [], unschedulable: false, addresses: [] }]) },
      }),
    },
    because: 'its node is down',
    instead: 'node-not-ready',
  },
  {
    cause: 'dns-failing',
    match: { probes: { aggregator: 'dns_failed', list: 'dns_failed' } },
    miss: {
      probes: { aggregator: 'dns_failed', list: 'dns_failed' },
      condition: ['ServiceNotFound', 'service/tide-gauge in "harbour" is not present'],
      facts: () => ({ api: { service: { state: 'absent' } } }),
    },
    because: 'the Service that the name stands for does not exist',
    instead: 'service-not-found',
  },
  {
    cause: 'packet-loss',
    match: lossOnTheWayTo('10.1.0.5:10250'),
    miss: vanish,
    because: 'nothing passes any more',
    instead: 'connection-timed-out',
  },
  {
    cause: 'one-replica-bad',
    match: replicas('connection_timeout', undefined),
    miss: replicas('connection_timeout', 'connection_timeout'),
    because: 'both replicas fail',
  },
  {
    cause: 'apiservers-disagree',
    match: through('connection_timeout', undefined),
    miss: through('connection_timeout', 'connection_timeout'),
    because: 'it fails through both',
    instead: 'aggregator-path-blocked',
  },
  {
    cause: 'service-routing-broken',
    match: { probes: { aggregator: 'connection_timeout', list: 'connection_timeout', service: 'connection_timeout' } },
    miss: vanish,
    because: 'the backend address fails too',
    instead: 'connection-timed-out',
  },
  {
    cause: 'tunnel-down',
    match: {
      ...only('service_unavailable'),
      details: unreachable('No agent available'),
      facts: withMetrics((ticks) => ({ egressDialFailures: ticks })),
    },
    miss: { ...only('service_unavailable'), details: unreachable('dial tcp 10.96.7.7:443: i/o timeout') },
    because: 'the kube-apiserver dials by itself',
  },
  {
    cause: 'tunnel-refuses-backend',
    match: {
      probes: { aggregator: 'bad_gateway', list: 'bad_gateway' },
      details: unreachable(ANSWER_OF_PROXY('403: 403 Forbidden')),
      facts: withMetrics((ticks) => ({ egressDialFailures: ticks })),
    },
    miss: {
      probes: { aggregator: 'bad_gateway', list: 'bad_gateway' },
      details: unreachable(ANSWER_OF_PROXY('503: 503 Service Unavailable')),
      facts: withMetrics((ticks) => ({ egressDialFailures: ticks })),
    },
    because: 'the proxy would connect, and does not get there',
    instead: 'tunnel-down',
  },
  {
    cause: 'overlay-not-routable',
    match: { ...only('service_unavailable'), details: unreachable('Address is not allowed') },
    miss: { ...only('service_unavailable'), details: unreachable('dial tcp 10.96.7.7:443: i/o timeout') },
    because: 'the address may be dialled',
  },
  {
    cause: 'proxy-in-the-way',
    match: only('bad_gateway'),
    miss: { probes: ALL('bad_gateway', 'bad_gateway') },
    because: 'the backend itself answers 502',
    instead: 'backend-server-error',
  },
  { cause: 'stuck-connections', match: deadConnection(true), miss: deadConnection(false), because: 'fresh connections fail too', ticks: 8 },
  {
    cause: 'kube-apiserver-unreachable-from-backend',
    match: {
      ...NO_ENDPOINTS,
      lines: [
        'unable to load configmap based request-header-client-ca-file: Get "https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication": dial tcp 10.96.0.1:443: i/o timeout',
      ],
      facts: () => ({ api: notReady }),
    },
    miss: {
      ...NO_ENDPOINTS,
      lines: ['Get "https://10.96.0.1:443/api/v1/nodes": dial tcp 10.96.0.1:443: connect: connection refused'],
      facts: withMetrics(() => ({}), { ok: false, reason: 'connection_refused' }),
    },
    because: 'the kube-apiserver answers nobody',
    instead: 'apiserver-unavailable',
  },
];
