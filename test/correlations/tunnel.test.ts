import { expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { ProbeTally } from '../../src/domain/probe.ts';
import type { ApiserverMetrics } from '../../src/domain/snapshot.ts';
import { healthyTally, probeResult } from '../support/healthy.ts';
import { play } from '../support/play.ts';
import { ALL, checkFailed, type Moment, type Situation, unreachable, withMetrics } from '../support/situation.ts';

/** What a kube-apiserver 1.36 with an EgressSelectorConfiguration says and counts (test/e2e/ways), against what looks alike. */
const counts = (metrics: (ticks: number) => Partial<ApiserverMetrics>): Pick<Situation, 'facts'> => ({ facts: withMetrics(metrics) });
const FAILING_DIALS = counts((ticks) => ({ egressDialFailures: ticks }));
const ENDING_DIALS = counts(() => ({ egressDialFailures: 0, egressDialsWaiting: 0, egressDialSeconds: 0.002 }));
/** The URL is of the backend, and the dial of the proxy. */
const ELSEWHERE = 'Get "https://10.1.0.5:10250/apis/tides.example.com/v1": dial tcp 192.0.2.40:8131: connect: connection refused';
/** Konnectivity's server, of which an agent could not connect: it closed until it had statuses for that (pkg/server/server.go). */
const CLOSES = 'reading HTTP response from CONNECT to 10.1.0.5:10250 via proxy 192.0.2.40:8131 failed: unexpected EOF';
const ANSWERS = 'proxy error from 192.0.2.40:8131 while dialing 10.1.0.5:10250, code 502: 502 Bad Gateway';
const silent: Situation = {
  probes: { aggregator: 'gateway_timeout', list: 'response_timeout' },
  condition: checkFailed(
    'Get "https://10.1.0.5:10250/apis/tides.example.com/v1": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  ),
};
/** Answers come, after three seconds, through the kube-apiserver only. */
const slow = (metrics: Partial<ApiserverMetrics>): Situation => ({
  facts: (moment: Moment) => {
    const last = { at: moment.time, ok: true, seconds: 3.1 };
    const through = (['discovery', 'list'] as const).map((request) =>
      healthyTally('aggregator', request, { attempts: 360 + moment.ticks, last: probeResult({ vantage: 'aggregator', request, ...last }) }),
    );
    return {
      api: { probes: [...through, healthyTally('service', 'discovery'), healthyTally('endpoint', 'discovery')] },
      cluster: withMetrics(() => metrics)(moment).cluster,
    };
  },
});

it.each<[string, Situation, string | undefined]>([
  ['the proxy refuses', { probes: { aggregator: 'bad_gateway', list: 'bad_gateway' }, ...FAILING_DIALS }, 'tunnel-down'],
  [
    'nobody listens at the address of the proxy',
    { probes: { aggregator: 'connection_refused', list: 'connection_refused' }, condition: checkFailed(ELSEWHERE), ...FAILING_DIALS },
    'tunnel-down',
  ],
  [
    'the kube-apiserver dials the backend itself, which is refused to it alone',
    {
      probes: { aggregator: 'connection_refused', list: 'connection_refused' },
      details: unreachable('dial tcp 10.96.7.7:443: connect: connection refused'),
    },
    'aggregator-path-blocked',
  ],
  [
    'the backend refuses our own connections too, so that the proxy can make none',
    { probes: ALL('connection_refused', 'connection_refused'), ...FAILING_DIALS },
    'connection-refused',
  ],
  [
    'the same, and the kube-apiserver tells of the proxy, which closes',
    {
      probes: ALL('connection_refused', 'service_unavailable'),
      details: unreachable(CLOSES),
      condition: checkFailed(CLOSES),
      ...FAILING_DIALS,
    },
    'connection-refused',
  ],
  [
    'the same, and the proxy answers 502',
    { probes: ALL('connection_timeout', 'bad_gateway'), details: unreachable(ANSWERS), condition: checkFailed(ANSWERS), ...FAILING_DIALS },
    'connection-timed-out',
  ],
  [
    'the proxy closes, and the backend answers our own connections',
    { probes: { aggregator: 'service_unavailable', list: 'service_unavailable' }, details: unreachable(CLOSES), ...FAILING_DIALS },
    'tunnel-down',
  ],
  ['the proxy takes connections and says nothing', { ...silent, ...counts(() => ({ egressDialsWaiting: 5 })) }, 'tunnel-down'],
  ['one dial is on its way', { ...silent, ...counts(() => ({ egressDialsWaiting: 1 })) }, 'aggregator-path-blocked'],
  ['each dial through the proxy ends', { ...silent, ...ENDING_DIALS }, 'aggregator-path-blocked'],
  ['the proxy takes three seconds for each connection', slow({ egressDialSeconds: 3 }), 'tunnel-down'],
])('where %s', (_, situation, cause) => {
  expect(verdictOn(situation)?.cause).toBe(cause);
});

/** All connections were cut with it: what answers again has done so for a second. */
const inItsFirstMoment = (time: number, ours: 'answered' | 'refused'): ProbeTally[] => {
  const refused = { at: time, ok: false, reason: 'connection_refused' } as const;
  const run = { since: time - 1000, alikeSince: time - 1000, length: 3 };
  return [
    ...(['discovery', 'list'] as const).map((request) =>
      healthyTally('aggregator', request, {
        failures: { connection_refused: 3 },
        run,
        last: probeResult({ vantage: 'aggregator', request, ...refused }),
      }),
    ),
    ...(['service', 'endpoint'] as const).map((vantage) =>
      healthyTally(vantage, 'discovery', { run, last: probeResult({ vantage, ...(ours === 'refused' ? refused : { at: time }) }) }),
    ),
  ];
};

it.each<['answered' | 'refused', sure: boolean]>([
  ['answered', false],
  ['refused', true],
])(
  'in its first moment a refusal of the kube-apiserver, while our own connections are %s, is of the backend for sure: %s',
  (ours, sure) => {
    const seen = verdictOn(
      {
        details: unreachable('dial tcp 192.0.2.40:8131: connect: connection refused'),
        facts: ({ time }) => ({ api: { probes: inItsFirstMoment(time, ours) } }),
      },
      { healthyTicks: 6, faultyTicks: 1 },
    );
    expect(seen?.cause === 'connection-refused' && seen.confidence > 0.9).toBe(sure);
  },
);

it('does not blame the proxy for slow answers where it connects at once', () => {
  expect(verdictOn(slow({ egressDialSeconds: 0.002 }))?.cause).not.toBe('tunnel-down');
});

function verdictOn(situation: Situation, ticks = { healthyTicks: 6, faultyTicks: 30 }): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let diagnoses: readonly Diagnosis[] = [];
  for (const snapshot of play(situation, ticks)) diagnoses = doctor.observe(snapshot).diagnoses.diagnoses;
  return diagnoses[0];
}
