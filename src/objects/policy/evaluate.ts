import ipaddr from 'ipaddr.js';
import type { NodeFacts, PolicyFacts } from '../../domain/snapshot.ts';
import type { TargetPod } from '../targets.ts';
import { selects } from './label-selector.ts';
import type { IngressRule, PolicyPeer, PolicyPort, PolicyRecord } from './network-policy.ts';

export type PolicyPod = Pick<TargetPod, 'name' | 'labels' | 'hostNetwork' | 'ports' | 'node' | 'ip'>;

/** Where the kube-apiservers' packets come from, as far as known. */
export interface PolicySources {
  readonly addresses: readonly string[];
  /** True: each address is a kube-apiserver's. False: they are candidates (all nodes), and the true one is among them at best. */
  readonly certain: boolean;
  /**
   * Pods that carry the kube-apiservers' traffic (Konnectivity agents and the like): their labels could be selected.
   * `unknown` = could not be looked for.
   */
  readonly tunnel: 'present' | 'absent' | 'unknown';
}

export interface PolicyQuestion {
  /** Of the backend's namespace. */
  readonly policies: readonly PolicyRecord[];
  /** Backend pods. */
  readonly pods: readonly PolicyPod[];
  /** Port on the pod, after the Service's translation: a number, or the name of a container port. */
  readonly port: number | string | undefined;
  readonly sources: PolicySources;
  readonly nodes: readonly NodeFacts[];
}

export type PolicyVerdict = Pick<PolicyFacts, 'verdict' | 'why' | 'selecting'>;

/** A kube-apiserver as a sender. */
interface Sender {
  readonly address?: string;
  /** Its node, when the address is a node's: then it runs in the host network there, and is no pod to any selector. */
  readonly node?: string;
}

type Answer = { readonly is: 'admitted' | 'blocked' | 'unknown'; readonly why: string };

/**
 * May kube-apiservers reach the backend's pods, by NetworkPolicy alone? Evaluated as Kubernetes defines it: policies only add;
 * a pod that no policy selects for ingress is open; traffic from the pod's own node is always allowed; the port is the pod's;
 * selectors never match a kube-apiserver in the host network, not even `namespaceSelector: {}`. What cannot be known is
 * `undetermined`: overlay networks may rewrite a node's address to one of the pod network, tunnels send from pods.
 */
export function evaluatePolicies({ policies, pods, port, sources, nodes }: PolicyQuestion): PolicyVerdict {
  const isolating = policies.filter(({ ingress }) => ingress);
  const selecting = isolating.filter(({ podSelector }) => pods.some(({ labels }) => selects(podSelector, labels)));
  const names = selecting.map(nameOf).sort();
  if (pods.length === 0) {
    if (isolating.length === 0)
      return { verdict: 'admits', why: 'no NetworkPolicy of the namespace isolates pods for ingress', selecting: [] };
    return { verdict: 'undetermined', why: 'there is no backend pod that a NetworkPolicy could select', selecting: [] };
  }
  if (selecting.length === 0) return { verdict: 'admits', why: 'no NetworkPolicy selects a backend pod', selecting: [] };

  const senders = sendersOf(sources, nodes);
  const answers = senders.map((sender) => pods.map((pod) => judge({ pod, sender, port, sources }, selecting)));
  return { ...combine(answers, sources.certain), selecting: names };
}

function sendersOf({ addresses }: PolicySources, nodes: readonly NodeFacts[]): readonly Sender[] {
  if (addresses.length === 0) return [{}];
  return [...new Set(addresses)].map((address) => {
    const node = nodes.find((known) => known.addresses.includes(address))?.name;
    return { address, ...(node !== undefined && { node }) };
  });
}

/** @param answers by sender, then by pod. */
function combine(answers: readonly (readonly Answer[])[], certain: boolean): Pick<PolicyVerdict, 'verdict' | 'why'> {
  const all = answers.flat();
  const whyOf = (is: Answer['is']): string[] => [...new Set(all.filter((answer) => answer.is === is).map(({ why }) => why))];
  if (all.every(({ is }) => is === 'admitted')) return { verdict: 'admits', why: join(whyOf('admitted')) };
  const isBlocked = (ofSender: readonly Answer[]): boolean => ofSender.every(({ is }) => is === 'blocked');
  // One kube-apiserver that reaches no pod fails for its users; of mere candidates all must be blocked.
  if (certain ? answers.some(isBlocked) : answers.every(isBlocked)) return { verdict: 'blocks', why: join(whyOf('blocked')) };
  return { verdict: 'undetermined', why: join([...whyOf('unknown'), ...whyOf('blocked'), ...whyOf('admitted')]) };
}

const join = (reasons: readonly string[]): string =>
  reasons.slice(0, 3).join('; ') + (reasons.length > 3 ? `; and ${reasons.length - 3} more` : '');

/** From one kube-apiserver to one pod. */
interface Way extends Pick<PolicyQuestion, 'port' | 'sources'> {
  readonly pod: PolicyPod;
  readonly sender: Sender;
}

function judge(way: Way, selecting: readonly PolicyRecord[]): Answer {
  const own = selecting.filter(({ podSelector }) => selects(podSelector, way.pod.labels));
  return withoutRules(way, own) ?? byRules(way, own);
}

