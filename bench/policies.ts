import { spawnSync } from 'node:child_process';
import { type Destination, evaluateEgress, evaluatePolicies } from '../src/objects/policy/evaluate.ts';
import type { Peer, PolicyPod } from '../src/objects/policy/flow.ts';
import { readNetworkPolicy } from '../src/objects/policy/network-policy.ts';
import { NO_OTHERS } from '../src/objects/policy/world.ts';
import { buildGoPeer } from './go-peer.ts';
import { printRow } from './row.ts';

/**
 * The same generated NetworkPolicies and connections, asked of our evaluator and of cyclonus. What cyclonus knows for certain, and we
 * do not (whether an ipBlock matches a pod is up to the network), is counted beside; a yes against a no is a fault of one of them.
 */
const WORLDS = 2000;

/** mulberry32: the same worlds each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomOf(20);
const one = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
const several = <T>(most: number, make: () => T): T[] => Array.from({ length: Math.floor(random() * (most + 1)) }, make);

const NAMESPACES = new Map([
  ['harbour', { 'kubernetes.io/metadata.name': 'harbour', team: 'sea' }],
  ['kube-system', { 'kubernetes.io/metadata.name': 'kube-system', team: 'core' }],
]);
const namespaceLabels = (name: string) => ({ labels: NAMESPACES.get(name) ?? {}, complete: true });
const POD: PolicyPod = {
  namespace: 'harbour',
  name: 'tide-gauge-1',
  labels: { app: 'tide-gauge', tier: 'back' },
  hostNetwork: false,
  node: 'worker',
  ip: '10.1.0.5',
  ports: [{ name: 'https', port: 10250, protocol: 'TCP' }],
};
const DNS_LABELS = { 'k8s-app': 'kube-dns' };
const APISERVER: Peer = { words: 'the kube-apiserver', address: '192.0.2.2', node: 'control-plane', carriedByPod: 'no', apiserver: true };
const DNS: Peer = {
  words: 'DNS',
  address: '10.1.0.9',
  pod: {
    namespace: 'kube-system',
    labels: { labels: DNS_LABELS, complete: true },
    ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  },
  carriedByPod: 'no',
  apiserver: false,
};

/** Without NotIn: cyclonus 0.5.6 lets it not match what has no such label, and Kubernetes (apimachinery's labels.Requirement) lets it. */
const aSelector = (): object =>
  one<() => object>(
    () => ({}),
    () => ({ matchLabels: { app: one('tide-gauge', 'other') } }),
    () => ({ matchLabels: DNS_LABELS }),
    () => ({ matchLabels: { team: one('sea', 'core') } }),
    () => ({ matchExpressions: [{ key: one('app', 'tier', 'team'), operator: one('Exists', 'DoesNotExist') }] }),
    () => ({ matchExpressions: [{ key: one('app', 'team'), operator: 'In', values: [one('tide-gauge', 'core'), 'x'] }] }),
  )();
const aPeer = (): object =>
  one<() => object>(
    () => ({ ipBlock: { cidr: one('192.0.2.2/32', '192.0.2.0/24', '198.51.100.0/24', '0.0.0.0/0') } }),
    () => ({ ipBlock: { cidr: '0.0.0.0/0', except: [one('192.0.2.0/28', '10.0.0.0/8')] } }),
    () => ({ podSelector: aSelector() }),
    () => ({ namespaceSelector: aSelector() }),
    () => ({ namespaceSelector: aSelector(), podSelector: aSelector() }),
  )();
const aPort = (): object => {
  const protocol = one('TCP', 'TCP', 'UDP');
  return one<() => object>(
    () => ({ protocol }),
    () => ({ protocol, port: one<number | string>(53, 443, 6443, 10250, 'https', 'dns') }),
    () => ({ protocol, port: one(50, 6000, 10000), endPort: one(10100, 11000) }),
  )();
};
const rules = (peers: 'from' | 'to') => several(2, () => ({ ports: several(2, aPort), [peers]: several(2, aPeer) }));
const aPolicy = (index: number) => {
  const types = one(['Ingress'], ['Egress'], ['Ingress', 'Egress']);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `p${index}`, namespace: 'harbour' },
    // As stored: the server writes the types down, and rules of a type that is not among them are not asked.
    spec: { podSelector: aSelector(), policyTypes: types, ingress: rules('from'), egress: rules('to') },
  };
};

const end = ({ address, pod }: Peer) =>
  pod ? { address, namespace: pod.namespace, labels: pod.labels.labels, namespaceLabels: NAMESPACES.get(pod.namespace) } : { address };
const OWN = { address: POD.ip, namespace: POD.namespace, labels: POD.labels, namespaceLabels: NAMESPACES.get(POD.namespace) };
const CONNECTIONS = [
  { direction: 'ingress', source: end(APISERVER), destination: OWN, port: 10250, portName: 'https', protocol: 'TCP' },
  { direction: 'egress', source: OWN, destination: end(APISERVER), port: 6443, portName: '', protocol: 'TCP' },
  { direction: 'egress', source: OWN, destination: end(DNS), port: 53, portName: 'dns', protocol: 'UDP' },
] as const;
const toward = (peer: Peer, port: number, protocol: 'TCP' | 'UDP'): Destination => ({
  peers: [peer],
  words: peer.words,
  port,
  protocol,
  each: true,
});

function ours(policies: readonly object[]): string[] {
  const backend = {
    policies: policies.map((policy) => readNetworkPolicy(policy)),
    pods: [POD],
    others: { ...NO_OTHERS, namespaceLabels },
  };
  const nodes = [{ name: 'control-plane', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.2'] }];
  const sources = { addresses: ['192.0.2.2'], certain: true, tunnel: 'absent' } as const;
  return [
    evaluatePolicies({ ...backend, port: 10250, sources, nodes }),
    evaluateEgress(backend, toward(APISERVER, 6443, 'TCP')),
    evaluateEgress(backend, toward(DNS, 53, 'UDP')),
  ].map(({ verdict }) => verdict);
}

const program = buildGoPeer('cyclonus');
if (program) {
  const worlds = Array.from({ length: WORLDS }, () => several(4, () => 0).map((_, index) => aPolicy(index)));
  const input = worlds.map((policies) => JSON.stringify({ policies, connections: CONNECTIONS })).join('\n');
  const { stdout, stderr, status } = spawnSync(program, { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`cyclonus ended with ${status}: ${stderr.split('\n')[0]}`);
  const theirs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as boolean[]);
  const counts = { same: 0, undetermined: 0, different: 0 };
  worlds.forEach((policies, index) => {
    ours(policies).forEach((verdict, which) => {
      const theirVerdict = theirs[index]?.[which] ? 'admits' : 'blocks';
      const how = verdict === theirVerdict ? 'same' : verdict === 'undetermined' ? 'undetermined' : 'different';
      counts[how] += 1;
      if (how === 'different' && counts.different <= 5)
        console.log(`${verdict}, and cyclonus says ${theirVerdict}: ${JSON.stringify(CONNECTIONS[which])} ${JSON.stringify(policies)}`);
    });
  });
  console.log(JSON.stringify(counts));
  printRow({
    what: `verdicts on ${WORLDS * CONNECTIONS.length} connections under generated NetworkPolicies, both ways`,
    ours: `${counts.different} differ, ${counts.undetermined} undetermined`,
    peer: 'cyclonus 0.5.6',
    bar: 'none differs',
    met: counts.different === 0,
  });
}
