import { expect, it } from 'vitest';
import { catalogueOptions } from '../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../src/diagnose/diagnostician.ts';
import type { CauseId } from '../../src/domain/ids.ts';
import { observed } from '../../src/domain/observed.ts';
import type { Change, ChangeKind } from '../../src/domain/snapshot.ts';
import { healthyWorkload } from '../support/healthy.ts';
import { play } from '../support/play.ts';
import { ALL, klog, NO_ENDPOINTS, noAddresses, type Situation, withMetrics } from '../support/situation.ts';

/** The situation, with a change so many seconds before it began; of the cluster where the kind is. */
const after = (what: ChangeKind, seconds: number, situation: Situation): Situation => ({
  ...situation,
  facts(moment) {
    const facts = situation.facts?.(moment) ?? {};
    const change: Change = { what, at: moment.since - seconds * 1000, object: 'x', summary: 'y' };
    return what === 'control-plane-leader'
      ? { ...facts, cluster: { ...facts.cluster, changes: [change] } }
      : { ...facts, api: { ...facts.api, changes: [change] } };
  },
});

function evidenceFor(cause: CauseId, situation: Situation): readonly string[] {
  const doctor = createDiagnostician(catalogueOptions());
  let found: readonly string[] = [];
  for (const snapshot of play(situation, { healthyTicks: 3, faultyTicks: 7 })) {
    const { candidates } = doctor.observe(snapshot);
    found = [...candidates.values()].flat().flatMap((one) => (one.cause === cause ? one.evidence.map(({ id }) => id) : []));
  }
  return found;
}

const scaling: Situation = {
  ...NO_ENDPOINTS,
  facts: () => ({
    api: { endpoints: noAddresses, workload: observed(healthyWorkload({ replicas: 3, available: 0, unavailable: 3, rollingOut: true })) },
  }),
};
const atRest: Situation = { ...NO_ENDPOINTS, facts: () => ({ api: { endpoints: noAddresses } }) };
const slowEtcd = (seconds: number): Situation => ({
  probes: ALL('response_timeout', 'response_timeout'),
  facts: withMetrics(() => ({ etcdLatencySeconds: seconds }), { seconds: 1.2 }),
});
const untrusted: Situation = { probes: ALL('certificate_unknown_authority', 'certificate_unknown_authority') };
const lost: Situation = {
  probes: ALL('connection_refused', 'connection_refused'),
  lines: [klog('leaderelection lost')],
};

it.each<[string, CauseId, string, Situation, boolean]>([
  ['scaled a minute ago, and rolling out', 'rollout-in-progress', 'just-scaled', after('scaling', 60, scaling), true],
  ['scaled an hour ago', 'rollout-in-progress', 'just-scaled', after('scaling', 3600, scaling), false],
  ['scaled, and all are there', 'rollout-in-progress', 'just-scaled', after('scaling', 60, atRest), false],
  ['a new template is no scaling', 'rollout-in-progress', 'just-scaled', after('rollout', 60, scaling), false],
  ['scaling is no new template', 'rollout-in-progress', 'just-changed', after('scaling', 60, scaling), false],
  ['its leader changed', 'leader-election-lost', 'leader-changed', after('leader', 60, lost), true],
  ['its leader changed long ago', 'leader-election-lost', 'leader-changed', after('leader', 600, lost), false],
  ['another leader changed', 'leader-election-lost', 'leader-changed', after('control-plane-leader', 60, lost), false],
  ['its certificate was renewed', 'ca-bundle-mismatch', 'certificate-renewed-before', after('certificate', 600, untrusted), true],
  [
    'its certificate was renewed long ago',
    'ca-bundle-mismatch',
    'certificate-renewed-before',
    after('certificate', 3700, untrusted),
    false,
  ],
  [
    'its certificate was renewed, and is trusted',
    'ca-bundle-mismatch',
    'certificate-renewed-before',
    after('certificate', 600, lost),
    false,
  ],
  [
    'a leader of the control plane, and etcd is slow',
    'etcd-slow',
    'leaders-change',
    after('control-plane-leader', 60, slowEtcd(0.2)),
    true,
  ],
  [
    'a leader of the control plane, and etcd is quick',
    'etcd-slow',
    'leaders-change',
    after('control-plane-leader', 60, slowEtcd(0.02)),
    false,
  ],
  ['etcd is slow, and no leader changed lately', 'etcd-slow', 'leaders-change', after('control-plane-leader', 900, slowEtcd(0.2)), false],
])('%s: %s/%s', (_, cause, evidence, situation, met) => {
  expect(evidenceFor(cause, situation).includes(evidence)).toBe(met);
});

it.each<ChangeKind>(['scaling', 'leader', 'control-plane-leader', 'certificate'])(
  'a change of the kind %s beside an API that answers names nothing',
  (what) => {
    const doctor = createDiagnostician(catalogueOptions());
    for (const snapshot of play(after(what, 10, {}), { healthyTicks: 3, faultyTicks: 7 }))
      expect(doctor.observe(snapshot).diagnoses.diagnoses).toEqual([]);
  },
);
