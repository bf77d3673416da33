import type { CiliumPolicy, CiliumPort, CiliumRule } from './cilium-policy.ts';
import { admittedWords, deniedWords, type Flow, notAdmittedWords, portsAt } from './flow.ts';
import { isolationOf } from './isolation.ts';
import { type KnownLabels, type LabelSelector, selectsKnown } from './label-selector.ts';
import { blockContains, every, type Match, matchOf, opposite, possibly, some } from './match.ts';
import { type Candidate, firstMatch, type Possible } from './outcome.ts';
import type { OtherPolicies, PolicyWorld } from './world.ts';

/**
 * NetworkPolicies and Cilium's policies together: Cilium makes one set of both. What some rule denies is denied; what some rule of any kind
 * admits is admitted; what any of them selects for the direction is closed otherwise. Without a policy of Cilium it is NetworkPolicy alone.
 * Enforcement mode `default` is taken for granted (docs: policy enforcement modes).
 */
export function unionTier(flow: Flow, world: PolicyWorld): Possible {
  const { others } = world;
  const isolation = isolationOf(flow, world);
  const selecting = others.cilium.policies.flatMap((policy) => {
    const selected = ciliumSelects(policy, flow.pod, others);
    return selected === 'no' ? [] : [{ policy, selected: policy.unclear === undefined ? selected : possibly(selected) }];
  });
  const sections = selecting.map(({ policy, selected }) => ({ policy, selected, section: policy[flow.direction] }));
  const denies = sections.flatMap(({ policy, selected, section }) =>
    section.deny.map((rule, index) => candidateOf({ policy, rule, index, selected, is: 'blocked' }, flow, others)),
  );
  const allows = sections.flatMap(({ policy, selected, section }) =>
    section.allow.map((rule, index) => candidateOf({ policy, rule, index, selected, is: 'admitted' }, flow, others)),
  );
  const closing = sections.filter(({ section }) => section.defaultDeny);
  return firstMatch([...denies, ...isolation.candidates, ...allows], otherwise(flow, isolation, closing));
}

function otherwise(
  flow: Flow,
  { own, blocked }: ReturnType<typeof isolationOf>,
  closing: readonly { readonly policy: CiliumPolicy; readonly selected: Match }[],
): Possible {
  if (own.length > 0) return [blocked];
  const [first] = closing;
  if (!first) return [{ is: 'next', why: '' }];
  const sure = closing.find(({ selected }) => selected === 'yes');
  const { policy } = sure ?? first;
  const why = `${policy.title} isolates pod ${flow.pod.name}${flow.direction === 'egress' ? ' for egress' : ''}, and ${notAdmittedWords(flow)}`;
  return sure
    ? [{ is: 'blocked', why }]
    : [
        { is: 'blocked', why, doubt: doubtOfSelection(policy) },
        { is: 'next', why: '' },
      ];
}

const doubtOfSelection = ({ title, unclear }: CiliumPolicy): string =>
  unclear === undefined ? `whether ${title} selects the pod is not known` : `${title} has ${unclear}, which is not evaluated here`;

/** A policy of a namespace selects its pods, whatever else its selector says of namespaces. */
export function ciliumSelects({ namespace, endpointSelector }: CiliumPolicy, pod: Flow['pod'], others: OtherPolicies): Match {
  if (!endpointSelector || (namespace !== undefined && namespace !== pod.namespace)) return 'no';
  return selectsEndpoint(endpointSelector, { namespace: pod.namespace, labels: { labels: pod.labels, complete: true } }, others);
}

interface RuleOf {
  readonly policy: CiliumPolicy;
  readonly rule: CiliumRule;
  readonly index: number;
  readonly selected: Match;
  readonly is: 'admitted' | 'blocked';
}

function candidateOf({ policy, rule, index, selected, is }: RuleOf, flow: Flow, others: OtherPolicies): Candidate {
  const peer = matchesPeers(rule, policy, flow, others);
  const port = rule.ports ? some(rule.ports.map((one) => matchesPort(one, flow))) : 'yes';
  const whole = every([selected, peer, port]);
  const which = `${flow.direction}${is === 'blocked' ? 'Deny' : ''} rule ${index + 1}`;
  return {
    matches: rule.unclear === undefined ? whole : possibly(whole),
    is,
    why: `${policy.title} ${is === 'admitted' ? admittedWords(flow) : deniedWords(flow)} (${which})`,
    doubt: selected === 'maybe' ? doubtOfSelection(policy) : `${policy.title}, ${which}: ${doubtOf(rule, flow)}`,
  };
}

function doubtOf({ unclear, blocks, entities = [] }: CiliumRule, { peer }: Flow): string {
  if (unclear !== undefined) return `it has ${unclear}, which is not evaluated here`;
  if (blocks?.length)
    return `whether a CIDR matches ${peer.words} depends on policy-cidr-match-mode, for Cilium takes nodes for identities of their own`;
  if (entities.length > 0) return `whether ${entities.join(', ')} is ${peer.words} depends on the identity that Cilium gives it`;
  return `whether it selects ${peer.words} is not known`;
}

