import type { SignalId } from '../../../src/domain/ids.ts';
import { observed } from '../../../src/domain/observed.ts';
import type { ClusterEvent, ClusterFacts } from '../../../src/domain/snapshot.ts';
import { NOW } from '../../support/healthy.ts';
import type { Row } from './row.ts';

const MINUTE = 60_000;
const warning = (pod: string, differs: Partial<ClusterEvent> = {}): Partial<ClusterFacts> => ({
  systemEvents: observed([
    {
      type: 'Warning',
      reason: 'BackOff',
      kind: 'Pod',
      object: `kube-system/${pod}`,
      message: 'Back-off restarting failed container',
      at: NOW,
      count: 1,
      ...differs,
    },
  ]),
});

/** A pod of each, and one that is named alike and serves nobody. */
const PODS = {
  'system-kube-apiserver': ['kube-apiserver-control-1', 'kube-apiserverless-1'],
  'system-etcd': ['etcd-control-1', 'etcdctl-1'],
  'system-dns': ['coredns-6d94bc8694-abcde', 'coredns-autoscaler-6d94bc8694-abcde'],
  'system-network': ['calico-node-abcde', 'calico-kube-controllers-6d94bc8694-abcde'],
  'system-proxy': ['kube-proxy-abcde', 'kube-scheduler-control-1'],
  'system-tunnel': ['konnectivity-agent-abcde', 'kube-proxy-abcde'],
} as const satisfies Partial<Record<SignalId, readonly [string, string]>>;

const evicted = (differs: Partial<ClusterEvent>) => warning('metrics-abcde', { reason: 'Evicted', node: 'node-a', ...differs });

/** Warnings about what every API stands on. The backend is on node-a, the kube-apiserver on neither node. */
export const SYSTEM_EVENT_ROWS: readonly Row[] = [
  ...Object.entries(PODS).flatMap(([signal, [pod, other]]): Row[] => [
    [signal as SignalId, 0, 1, {}, warning(pod)],
    [signal as SignalId, 0, 0, {}, warning(other)],
  ]),
  // Ten minutes, and not a moment longer.
  ['system-dns', 0, 1, {}, warning('coredns-1', { at: NOW - 10 * MINUTE })],
  ['system-dns', 0, 0, {}, warning('coredns-1', { at: NOW - 10 * MINUTE - 1 })],
  ['system-dns', 0, 0, {}, warning('coredns-1', { over: true })],
  ['system-dns', 0, 1, {}, warning('coredns-1', { node: 'node-b' })],
  ['system-dns', 0, undefined, {}, { systemEvents: { state: 'forbidden', rule: 'events: list, watch' } }],
  // An agent of one node is nothing to a backend on another.
  ['system-network', 0, 1, {}, warning('calico-node-abcde', { node: 'node-a' })],
  ['system-network', 0, 0, {}, warning('calico-node-abcde', { node: 'node-b' })],
  ['system-network', 0, 1, { pods: observed([]), endpoints: { state: 'absent' } }, warning('calico-node-abcde', { node: 'node-b' })],
  ['system-network', 0, 1, {}, { ...warning('calico-node-abcde', { node: 'node-b' }), nodes: { state: 'unobserved' } }],
  [
    'system-proxy',
    0,
    1,
    {},
    {
      ...warning('kube-proxy-abcde', { node: 'node-c' }),
      nodes: observed([{ name: 'node-c', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.2'] }]),
    },
  ],
  ['system-evicted', 0, 1, {}, evicted({})],
  ['system-evicted', 0, 0, {}, evicted({ node: 'node-b' })],
  ['system-evicted', 0, 0, {}, evicted({ reason: 'BackOff' })],
];
