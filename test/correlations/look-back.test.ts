import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, ApiserverMetrics, ClusterFacts } from '../../src/domain/snapshot.ts';
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

const MINUTE = 60_000;
const TICK = 30_000;

interface Past {
  readonly api?: Partial<ApiFacts>;
  readonly cluster?: Partial<ClusterFacts>;
  /** Minutes that the failure has lasted. */
  readonly failingFor: number;
}

/** The last verdict on an API that answers 503 and shows nothing else, after five minutes in which it was well. */
function verdictAfter({ api = {}, cluster = {}, failingFor }: Past): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  const begin = NOW - failingFor * MINUTE;
  let verdict: Diagnosis | undefined;
  for (let time = begin - 5 * MINUTE; time <= NOW; time += TICK) {
    const last = probeResult({ at: time, ok: time < begin, ...(time < begin ? {} : { reason: 'service_unavailable' as const }) });
    const facts = healthyApi(api);
    const probes = facts.probes.map((tally) => (tally.vantage === 'aggregator' ? { ...tally, last } : tally));
    [verdict] = doctor.observe(
      healthySnapshot({ time, apis: [{ ...facts, probes }], cluster: healthyCluster(cluster) }),
    ).diagnoses.diagnoses;
  }
  return verdict;
}

const change = (
  what: 'configuration' | 'service' | 'ca-bundle' | 'rollout' | 'node' | 'network-policy',
  ago: number,
): Partial<ApiFacts> => ({
  changes: [{ what, at: NOW - ago * MINUTE, object: 'x', summary: 'changed' }],
  policy: observed({ verdict: 'undetermined', why: '', selecting: [], notEvaluated: ['TidePolicy'] }),
});
const restarted = (ago: number): Partial<ApiFacts> => ({
  pods: observed([healthyPod({ containers: [healthyContainer({ restarts: 1, restartTimes: [NOW - ago * MINUTE] })] })]),
});
const restartedTimes = (restarts: number): Partial<ApiFacts> => ({
  pods: observed([healthyPod({ containers: [healthyContainer({ restarts, restartTimes: [NOW - 40 * MINUTE] })] })]),
});
const printed = (signature: string): Partial<ApiFacts> => ({
  textMatches: [{ signature, speaker: 'aggregated-server', count: 1, lastAt: NOW, sample: 'x' }],
});
function apiserver(startedAgo: number, wasDown: boolean): Partial<ClusterFacts> {
  const [one] = healthyCluster().apiservers;
  const metrics = (one!.metrics as { value: ApiserverMetrics }).value;
  const lastFailure = probeResult({ vantage: 'control', at: NOW - startedAgo * MINUTE - 5000, ok: false, reason: 'connection_refused' });
  return {
    apiservers: [
      {
        ...one!,
        control: healthyTally('control', 'discovery', wasDown ? { lastFailure } : {}),
        metrics: observed({ ...metrics, startTimeSeconds: (NOW - startedAgo * MINUTE) / 1000 }),
      },
    ],
  };
}

describe('the look back of one hour', () => {
  it.each<[what: string, past: Past, cause: string]>([
    ['nothing changed', { failingFor: 5 }, 'unknown'],
    ['a ConfigMap changed', { api: change('configuration', 20), failingFor: 5 }, 'bad-flag-or-config'],
    ['a ConfigMap changed too long ago', { api: change('configuration', 61), failingFor: 5 }, 'unknown'],
    ['the Service changed', { api: change('service', 40), failingFor: 5 }, 'service-port-mismatch'],
    ['the caBundle changed', { api: change('ca-bundle', 40), failingFor: 5 }, 'ca-bundle-mismatch'],
    ['a NetworkPolicy changed', { api: change('network-policy', 40), failingFor: 5 }, 'network-policy-changed'],
    ['a rollout came just before', { api: change('rollout', 7), failingFor: 5 }, 'rollout-in-progress'],
    ['a rollout came long before', { api: change('rollout', 40), failingFor: 5 }, 'unknown'],
    ['a node changed just before', { api: { ...change('node', 7), endpoints: UNOBSERVED }, failingFor: 5 }, 'node-not-ready'],
    ['a node changed just before, and the endpoints are ready', { api: change('node', 7), failingFor: 5 }, 'unknown'],
    ['a node changed long before', { api: change('node', 40), failingFor: 5 }, 'unknown'],
    ['it restarted three times', { api: restartedTimes(3), failingFor: 5 }, 'pod-restarting'],
    ['it restarted twice', { api: restartedTimes(2), failingFor: 5 }, 'unknown'],
    ['its client waited for itself', { api: printed('client-side-throttling'), failingFor: 5 }, 'client-side-throttled'],
    ['it printed what healthy servers print', { api: printed('response-not-written'), failingFor: 5 }, 'unknown'],
    ['a restart came just before', { api: restarted(5.5), failingFor: 5 }, 'pod-restarting'],
    ['a restart came long before', { api: restarted(40), failingFor: 5 }, 'unknown'],
    ['the kube-apiserver was down and came back', { cluster: apiserver(5.5, true), failingFor: 5 }, 'apiserver-restarted'],
    ['the kube-apiserver is young and was never down', { cluster: apiserver(5.5, false), failingFor: 5 }, 'unknown'],
    ['the kube-apiserver came back long before', { cluster: apiserver(40, true), failingFor: 5 }, 'unknown'],
  ])('%s', (_, past, cause) => {
    const verdict = verdictAfter(past);
    expect(verdict).toMatchObject({ cause });
    if (cause !== 'unknown') expect(verdict!.evidence.some(({ lookBack, points }) => lookBack && points > 0)).toBe(true);
    // It never sounds sure.
    expect(verdict!.confidence).toBeLessThan(0.6);
    if (cause !== 'unknown')
      expect([verdict!.title, verdict!.summary]).toEqual([
        expect.stringMatching(/^Possibly: [A-Z]/),
        expect.stringMatching(/^If so: [A-Z]/),
      ]);
  });
});