/** A rule of ports alone is for everybody; one of nothing at all admits nobody. */
function matchesPeers(rule: CiliumRule, policy: CiliumPolicy, flow: Flow, others: OtherPolicies): Match {
  const { endpoints, entities, blocks } = rule;
  // Peers by another field, which is not evaluated: the rule is unclear, and no more than possible.
  if (!endpoints && !entities && !blocks) return rule.ports || rule.unclear !== undefined ? 'yes' : 'no';
  return some([
    ...(endpoints ?? []).map((selector) => matchesEndpoints(selector, policy, flow, others)),
    ...(entities ?? []).map((entity) => matchesEntity(entity, flow)),
    ...(blocks ?? []).map((block) => matchesBlock(block, flow)),
  ]);
}

/** Addresses of pods are never matched by blocks, those of nodes only where Cilium is told to. */
function matchesBlock(block: NonNullable<CiliumRule['blocks']>[number], { peer, direction }: Flow): Match {
  if (peer.pod) return 'no';
  if (peer.address === undefined) return 'maybe';
  const within = matchOf(blockContains(block, peer.address));
  if (within === 'no' && peer.before && blockContains(block, peer.before.address)) return direction === 'egress' ? 'maybe' : 'no';
  return peer.node === undefined ? within : possibly(within);
}

/** Entities of pkg/policy/api/entity.go and of the documentation's section on them (Cilium 1.16 to 1.18). */
function matchesEntity(entity: string, { peer, pod }: Flow): Match {
  if (entity === 'all') return 'yes';
  if (entity === 'kube-apiserver') return matchOf(peer.apiserver);
  if (NEVER.has(entity)) return 'no';
  if (peer.pod) return matchOf(entity === 'cluster');
  if (peer.node === undefined) return 'maybe';
  return entityOfNode(entity, pod.node === undefined ? 'maybe' : matchOf(peer.node === pod.node));
}

function entityOfNode(entity: string, own: Match): Match {
  if (entity === 'cluster') return 'yes';
  if (entity === 'host') return own;
  if (entity === 'remote-node') return opposite(own);
  return WORLD.has(entity) ? 'no' : 'maybe';
}

const NEVER: ReadonlySet<string> = new Set(['init', 'ingress', 'health', 'unmanaged', 'none']);
const WORLD: ReadonlySet<string> = new Set(['world', 'world-ipv4', 'world-ipv6']);

function matchesEndpoints(selector: LabelSelector, { namespace }: CiliumPolicy, { peer }: Flow, others: OtherPolicies): Match {
  const keys = keysOf(selector);
  // A reserved identity as a label: what an entity says too, and more.
  if (keys.some((key) => key.startsWith('reserved'))) return peer.pod ? 'no' : 'maybe';
  if (!peer.pod) return peer.carriedByPod;
  const saysWhere = keys.some((key) => key === NAMESPACE || key.startsWith(NAMESPACE_LABELS));
  const where = saysWhere || namespace === undefined ? 'yes' : matchOf(peer.pod.namespace === namespace);
  return every([where, selectsEndpoint(selector, peer.pod, others)]);
}

const NAMESPACE = 'io.kubernetes.pod.namespace';
const NAMESPACE_LABELS = 'io.cilium.k8s.namespace.labels.';

function keysOf({ matchLabels, matchExpressions }: LabelSelector): string[] {
  return [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)].map(bare);
}

/** Labels have a source in front; ours are all from Kubernetes. */
const bare = (key: string): string => key.replace(/^(?:k8s|any)[:.](?=.)/, '');

/** Its own labels, its namespace's under a prefix, and others that Cilium adds and that are not known. */
function selectsEndpoint(selector: LabelSelector, pod: { namespace: string; labels: KnownLabels }, others: OtherPolicies): Match {
  const ofNamespace = others.namespaceLabels(pod.namespace);
  const labels = new Map<string, string>([
    ...Object.entries(pod.labels.labels),
    [NAMESPACE, pod.namespace],
    ...Object.entries(ofNamespace.labels).map(([key, value]): [string, string] => [`${NAMESPACE_LABELS}${key}`, value]),
  ]);
  const completeFor = (key: string): boolean => {
    if (key.startsWith(NAMESPACE_LABELS)) return ofNamespace.complete;
    return pod.labels.complete && !key.startsWith('io.cilium.');
  };
  const one = (key: string, part: LabelSelector): Match => {
    const value = labels.get(bare(key));
    return selectsKnown(part, { labels: value === undefined ? {} : { [key]: value }, complete: completeFor(bare(key)) });
  };
  return every([
    ...Object.entries(selector.matchLabels).map(([key, value]) => one(key, { matchLabels: { [key]: value }, matchExpressions: [] })),
    ...selector.matchExpressions.map((expression) => one(expression.key, { matchLabels: {}, matchExpressions: [expression] })),
  ]);
}

function matchesPort({ protocol, port, endPort }: CiliumPort, flow: Flow): Match {
  if (protocol !== 'ANY' && protocol !== flow.protocol) return 'no';
  if (port === 0) return 'yes';
  if (flow.port === undefined) return 'maybe';
  const number = flow.port;
  if (typeof port === 'string') {
    const known = portsAt(flow).some((own) => own.name === port && own.protocol === flow.protocol && own.port === number);
    return known ? 'yes' : 'no';
  }
  return matchOf(port === number || (endPort !== undefined && port <= number && number <= endPort));
}
