import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/correlations/list.ts';
import { type Failing, sharedFailuresOf } from '../../src/diagnose/shared-failures.ts';
import type { Candidate } from '../../src/domain/diagnosis.ts';
import { observed } from '../../src/domain/observed.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { healthyApi, healthyPod, healthySnapshot, healthyTally, probeResult } from '../support/healthy.ts';

const candidate = (cause: string, confidence = 0.9, category: Candidate['category'] = 'pod-instability'): Candidate => ({
  cause,
  category,
  confidence,
  score: 1,
  evidence: [],
});
const failing = (name: string, candidates: Candidate[], differs: Partial<ApiFacts> = {}): Failing => ({
  api: healthyApi({ name, backend: { namespace: 'harbour', service: name, port: 443 }, ...differs }),
  candidates,
  causes: new Map(CAUSES.map((cause) => [cause.id, cause])),
});
const crash = [candidate('pod-crash-looping')];
const shared = { namespace: 'harbour', service: 'tide-gauge', port: 443 };
const onNode = (node: string) => ({ pods: observed([healthyPod({ node })]) });
const sickNode = healthySnapshot({
  cluster: { nodes: observed([{ name: 'node-x', ready: false, pressure: [], unschedulable: false, addresses: [] }]) },
});
const through = (failingInstance: string) => ({
  probes: ['192.0.2.2:6443', '192.0.2.3:6443'].map((target) =>
    healthyTally('aggregator', 'discovery', { target, last: probeResult({ ok: target !== failingInstance }) }),
  ),
});

describe('a shared failure', () => {
  it.each<[string, Failing[], ReturnType<typeof healthySnapshot>, string | undefined]>([
    ['one API shares nothing', [failing('v1.a', crash)], healthySnapshot(), undefined],
    ['different backends, same cause of their own', [failing('v1.a', crash), failing('v1.b', crash)], healthySnapshot(), undefined],
    [
      'one backend',
      [failing('v1.a', crash, { backend: shared }), failing('v2.a', crash, { backend: shared })],
      healthySnapshot(),
      'the backend harbour/tide-gauge',
    ],
    [
      'backends that are not known',
      ['v1.a', 'v1.b'].map((name) => failing(name, crash, { backend: { namespace: '', service: '', port: 443 } })),
      healthySnapshot(),
      undefined,
    ],
    [
      'policies of namespaces that are not known',
      ['v1.a', 'v1.b'].map((name) =>
        failing(name, [candidate('network-policy-blocking', 0.9, 'network-policy')], {
          backend: { namespace: '', service: '', port: 443 },
        }),
      ),
      healthySnapshot(),
      undefined,
    ],
    ['one sick node', [failing('v1.a', crash, onNode('node-x')), failing('v1.b', crash, onNode('node-x'))], sickNode, 'node node-x'],
    [
      'one healthy node',
      [failing('v1.a', crash, onNode('node-a')), failing('v1.b', crash, onNode('node-a'))],
      healthySnapshot(),
      undefined,
    ],
    [
      'one kube-apiserver',
      [failing('v1.a', [candidate('unknown')], through('192.0.2.3:6443')), failing('v1.b', crash, through('192.0.2.3:6443'))],
      healthySnapshot(),
      'the kube-apiserver instance 192.0.2.3:6443',
    ],
    [
      'different kube-apiservers',
      [failing('v1.a', crash, through('192.0.2.3:6443')), failing('v1.b', crash, through('192.0.2.2:6443'))],
      healthySnapshot(),
      undefined,
    ],
    [
      'the tunnel',
      [failing('v1.a', [candidate('tunnel-down')]), failing('v1.b', [candidate('tunnel-down')])],
      healthySnapshot(),
      'the tunnel between kube-apiserver and nodes',
    ],
    [
      'policies of one namespace',
      ['v1.a', 'v1.b'].map((name) => failing(name, [candidate('network-policy-blocking', 0.9, 'network-policy')])),
      healthySnapshot(),
      'the NetworkPolicies of namespace harbour',
    ],
  ])('%s', (_, all, snapshot, expected) => {
    const together = sharedFailuresOf(all, snapshot);
    expect([...new Set([...together.values()].map((failure) => failure.shared))]).toEqual(expected === undefined ? [] : [expected]);
  });

  it('puts an API in the widest group only', () => {
    const tunnel = [candidate('tunnel-down')];
    const all = [
      failing('v1.a', tunnel, { backend: shared }),
      failing('v2.a', tunnel, { backend: shared }),
      failing('v1.b', tunnel),
      failing('v1.c', crash),
    ];
    const together = sharedFailuresOf(all, healthySnapshot());
    expect([...together.keys()].sort()).toEqual(['v1.a', 'v1.b', 'v2.a']);
    expect(together.get('v1.a')).toMatchObject({ id: 'tunnel-down', apiservices: ['v1.a', 'v1.b', 'v2.a'], cause: 'tunnel-down' });
  });

  it('names the cause that explains all members best', () => {
    const all = [
      failing('v1.a', [candidate('unknown', 0.6), candidate('out-of-memory-killed', 0.4)], { backend: shared }),
      failing('v2.a', [candidate('out-of-memory-killed', 0.9), candidate('unknown', 0.1)], { backend: shared }),
    ];
    expect(sharedFailuresOf(all, healthySnapshot()).get('v1.a')?.cause).toBe('out-of-memory-killed');
  });
});