/** Where no rule is asked; undefined: the rules decide. */
function withoutRules({ pod, sender }: Way, own: readonly PolicyRecord[]): Answer | undefined {
  if (own.length === 0) return { is: 'admitted', why: `no NetworkPolicy selects pod ${pod.name}` };
  if (pod.hostNetwork)
    return { is: 'unknown', why: `pod ${pod.name} is in the host network, where most CNIs do not apply NetworkPolicies` };
  if (sender.node !== undefined && sender.node === pod.node)
    return { is: 'admitted', why: `pod ${pod.name} is on the kube-apiserver's own node ${pod.node}` };
  return undefined;
}

function byRules({ pod, sender, port, sources }: Way, own: readonly PolicyRecord[]): Answer {
  const who = nameOfSender(sender);
  const number = portNumber(port, pod);
  let doubt: string | undefined;
  for (const policy of own)
    for (const rule of policy.rules) {
      const onPort = admitsPort(rule, number, pod);
      if (onPort === 'no') continue;
      const fromSender = admitsSender(rule, sender, pod, sources);
      if (onPort === 'yes' && fromSender === 'yes')
        return { is: 'admitted', why: `NetworkPolicy ${nameOf(policy)} admits ${who} to port ${port ?? 'any'}` };
      if (fromSender !== 'no') doubt ??= doubtOf(policy, onPort, rule, who);
    }
  if (doubt) return { is: 'unknown', why: doubt };
  return {
    is: 'blocked',
    why: `NetworkPolicy ${own.slice(0, 3).map(nameOf).join(', ')} isolates pod ${pod.name}, and no rule admits ${who} to port ${port ?? '?'}`,
  };
}

const nameOfSender = ({ address }: Sender): string => (address ? `the kube-apiserver (${address})` : 'the kube-apiserver');

function doubtOf(policy: PolicyRecord, onPort: Match, { from }: IngressRule, who: string): string {
  if (onPort === 'maybe') return `NetworkPolicy ${nameOf(policy)} has ports, and the pod's port is not known`;
  const block = from?.find(({ ipBlock }) => ipBlock)?.ipBlock?.cidr;
  if (block)
    return `NetworkPolicy ${nameOf(policy)} has ipBlock ${block}: whether it matches ${who} depends on how the network rewrites its address`;
  return `NetworkPolicy ${nameOf(policy)} admits selected pods: whether ${who} sends from one (a tunnel's agent) is not known`;
}

const nameOf = ({ namespace, name }: PolicyRecord): string => `${namespace}/${name}`;

type Match = 'yes' | 'no' | 'maybe';

function portNumber(port: number | string | undefined, pod: PolicyPod): number | undefined {
  if (typeof port !== 'string') return port;
  return pod.ports.find(({ name, protocol }) => name === port && protocol === 'TCP')?.port;
}

function admitsPort({ ports }: IngressRule, number: number | undefined, pod: PolicyPod): Match {
  if (!ports) return 'yes';
  const tcp = ports.filter(({ protocol }) => protocol === 'TCP');
  if (tcp.length === 0) return 'no';
  if (tcp.some(({ port }) => port === undefined)) return 'yes';
  if (number === undefined) return 'maybe';
  return tcp.some((candidate) => matchesPort(candidate, number, pod)) ? 'yes' : 'no';
}

/** A name that the pod does not have matches nothing. */
function matchesPort({ port, endPort }: PolicyPort, number: number, pod: PolicyPod): boolean {
  if (typeof port === 'string') return pod.ports.some((own) => own.name === port && own.protocol === 'TCP' && own.port === number);
  return port === number || (port !== undefined && endPort !== undefined && port <= number && number <= endPort);
}

function admitsSender({ from }: IngressRule, sender: Sender, pod: PolicyPod, sources: PolicySources): Match {
  if (!from) return 'yes';
  const matches = from.map((peer) => matchesPeer(peer, sender, pod, sources));
  if (matches.includes('yes')) return 'yes';
  return matches.includes('maybe') ? 'maybe' : 'no';
}

function matchesPeer({ ipBlock }: PolicyPeer, { address, node }: Sender, pod: PolicyPod, { tunnel }: PolicySources): Match {
  if (ipBlock) {
    if (address === undefined) return 'maybe';
    if (contains(ipBlock.cidr, address)) return ipBlock.except.some((except) => contains(except, address)) ? 'no' : 'yes';
    // A block of the pod network: an overlay may send a node's traffic from an address in it.
    const ofPodNetwork =
      pod.ip !== undefined && contains(ipBlock.cidr, pod.ip) && !ipBlock.except.some((except) => contains(except, pod.ip ?? ''));
    return ofPodNetwork ? 'maybe' : 'no';
  }
  if (tunnel === 'present') return 'maybe';
  if (tunnel === 'absent') return 'no';
  return node === undefined ? 'maybe' : 'no';
}

/** False for what does not parse, and across IPv4 and IPv6. */
function contains(cidr: string, address: string): boolean {
  if (!ipaddr.isValidCIDR(cidr) || !ipaddr.isValid(address)) return false;
  const [network, bits] = ipaddr.parseCIDR(cidr);
  const ip = ipaddr.process(address);
  return network.kind() === ip.kind() && ip.match(network, bits);
}
