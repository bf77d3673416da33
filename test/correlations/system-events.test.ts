import { describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { Diagnosis } from '../../src/domain/diagnosis.ts';
import type { CauseId } from '../../src/domain/ids.ts';
import { observed } from '../../src/domain/observed.ts';
import type { ClusterFacts } from '../../src/domain/snapshot.ts';
import { play } from '../support/play.ts';
import { ALL, klog, type Moment, NO_ENDPOINTS, type Situation, unreachable, waiting, withMetrics } from '../support/situation.ts';

/** The situation, and for as long as it lasts a pod of the system that crashes. */
const beside = (pod: string, situation: Situation, reason = 'BackOff'): Situation => ({
  ...situation,
  facts: (moment: Moment) => {
    const facts = situation.facts?.(moment) ?? {};
    const systemEvents: ClusterFacts['systemEvents'] = observed([
      {
        type: 'Warning',
        reason,
        kind: 'Pod',
        object: `kube-system/${pod}`,
        message: 'Back-off restarting failed container',
        at: moment.time - 5000,
        count: moment.ticks,
        node: 'node-a',
      },
    ]);
    return { ...facts, cluster: { ...facts.cluster, systemEvents } };
  },
});

function verdictOn(situation: Situation): Diagnosis | undefined {
  const doctor = createDiagnostician(catalogueOptions());
  let diagnoses: readonly Diagnosis[] = [];
  for (const snapshot of play(situation, { healthyTicks: 3, faultyTicks: 7 })) diagnoses = doctor.observe(snapshot).diagnoses.diagnoses;
  return diagnoses[0];
}

const saysOf = (verdict: Diagnosis | undefined) => verdict?.evidence.map(({ id }) => id) ?? [];

const onlyThrough: Situation = { probes: { aggregator: 'connection_timeout', list: 'connection_timeout' } };
const refusedThrough: Situation = {
  probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
  details: unreachable('dial tcp 10.96.7.7:443: i/o timeout'),
};
const unresolved: Situation = {
  probes: { list: 'server_error' },
  lines: [klog('Get "http://timeseries.harbour.svc:9090": dial tcp: lookup timeseries.harbour.svc on 10.96.0.10:53: server misbehaving')],
};
const slowEtcd: Situation = {
  probes: ALL('response_timeout', 'response_timeout'),
  facts: withMetrics(() => ({ etcdLatencySeconds: 0.4 }), { seconds: 1.2 }),
};

const sandbox: Situation = {
  ...NO_ENDPOINTS,
  events: [['FailedCreatePodSandBox', 'Pod', 'Failed to create pod sandbox: plugin type="tide-cni" failed (add): no free address']],
  facts: () => ({ api: waiting('ContainerCreating', '') }),
};

describe('warnings about the system speak for a cause where the failure fits them', () => {
  it.each<[CauseId, string, string, Situation]>([
    ['dns-failing', 'dns-in-trouble', 'coredns-6d94bc8694-abcde', unresolved],
    ['tunnel-down', 'agents-in-trouble', 'konnectivity-agent-abcde', onlyThrough],
    ['aggregator-path-blocked', 'cni-in-trouble', 'cilium-abcde', onlyThrough],
    ['host-unreachable', 'cni-in-trouble', 'cilium-abcde', { probes: ALL('host_unreachable', 'host_unreachable') }],
    [
      'service-routing-broken',
      'kube-proxy-in-trouble',
      'kube-proxy-abcde',
      { probes: { aggregator: 'connection_timeout', list: 'connection_timeout', service: 'connection_timeout' } },
    ],
    ['pod-network-setup-failing', 'cni-in-trouble', 'cilium-abcde', sandbox],
    ['etcd-slow', 'its-pod-in-trouble', 'etcd-control-1', slowEtcd],
  ])('%s has %s beside %s, and not without it', (cause, evidence, pod, situation) => {
    const named = verdictOn(beside(pod, situation));
    expect(named).toMatchObject({ cause });
    expect(saysOf(named)).toContain(evidence);
    expect(saysOf(verdictOn(situation))).not.toContain(evidence);
  });

  it('the tunnel takes the place of a path that is blocked', () => {
    expect(verdictOn(onlyThrough)).toMatchObject({ cause: 'aggregator-path-blocked' });
    expect(verdictOn(beside('konnectivity-agent-abcde', onlyThrough))).toMatchObject({ cause: 'tunnel-down' });
  });

  it('evictions of system pods from the node of the backend speak for its pressure', () => {
    const failing = ALL('response_timeout', 'response_timeout');
    const all = verdictOn(beside('logger-abcde', { probes: failing }, 'Evicted'));
    const candidates = [all, ...(all?.alternatives ?? [])].map((one) => one?.cause);
    expect(candidates).toContain('node-under-pressure');
  });
});

describe('warnings about the system name nothing alone', () => {
  const SYSTEM = ['coredns-1', 'kube-proxy-1', 'cilium-1', 'konnectivity-agent-1', 'etcd-control-1', 'kube-apiserver-control-1'];

  it.each(SYSTEM)('%s crashes, and the API answers', (pod) => {
    expect(verdictOn(beside(pod, {}))).toBeUndefined();
  });

  it.each(SYSTEM.filter((pod) => !/konnectivity/.test(pod)))('%s crashes beside a refused connection', (pod) => {
    const refused: Situation = { probes: ALL('connection_refused', 'connection_refused') };
    expect(verdictOn(beside(pod, refused))?.cause).toBe(verdictOn(refused)?.cause);
  });

  it('a text of a time-out that the backend itself shows too is not the tunnel', () => {
    const everywhere: Situation = {
      ...refusedThrough,
      probes: { ...refusedThrough.probes, service: 'connection_timeout', endpoint: 'connection_timeout' },
    };
    expect(saysOf(verdictOn(beside('konnectivity-agent-1', everywhere)))).not.toContain('agents-in-trouble');
  });
});
