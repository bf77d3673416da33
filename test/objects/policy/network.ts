import type { NodeFacts } from '../../../src/domain/snapshot.ts';
import {
  type BackendPods,
  type Destination,
  evaluateEgress,
  evaluatePolicies,
  type PolicySources,
} from '../../../src/objects/policy/evaluate.ts';
import type { Peer, PolicyPod } from '../../../src/objects/policy/flow.ts';
import { readNetworkPolicy } from '../../../src/objects/policy/network-policy.ts';
import { NO_OTHERS, type OtherPolicies } from '../../../src/objects/policy/world.ts';

/** A backend pod on a worker, a kube-apiserver on the control plane, DNS in kube-system: what tables of policies are asked about. */
const node = (name: string, address: string): NodeFacts => ({
  name,
  ready: true,
  pressure: [],
  unschedulable: false,
  addresses: [address],
});

export const NODES = [node('control-plane', '192.0.2.2'), node('worker', '192.0.2.10')];
export const POD: PolicyPod = {
  namespace: 'harbour',
  name: 'tide-gauge-1',
  labels: { app: 'tide-gauge' },
  hostNetwork: false,
  node: 'worker',
  ip: '10.1.0.5',
  ports: [
    { name: 'https', port: 10250, protocol: 'TCP' },
    { name: 'gossip', port: 10250, protocol: 'UDP' },
  ],
};
export const SOURCES: PolicySources = { addresses: ['192.0.2.2'], certain: true, tunnel: 'absent' };

export const APISERVER: Peer = {
  words: 'the kube-apiserver (192.0.2.2)',
  address: '192.0.2.2',
  node: 'control-plane',
  carriedByPod: 'no',
  apiserver: true,
  before: { address: '10.96.0.1', port: 443 },
};
export const DNS: Peer = {
  words: 'Service kube-system/kube-dns (pod coredns-1, 10.1.0.9)',
  address: '10.1.0.9',
  pod: {
    namespace: 'kube-system',
    labels: { labels: { 'k8s-app': 'kube-dns' }, complete: true },
    ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  },
  carriedByPod: 'no',
  apiserver: false,
  before: { address: '10.96.0.10', port: 53 },
};
export const TO_APISERVER: Destination = { peers: [APISERVER], words: 'the kube-apiserver', port: 6443, protocol: 'TCP', each: true };
export const TO_DNS: Destination = { peers: [DNS], words: "the cluster's DNS", port: 53, protocol: 'UDP', each: false };

/** A NetworkPolicy that selects every pod of the namespace, with this spec besides. */
export const policy = (spec: object, name = 'under-test') =>
  readNetworkPolicy({ metadata: { name, namespace: 'harbour' }, spec: { podSelector: {}, ...spec } });

export const others = (differs: Partial<OtherPolicies>): OtherPolicies => ({ ...NO_OTHERS, ...differs });

/** Of the way in, then to the kube-apiserver and to DNS: one letter each, a(dmits), b(locks) or u(ndetermined). */
export function verdicts(backend: Partial<BackendPods>): string {
  const of: BackendPods = { policies: [], pods: [POD], ...backend };
  const into = evaluatePolicies({ ...of, port: 10250, sources: SOURCES, nodes: NODES });
  return [into, evaluateEgress(of, TO_APISERVER), evaluateEgress(of, TO_DNS)].map(({ verdict }) => verdict[0]).join('');
}

/** Why, of the same ways. */
export function whys(backend: Partial<BackendPods>): readonly string[] {
  const of: BackendPods = { policies: [], pods: [POD], ...backend };
  const into = evaluatePolicies({ ...of, port: 10250, sources: SOURCES, nodes: NODES });
  return [into, evaluateEgress(of, TO_APISERVER), evaluateEgress(of, TO_DNS)].map(({ why }) => why);
}
