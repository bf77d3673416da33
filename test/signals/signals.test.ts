import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { SYMPTOM, SYMPTOM_NOW } from '../../src/correlations/symptom.ts';
import { signalsOf } from '../../src/domain/criterion.ts';
import type { SignatureId } from '../../src/domain/ids.ts';
import { ledgerOf } from '../../src/domain/ledger.ts';
import { ABSENT, observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ProbeTally } from '../../src/domain/probe.ts';
import type { ApiFacts, ClusterFacts } from '../../src/domain/snapshot.ts';
import { DERIVED_SIGNALS } from '../../src/signals/derived.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { readSignals } from '../../src/signals/read.ts';
import {
  healthyApi,
  healthyCluster,
  healthyContainer,
  healthyPod,
  healthySnapshot,
  healthyTally,
  NOW,
  probeResult,
} from '../support/healthy.ts';

function valuesOf(api: Partial<ApiFacts> = {}, cluster: Partial<ClusterFacts> = {}): ReadonlyMap<string, number> {
  const snapshot = healthySnapshot({ apis: [healthyApi(api)], cluster: healthyCluster(cluster) });
  return readSignals(snapshot).get('v1.tides.example.com')!;
}

/** An evicted pod, and a younger one that has run and been ready for so long. */
const replaced = (seconds: number): Partial<ApiFacts> => ({
  pods: observed([
    healthyPod({
      phase: 'Failed',
      ready: false,
      reason: 'Evicted',
      createdAt: NOW - 90_000,
      containers: [healthyContainer({ running: false })],
    }),
    healthyPod({
      name: 'tide-gauge-7c9f8d6b5-young',
      createdAt: NOW - 60_000,
      containers: [healthyContainer({ startedAt: NOW - seconds * 1000 })],
    }),
  ]),
});
const THROTTLED = observed([{ pod: 'tide-gauge-7c9f8d6b5-abcde', container: 'server', cpuThrottledRatio: 0.8 }]);
const OOM_KILLED = { reason: 'OOMKilled', exitCode: 137, finishedAt: NOW - 60_000 };
const RESTARTED = { restarts: 1, restartTimes: [NOW - 11_000], startedAt: NOW - 11_000 };
const answers = (forSeconds: number): Partial<ApiFacts> => ({
  probes: [
    healthyTally('endpoint', 'discovery', { run: { since: NOW - forSeconds * 1000, length: 3, alikeSince: NOW - forSeconds * 1000 } }),
  ],
});

/** Nothing at all was looked at. */
const BLIND: Partial<ApiFacts> = {
  condition: UNOBSERVED,
  service: UNOBSERVED,
  endpoints: UNOBSERVED,
  pods: UNOBSERVED,
  workload: UNOBSERVED,
  probes: [],
  events: UNOBSERVED,
  logs: UNOBSERVED,
  policy: UNOBSERVED,
  resources: UNOBSERVED,
  backendMetrics: UNOBSERVED,
  rights: UNOBSERVED,
};
const BLIND_CLUSTER: Partial<ClusterFacts> = { nodes: UNOBSERVED, apiservers: [], frontProxyCa: UNOBSERVED, cronJobs: UNOBSERVED };

