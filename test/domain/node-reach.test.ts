import { expect, it } from 'vitest';
import { type AgentNetwork, type NodeReach, reachInWords } from '../../src/domain/node-reach.ts';
import type { FailureReason } from '../../src/domain/probe.ts';

/** A node whose agent asked two addresses: what failed of the first, and of the second. */
function node(
  name: string,
  failed: readonly (FailureReason | undefined)[] = [undefined, undefined],
  network: AgentNetwork = 'host',
): NodeReach {
  return {
    node: name,
    network,
    heardAt: 0,
    probes: failed.map((reason, i) => ({
      ...{ vantage: 'endpoint', target: `10.1.0.${i}:8443`, at: 0, ok: reason === undefined, seconds: 0.01 },
      ...(reason && { reason }),
    })),
  };
}

const TIMED_OUT = ['connection_timeout', 'connection_timeout'] as const;

it.each<[string | undefined, NodeReach[]]>([
  [undefined, []],
  ['reached from 1 of 1 node', [node('quay-a')]],
  ['reached from 2 of 3 nodes; not from quay-b: connection timed out', [node('quay-a'), node('quay-b', TIMED_OUT), node('quay-c')]],
  [
    'reached from 0 of 3 nodes; not from quay-a and quay-c: connection timed out; not from quay-b: connection refused, no route to the host',
    [node('quay-a', TIMED_OUT), node('quay-b', ['host_unreachable', 'connection_refused']), node('quay-c', TIMED_OUT)],
  ],
  ['reached from 0 of 1 node; in part from quay-a: no answer in time', [node('quay-a', [undefined, 'response_timeout'])]],
  ['reached from 1 of 1 node; from quay-b nothing is known', [node('quay-a'), node('quay-b', [])]],
  ['from quay-b nothing is known', [node('quay-b', [])]],
  [
    'reached from 0 of 5 nodes; not from quay-0, quay-1, quay-2 and 2 more: connection timed out',
    [0, 1, 2, 3, 4].map((i) => node(`quay-${i}`, TIMED_OUT)),
  ],
  ['reached from 1 of 2 places; not from a pod on quay-a: connection timed out', [node('quay-a'), node('quay-a', TIMED_OUT, 'pod')]],
])('%s', (says, nodes) => {
  expect(reachInWords(nodes)).toBe(says);
});
