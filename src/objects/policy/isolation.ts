import { admittedWords, type Flow, notAdmittedWords, portsAt } from './flow.ts';
import { selects, selectsKnown } from './label-selector.ts';
import { blockContains, every, type Match, matchOf, possibly, some } from './match.ts';
import type { PolicyPeer, PolicyPort, PolicyRecord, PolicyRule } from './network-policy.ts';
import type { Candidate, Outcome } from './outcome.ts';
import { type PolicyWorld, rewritingOf } from './world.ts';

/** What the NetworkPolicies that select the pod for this direction say of a connection. */
export interface Isolation {
  /** None: the pod is open, as far as they go. */
  readonly own: readonly PolicyRecord[];
  readonly candidates: readonly Candidate[];
  /** Where no rule admits. */
  readonly blocked: Outcome;
}

/**
 * NetworkPolicies (networking.k8s.io/v1) only add: a pod that one of them selects is closed but for what some rule admits; rules have no
 * order. The port is the one after a Service's translation; selectors never match a host-networked process, not even `namespaceSelector: {}`.
 */
export function isolationOf(flow: Flow, { networkPolicies, ...world }: PolicyWorld): Isolation {
  const own = networkPolicies.filter((policy) => policy[flow.direction] && selects(policy.podSelector, flow.pod.labels));
  const candidates = own.flatMap((policy) =>
    (policy[flow.direction] ?? []).map((rule, index): Candidate => {
      const onPort = rule.ports ? some(rule.ports.map((port) => matchesPort(port, flow))) : 'yes';
      const withPeer = rule.peers ? some(rule.peers.map((peer) => matchesPeer(peer, flow, policy.namespace, world))) : 'yes';
      return {
        matches: every([onPort, withPeer]),
        is: 'admitted',
        why: `NetworkPolicy ${nameOf(policy)} ${admittedWords(flow)} (${flow.direction} rule ${index + 1})`,
        doubt: doubtOf(flow, policy, rule, onPort),
      };
    }),
  );
  return { own, candidates, blocked: { is: 'blocked', why: blockedWords(flow, own) } };
}

export const nameOf = ({ namespace, name }: Pick<PolicyRecord, 'namespace' | 'name'>): string => `${namespace}/${name}`;

function blockedWords(flow: Flow, own: readonly PolicyRecord[]): string {
  const names = own.slice(0, 3).map(nameOf).join(', ');
  return `NetworkPolicy ${names} isolates pod ${flow.pod.name}${flow.direction === 'egress' ? ' for egress' : ''}, and ${notAdmittedWords(flow)}`;
}

/** A name that the destination does not have matches nothing. */
export function matchesPort({ protocol, port, endPort }: PolicyPort, flow: Flow): Match {
  if (protocol !== flow.protocol) return 'no';
  if (port === undefined) return 'yes';
  const before = flow.peer.before?.port;
  const is = (number: number): boolean => {
    if (typeof port === 'string') return portsAt(flow).some((own) => own.name === port && own.protocol === protocol && own.port === number);
    return port === number || (endPort !== undefined && port <= number && number <= endPort);
  };
  if (flow.port === undefined) return 'maybe';
  if (is(flow.port)) return 'yes';
  return before !== undefined && is(before) ? 'maybe' : 'no';
}

function matchesPeer({ ipBlock, podSelector, namespaceSelector }: PolicyPeer, flow: Flow, namespace: string, world: World): Match {
  if (ipBlock) return matchesBlock(ipBlock, flow, world);
  const { pod, carriedByPod } = flow.peer;
  if (!pod) return carriedByPod;
  return every([
    podSelector ? selectsKnown(podSelector, pod.labels) : 'yes',
    namespaceSelector ? selectsKnown(namespaceSelector, world.others.namespaceLabels(pod.namespace)) : matchOf(pod.namespace === namespace),
  ]);
}

type World = Omit<PolicyWorld, 'networkPolicies'>;

/** Blocks are meant for what is outside of the pod network: whether one matches a pod is up to the network. */
function matchesBlock(block: NonNullable<PolicyPeer['ipBlock']>, flow: Flow, world: World): Match {
  const { address, pod, node, before } = flow.peer;
  if (address === undefined) return 'maybe';
  if (blockContains(block, address)) {
    if (pod) return 'maybe';
    // Cilium takes nodes for identities of their own, and out of blocks, unless it is told otherwise (policy-cidr-match-mode).
    return node !== undefined && world.others.cilium.served ? 'maybe' : 'yes';
  }
  if (before && blockContains(block, before.address)) return 'maybe';
  return possibly(matchOf(isOfPodNetwork(block, flow)));
}

/** A block of the pod network: an overlay may send a node's traffic from an address in it. */
export function isOfPodNetwork(block: NonNullable<PolicyPeer['ipBlock']>, { direction, pod, peer }: Flow): boolean {
  return direction === 'ingress' && !peer.pod && pod.ip !== undefined && blockContains(block, pod.ip);
}

function doubtOf(flow: Flow, policy: PolicyRecord, { peers }: PolicyRule, onPort: Match): string {
  const name = `NetworkPolicy ${nameOf(policy)}`;
  const who = flow.peer.words;
  if (onPort === 'maybe' && flow.port === undefined) return `${name} has ports, and the pod's port is not known`;
  const block = peers?.find(({ ipBlock }) => ipBlock)?.ipBlock?.cidr;
  if (block !== undefined || onPort === 'maybe') {
    const what = block === undefined ? 'a port before its translation' : `ipBlock ${block}`;
    return `${name} has ${what}: whether it matches ${who} depends on how the network ${rewritingOf(flow)}`;
  }
  if (flow.peer.pod) return `${name} selects namespaces or pods: whether it selects ${who} is not known, because not all of its labels are`;
  return `${name} admits selected pods: whether ${who} sends from one (a tunnel's agent) is not known`;
}
