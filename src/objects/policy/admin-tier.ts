import type { AdminPeer, AdminPolicy, AdminPort, AdminRule, PodSelection } from './admin-policy.ts';
import { admittedWords, deniedWords, type Flow, portsAt } from './flow.ts';
import { type KnownLabels, selectsKnown } from './label-selector.ts';
import { contains, every, type Match, matchOf, some } from './match.ts';
import { type Candidate, firstMatch, type Outcome, type Possible } from './outcome.ts';
import type { OtherPolicies } from './world.ts';

type NamespaceLabels = OtherPolicies['namespaceLabels'];

/**
 * One tier of cluster-wide policies. The lowest priority comes first, in a policy the first rule that matches decides; which of two
 * policies of one priority decides is not defined. Host-networked processes are no pods to them: of the sources of ingress, which are
 * pods only, none is a kube-apiserver on a node.
 */
export function adminTier(tier: AdminPolicy['tier'], flow: Flow, { admin, namespaceLabels }: OtherPolicies): Possible {
  const own = admin.filter((policy) => policy.tier === tier && policy[flow.direction].length > 0);
  const priorities = [...new Set(own.map(({ priority }) => priority))].sort((a, b) => a - b);
  const possible: Outcome[] = [];
  for (const priority of priorities) {
    const each = own.filter((policy) => policy.priority === priority).map((policy) => outcomesOf(policy, flow, namespaceLabels));
    possible.push(...together(each, priority));
    if (each.some(decidesSurely)) return possible;
  }
  return [...possible, { is: 'next', why: '' }];
}

const decidesSurely = (possible: Possible): boolean => possible.some(({ doubt }) => doubt === undefined);

/** Policies of one priority: each may be the one that decides. */
function together(each: readonly Possible[], priority: number): Possible {
  const all = each.flat();
  if (new Set(all.map(({ is }) => is)).size < 2 || each.filter((one) => one.length > 0).length < 2) return all;
  const doubt = `policies of the same priority ${priority} disagree: ${all.map(({ why }) => why).join('; ')}`;
  return all.map((outcome) => ({ ...outcome, doubt }));
}

/** Empty: no rule matches, not even one that passes the connection on. */
function outcomesOf(policy: AdminPolicy, flow: Flow, namespaceLabels: NamespaceLabels): Possible {
  const selected = adminSelects(policy, flow.pod, namespaceLabels);
  return firstMatch(
    policy[flow.direction].map((rule, index) => candidateOf({ policy, rule, index, selected }, flow, namespaceLabels)),
    [],
  );
}

export function adminSelects({ subject }: AdminPolicy, pod: Flow['pod'], namespaceLabels: NamespaceLabels): Match {
  return selectsPod(subject, { labels: { labels: pod.labels, complete: true }, namespace: pod.namespace }, namespaceLabels);
}

interface RuleOf {
  readonly policy: AdminPolicy;
  readonly rule: AdminRule;
  readonly index: number;
  readonly selected: Match;
}

function candidateOf({ policy, rule, index, selected }: RuleOf, flow: Flow, namespaceLabels: NamespaceLabels): Candidate {
  const peers = rule.peers.map((peer) => matchesPeer(peer, flow, namespaceLabels));
  const matches = every([selected, some(peers), rule.ports ? some(rule.ports.map((port) => matchesPort(port, flow))) : 'yes']);
  const which = rule.name === '' ? `${flow.direction} rule ${index + 1}` : `${flow.direction} rule ${index + 1}, ${rule.name}`;
  const words = { accept: admittedWords(flow), deny: deniedWords(flow), pass: 'passes it on' };
  return {
    matches,
    is: IS[rule.action],
    why: `${policy.title} ${words[rule.action]} (${which})`,
    doubt: `${policy.title} (${which}): ${doubtOf(rule, selected, flow)}`,
  };
}

const IS = { accept: 'admitted', deny: 'blocked', pass: 'next' } as const;

function doubtOf({ peers }: AdminRule, selected: Match, { peer }: Flow): string {
  if (selected === 'maybe') return 'whether it selects the pod is not known, because not all labels of its namespace are';
  if (peers.some(({ kind }) => kind === 'unknown')) return 'it has a peer of a kind that is not known here';
  if (peers.some(({ kind }) => kind === 'domains')) return `whether one of its domain names is ${peer.words} is not known`;
  if (peers.some(({ kind }) => kind === 'nodes')) return 'it selects nodes by labels that are not known here';
  return `whether it matches ${peer.words} is not known`;
}

function selectsPod({ namespaces, pods }: PodSelection, pod: { namespace: string; labels: KnownLabels }, of: NamespaceLabels): Match {
  return every([selectsKnown(namespaces, of(pod.namespace)), selectsKnown(pods, pod.labels)]);
}

function matchesPeer(peer: AdminPeer, { peer: end }: Flow, namespaceLabels: NamespaceLabels): Match {
  switch (peer.kind) {
    case 'pods':
      return end.pod ? selectsPod(peer.selects, end.pod, namespaceLabels) : end.carriedByPod;
    case 'nodes':
      if (end.node === undefined) return end.pod ? 'no' : 'maybe';
      return selectsKnown(peer.selects, { labels: {}, complete: false });
    case 'networks':
      return matchesNetworks(peer.cidrs, end);
    case 'domains':
    case 'unknown':
      return 'maybe';
  }
}

/** Traffic inside the cluster is held against networks too. */
function matchesNetworks(cidrs: readonly string[], { address, before }: Flow['peer']): Match {
  if (address === undefined) return 'maybe';
  if (cidrs.some((cidr) => contains(cidr, address))) return 'yes';
  return before && cidrs.some((cidr) => contains(cidr, before.address)) ? 'maybe' : 'no';
}

function matchesPort(port: AdminPort, flow: Flow): Match {
  if (flow.port === undefined) return 'maybe';
  if ('named' in port) return matchOf(portsAt(flow).some(({ name, port: number }) => name === port.named && number === flow.port));
  const { protocol, first = 0, last = 65_535 } = port;
  const is = (number: number): boolean => protocol === flow.protocol && first <= number && number <= last;
  if (is(flow.port)) return 'yes';
  return flow.peer.before && is(flow.peer.before.port) ? 'maybe' : 'no';
}