const pods = (differs: Parameters<typeof healthyPod>[0], container: Parameters<typeof healthyContainer>[0] = {}): Partial<ApiFacts> => ({
  pods: observed([healthyPod({ containers: [healthyContainer(container)], ...differs })]),
});
/** A target that failed some time ago, and what it did since. */
const failed = (reason: 'connection_timeout' | 'forbidden', agoMs: number, since: Partial<ProbeTally> = {}) => {
  const failure = probeResult({ at: NOW - agoMs, ok: false, reason });
  return {
    probes: [healthyTally('aggregator', 'discovery', { last: failure, lastFailure: failure, failures: { [reason]: 1 }, ...since })],
  };
};
const PASSED_SINCE: Partial<ProbeTally> = { last: probeResult() };
const REFUSED_SINCE: Partial<ProbeTally> = { last: probeResult({ ok: false, reason: 'connection_refused' }) };
const back = (reason: 'connection_timeout' | 'forbidden', agoMs: number): Partial<ProbeTally> => ({
  ...PASSED_SINCE,
  recurred: { [reason]: NOW - agoMs },
});
/** Backend addresses, each for so many seconds in its state. */
const addresses = (...states: readonly (readonly [ok: boolean, forSeconds: number, differs?: Partial<ProbeTally>])[]) => ({
  probes: states.map(([ok, forSeconds, differs], index) =>
    healthyTally('endpoint', 'discovery', {
      target: `10.1.0.${index}:10250`,
      last: probeResult({ vantage: 'endpoint', ok, ...(ok ? {} : { reason: 'server_error' }) }),
      run: { since: NOW - forSeconds * 1000, length: 3, alikeSince: NOW - forSeconds * 1000 },
      ...differs,
    }),
  ),
});
/** An event about a pod counts while not every pod is ready. */
const unwell = (api: Partial<ApiFacts>, differs: Parameters<typeof healthyPod>[0] = {}): Partial<ApiFacts> => ({
  ...pods({ ready: false, ...differs }),
  ...api,
});
const event = (reason: string, message: string, agoMs = 0) => ({
  events: observed({
    counts: [{ reason, kind: 'Pod', count: 1 }],
    recent: [{ type: 'Warning', reason, kind: 'Pod', object: 'harbour/tide-gauge-7c9f8d6b5-abcde', message, at: NOW - agoMs, count: 1 }],
  }),
});

/** A text that the kubelet wrote, and that this signature matched. */
const said = (signature: SignatureId, agoMs = 0): Partial<ApiFacts> => ({
  textMatches: [{ signature, speaker: 'kubelet', count: 1, lastAt: NOW - agoMs, sample: '' }],
});

