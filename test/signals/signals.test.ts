import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { SYMPTOM, SYMPTOM_NOW } from '../../src/correlations/symptom.ts';
import { signalsOf } from '../../src/domain/criterion.ts';
import { ledgerOf } from '../../src/domain/ledger.ts';
import { UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts, ClusterFacts } from '../../src/domain/snapshot.ts';
import { DERIVED_SIGNALS } from '../../src/signals/derived.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { readSignals } from '../../src/signals/read.ts';
import { healthyApi, healthyCluster, healthySnapshot } from '../support/healthy.ts';

function valuesOf(api: Partial<ApiFacts> = {}, cluster: Partial<ClusterFacts> = {}): ReadonlyMap<string, number> {
  const snapshot = healthySnapshot({ apis: [healthyApi(api)], cluster: healthyCluster(cluster) });
  return new Map(readSignals(snapshot).get('v1.tides.example.com'));
}

/** Nothing at all was looked at. */
const BLIND: Partial<ApiFacts> = {
  neighbours: UNOBSERVED,
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
  neighbourCpu: UNOBSERVED,
  backendMetrics: UNOBSERVED,
  rights: UNOBSERVED,
};
const BLIND_CLUSTER: Partial<ClusterFacts> = {
  nodes: UNOBSERVED,
  apiservers: [],
  frontProxyCa: UNOBSERVED,
  cronJobs: UNOBSERVED,
  systemEvents: UNOBSERVED,
};

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
