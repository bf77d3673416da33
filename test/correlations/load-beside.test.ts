import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { ApiserverMetrics } from '../../src/domain/snapshot.ts';
import { play } from '../support/play.ts';
import { checkFailed, type Situation, URL, withMetrics } from '../support/situation.ts';

type Metrics = (ticks: number) => Partial<ApiserverMetrics>;

/** Nothing comes through the kube-apiserver, and each backend address answers us at once. */
const cutPath = (metrics: Metrics, controlSeconds: number): Situation => ({
  probes: { aggregator: 'gateway_timeout', list: 'response_timeout' },
  condition: checkFailed(`Get "${URL}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`),
  facts: withMetrics(metrics, {
    seconds: controlSeconds,
    phases: { connect: 0.001, tls: 0.005, response: controlSeconds, transfer: 0.001 },
  }),
});

function verdictOn(situation: Situation): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let last: Diagnosis | undefined;
  for (const snapshot of play(situation, { healthyTicks: 3, faultyTicks: 12 })) last = doctor.observe(snapshot).diagnoses.diagnoses[0];
  return last;
}

const LOADS: readonly (readonly [string, string, Metrics])[] = [
  ['a slow etcd', 'etcd-slow', () => ({ etcdLatencySeconds: 2 })],
  ['an etcd that fails half of the requests', 'etcd-slow', (ticks) => ({ etcdErrors: ticks * 20, etcdErrorRatio: 0.5 })],
  ['requests that are slow on average', 'apiserver-slow', () => ({ requestLatencySeconds: 3 })],
  ['requests rejected', 'apiserver-overloaded', (ticks) => ({ rejectedRequests: ticks * 50, queuedRequests: 120, inflightRatio: 0.5 })],
  ['requests that hang in flight', 'apiserver-overloaded', () => ({ inflightRatio: 0.95 })],
];

describe('a cut path from the kube-apiserver', () => {
  it.each(LOADS)('is named beside %s while its /readyz is quick', (_, load, metrics) => {
    const { cause, alternatives } = verdictOn(cutPath(metrics, 0.02))!;
    expect(cause).toBe('aggregator-path-blocked');
    expect(alternatives.filter((other) => other.cause === load && other.confidence > 0.1)).toEqual([]);
  });

  it.each(LOADS)('is not told from %s while its /readyz takes seconds too', (_, load, metrics) => {
    expect(verdictOn(cutPath(metrics, 3))?.cause).toBe(load);
  });
});

describe('requests to etcd that failed', () => {
  const failing = (metrics: Metrics): Situation => ({ probes: { list: 'server_error' }, facts: withMetrics(metrics) });

  it.each<[string, string, Metrics]>([
    [
      'are a few among many, for clients that gave up',
      'no',
      (ticks) => ({ etcdErrors: ticks, etcdErrorRatio: 0.01, etcdLatencySeconds: 0.1 }),
    ],
    ['are four', 'no', () => ({ etcdErrors: 4, etcdErrorRatio: 0.5, etcdLatencySeconds: 0.1 })],
    ['are a tenth and more', 'yes', (ticks) => ({ etcdErrors: ticks * 20, etcdErrorRatio: 0.12, etcdLatencySeconds: 0.1 })],
  ])('%s: named as the cause: %s', (_, named, metrics) => {
    expect(verdictOn(failing(metrics))?.cause === 'etcd-slow' ? 'yes' : 'no').toBe(named);
  });
});

describe('requests that the kube-apiserver rejects', () => {
  const rejecting = (inflightRatio: number): Situation => ({
    probes: { aggregator: 'too_many_requests', list: 'too_many_requests' },
    facts: withMetrics((ticks) => ({ rejectedRequests: ticks * 400, queuedRequests: 40, inflightRatio })),
  });

  it.each<[string, number, string]>([
    ['are a limit while it has little to do', 0.29, 'rate-limited'],
    ['are its load while it has much to do', 0.31, 'apiserver-overloaded'],
  ])('%s', (_, inflight, cause) => {
    expect(verdictOn(rejecting(inflight))?.cause).toBe(cause);
  });
});