describe('signals', () => {
  it('have names of their own', () => {
    const names = [...SIGNALS, ...DERIVED_SIGNALS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  });

  it('are one series each', () => {
    const series = [...SIGNALS, ...DERIVED_SIGNALS].map(({ metric, labels }) => `${metric}${JSON.stringify(labels ?? {})}`);
    expect(series.filter((one, index) => series.indexOf(one) !== index)).toEqual([]);
  });

  it('exist where a criterion names them', () => {
    const known = new Set([...SIGNALS, ...DERIVED_SIGNALS].map(({ name }) => name));
    const named = [SYMPTOM, SYMPTOM_NOW, ...ledgerOf(CAUSES).map(({ when }) => when)].flatMap(signalsOf);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it.each<[signal: string, well: number | undefined, ill: number | undefined, api: Partial<ApiFacts>, cluster?: Partial<ClusterFacts>]>([
    ['failing', 0, 1, { condition: observed({ status: 'False', reason: 'MissingEndpoints', message: '' }) }],
    [
      'failing',
      0,
      1,
      { probes: [healthyTally('aggregator', 'list', { last: probeResult({ request: 'list', ok: false, reason: 'forbidden' }) })] },
    ],
    ['available', 1, 0, { condition: observed({ status: 'False', reason: 'MissingEndpoints', message: '' }) }],
    ['available', 1, undefined, { condition: observed({ status: 'Unknown', reason: '', message: '' }) }],
    ['condition-missing-endpoints', 0, 1, { condition: observed({ status: 'False', reason: 'MissingEndpoints', message: '' }) }],
    ['service-exists', 1, 0, { service: ABSENT }],
    ['service-exists', 1, undefined, { service: { state: 'forbidden', rule: 'services: list, watch' } }],
    ['endpoints-ready', 1, 0, { endpoints: ABSENT }],
    ['pods-known', 1, 0, { pods: ABSENT }],
    ['pods-ready', 1, 0, pods({ ready: false })],
    ['pods-ready', 1, 0, pods({ deletingSince: NOW })],
    ['waiting-crash-loop', 0, 1, pods({}, { running: false, waiting: { reason: 'CrashLoopBackOff', message: '' } })],
    ['waiting-image-pull', 0, 1, pods({}, { running: false, waiting: { reason: 'ErrImagePull', message: '' } })],
    ['ended-out-of-memory', 0, 1, pods({}, { ready: false, lastTermination: OOM_KILLED })],
    ['ended-out-of-memory', 0, 0, pods({}, { ready: true, lastTermination: OOM_KILLED })],
    ['ended-out-of-memory', 0, 0, pods({}, { ready: false, lastTermination: { ...OOM_KILLED, finishedAt: NOW - 3_600_000 } })],
    ['restarts', 0, 3, pods({}, { restarts: 3 })],
    ['events-probe-failed', 0, 1, unwell(event('Unhealthy', 'Readiness probe failed'))],
    ['events-probe-failed', 0, 0, event('Unhealthy', 'Readiness probe failed')],
    ['events-probe-failed', 0, 0, unwell(event('Unhealthy', 'Readiness probe failed', 11 * 60_000))],
    ['events-pull-failed', 0, 1, unwell(event('Failed', 'Failed to pull image "tide-gauge:2"'))],
    ['events-container-refused', 0, 1, unwell(event('Failed', 'Error: secret "tide-gauge-tls" not found'))],
    ['events-scheduling-failed', 0, 1, unwell(event('FailedScheduling', '0/2 nodes are available'), { scheduled: false })],
    ['events-scheduling-failed', 0, 0, unwell(event('FailedScheduling', '0/2 nodes are available'))],
    [
      'events-scheduling-failed',
      0,
      0,
      { ...pods({ ready: false, name: 'tide-gauge-7c9f8d6b5-young' }), ...event('FailedScheduling', 'no') },
    ],
    ['events-evicted', 0, 1, unwell(event('Evicted', 'The node was low on resource: memory.', 60_000))],
    ['events-evicted', 0, 0, { ...replaced(11), ...event('Evicted', 'The node was low on resource: memory.', 60_000) }],
    ['pods-evicted', 0, 1, replaced(9)],
    ['pods-evicted', 0, 0, replaced(11)],
    ['cpu-throttled', 0, 0.8, { resources: THROTTLED }],
    ['cpu-throttled', 0, 0, { ...pods({}, { running: false }), resources: THROTTLED }],
    ['cpu-throttled', 0, undefined, { pods: observed([]), resources: THROTTLED }],
    ['events-node-lost', 0, 1, event('NodeNotReady', 'Node quay-a status is now: NodeNotReady')],
    ['restarting', 0, 1, pods({ ready: false }, { ready: false, restarts: 1, restartTimes: [NOW - 60_000] })],
    ['restarting', 0, 0, pods({ ready: false }, { ready: false, restarts: 1, restartTimes: [NOW - 181_000] })],
    ['restarting', 0, 0, pods({}, { restarts: 1, restartTimes: [NOW - 60_000], startedAt: NOW - 59_000 })],
    ['restarting', 0, 1, { ...pods({}, RESTARTED), ...answers(9) }],
    ['restarting', 0, 0, { ...pods({}, RESTARTED), ...answers(11) }],
    ['endpoints-passing', 600, 9, addresses([true, 600], [true, 9])],
    ['endpoints-passing', 600, 0, addresses([true, 600], [false, 1])],
    ['endpoints-passing', 600, 0, addresses([true, 600], [true, 20, { recurred: { server_error: NOW - 59_000 } }])],
    ['endpoints-split', 0, 9, addresses([true, 600], [false, 9])],
    ['endpoints-split', 0, 0, addresses([true, 600], [false, 9, { run: { since: NOW - 9000, length: 2, alikeSince: NOW } }])],
    ['endpoints-split', 0, 0, addresses([false, 600], [false, 9])],
    ['endpoints-split', 0, 0, addresses([false, 9], [true, 600, { recurred: { server_error: NOW } }])],
    ['aggregator-connection-timeout', 0, 1, failed('connection_timeout', 90_000)],
    ['aggregator-connection-timeout', 0, 0, failed('connection_timeout', 1000, PASSED_SINCE)],
    ['aggregator-connection-timeout', 0, 0, failed('connection_timeout', 1000, REFUSED_SINCE)],
    ['aggregator-connection-refused', 0, 1, failed('connection_timeout', 1000, REFUSED_SINCE)],
    ['aggregator-connection-timeout', 0, 1, failed('connection_timeout', 60_000, back('connection_timeout', 60_000))],
    ['aggregator-connection-timeout', 0, 0, failed('connection_timeout', 60_001, back('connection_timeout', 60_001))],
    ['aggregator-connection-timeout', 0, 0, failed('connection_timeout', 1000, back('forbidden', 1000))],
    ['aggregator-forbidden', 0, 1, failed('forbidden', 1000)],
    ['policy-blocks', 0, 1, { policy: observed({ verdict: 'blocks', why: '', selecting: ['default-deny'], notEvaluated: [] }) }],
    ['auth-delegator-bound', 1, 0, { rights: observed({ authReader: true, authDelegator: false }) }],
    ['auth-delegator-bound', 1, undefined, { rights: observed({ authReader: true }) }],
    ['ca-bundle-valid', 1, undefined, { caBundle: null }],
    ['tls-verified', 1, 0, { insecureSkipTLSVerify: true }],
    ['front-proxy-ca-published', 1, 0, {}, { frontProxyCa: ABSENT }],
    [
      'hosts-not-ready',
      0,
      1,
      {},
      { nodes: observed([{ name: 'node-a', ready: false, pressure: [], unschedulable: false, addresses: [] }]) },
    ],
    [
      'hosts-not-ready',
      0,
      0,
      {},
      { nodes: observed([{ name: 'node-b', ready: false, pressure: [], unschedulable: false, addresses: [] }]) },
    ],
    [
      'last-change-rollout',
      undefined,
      NOW / 1000,
      { changes: [{ what: 'rollout', at: NOW, object: 'Deployment harbour/tide-gauge', summary: '' }] },
    ],
    ['signature-strength-image-pull-failing', 0, 3, unwell(said('image-pull-failed'))],
    ['signature-strength-image-pull-failing', 0, 0, unwell(said('image-pull-failed', 301_000))],
  ])('%s is %d on a healthy cluster, and %d when it is not', (signal, well, ill, api, cluster) => {
    expect(valuesOf().get(signal)).toBe(well);
    expect(valuesOf(api, cluster).get(signal)).toBe(ill);
  });

  it('are not observed where nobody looked: neither health nor fault', () => {
    const seen = [...valuesOf(BLIND, BLIND_CLUSTER).keys()].filter((name) => !name.startsWith('signature-'));
    expect(seen.sort()).toEqual([
      // What the APIService object itself says, transitions that we counted, and our own blindness.
      'apiservice-created',
      'became-available',
      'became-unavailable',
      'became-unknown',
      'blind-sources',
      'ca-bundle-present',
      'ca-bundle-seconds-left',
      'ca-bundle-valid',
      'tls-verified',
    ]);
  });

  it('are finite numbers or missing, whatever the facts are', () => {
    const junk = fc.oneof(fc.constant(undefined), fc.constant(null), fc.double(), fc.string(), fc.constant([]), fc.constant({}));
    const facts = ['condition', 'pods', 'probes', 'events', 'logs', 'endpoints', 'policy', 'textMatches', 'changes'];
    fc.assert(
      fc.property(fc.constantFrom(...facts), fc.oneof(junk, fc.record({ state: fc.constant('observed'), value: junk })), (fact, value) => {
        for (const number of valuesOf({ [fact]: value }).values()) expect(Number.isFinite(number)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
