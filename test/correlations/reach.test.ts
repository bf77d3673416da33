import { expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { NodeReach } from '../../src/domain/node-reach.ts';
import { healthyApi, healthyCluster, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';

const STEP_MS = 10_000;
const TICKS = 12;

function seen(node: string, ok: boolean, at: number): NodeReach {
  const failed = ok ? {} : { phase: 'connect' as const, reason: 'connection_timeout' as const };
  return {
    node,
    network: 'host',
    heardAt: at,
    probes: [{ vantage: 'endpoint', target: '10.1.0.5:8443', at, ok, seconds: 0.01, ...failed }],
  };
}

/** No connection through the kube-apiserver, which runs on node-a, and no probe of our own that is direct. */
function verdict(reached?: Readonly<Record<string, boolean>>): Diagnosis {
  const diagnostician = createDiagnostician(catalogueOptions());
  let found: Diagnosis | undefined;
  for (let tick = 1; tick <= TICKS; tick++) {
    const time = NOW + tick * STEP_MS;
    const last = probeResult({ at: time, ok: false, reason: 'connection_timeout', hop: 'backend-path' });
    const { apiservers } = healthyCluster();
    const snapshot = healthySnapshot({
      time,
      cluster: {
        apiservers: apiservers.map((of) => ({
          ...of,
          instance: '192.0.2.10:6443',
          control: healthyTally('control', 'discovery', { last: probeResult({ vantage: 'control', at: time }) }),
        })),
      },
      apis: [
        healthyApi({
          probes: [healthyTally('aggregator', 'discovery', { last, failures: { connection_timeout: tick }, attempts: tick })],
          ...(reached && { reach: Object.entries(reached).map(([node, ok]) => seen(node, ok, time)) }),
        }),
      ],
    });
    [found] = diagnostician.observe(snapshot).diagnoses.diagnoses;
  }
  return found!;
}

it('a backend that only the node of the kube-apiserver does not reach is cut off from the kube-apiserver', () => {
  const { cause, evidence, vantages } = verdict({ 'node-a': false, 'node-b': true, 'node-c': true });
  expect(cause).toBe('aggregator-path-blocked');
  expect(evidence.map(({ says }) => says)).toContain(
    'Agents on the nodes of the kube-apiservers do not reach the backend; agents on other nodes do.',
  );
  expect(vantages).toContain('By agents on nodes: reached from 2 of 3 nodes; not from node-a: connection timed out.');
});

it.each([
  ['no node reaches', { 'node-a': false, 'node-b': false, 'node-c': false }],
  ['its node reaches', { 'node-a': true, 'node-b': true, 'node-c': false }],
  ['nobody was asked of', undefined],
])('one that %s is not', (_, reached) => {
  expect(verdict(reached).cause).not.toBe('aggregator-path-blocked');
});
