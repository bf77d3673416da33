import type { CalicoEnd, CalicoPolicy, CalicoRule, CalicoTier, Readable } from './calico-policy.ts';
import { admittedWords, deniedWords, type Flow, notAdmittedWords, portsAt } from './flow.ts';
import { isOfPodNetwork, isolationOf } from './isolation.ts';
import type { KnownLabels } from './label-selector.ts';
import { contains, every, type Match, matchOf, opposite, possibly, some } from './match.ts';
import { type Candidate, firstMatch, type Outcome, type Possible } from './outcome.ts';
import type { OtherPolicies, PolicyWorld } from './world.ts';

/** Where NetworkPolicies, and policies of the administrator, stand among Calico's tiers and orders (documentation: policy tiers). */
const NETWORK_POLICY_ORDER = 1000;
const DEFAULT_TIER: CalicoTier = { name: 'default', order: 1_000_000, end: 'blocked' };
export const ADMIN_ORDER = 1000;
export const BASELINE_ORDER = 10_000_000;
/** Made by Calico out of policies of the administrator; what else stands in them has an order among those that is not known here. */
const KUBERNETES_TIERS: ReadonlySet<string> = new Set(['adminnetworkpolicy', 'baselineadminnetworkpolicy', 'kube-admin', 'kube-baseline']);

export interface OrderedTier {
  readonly order: number;
  readonly decide: (flow: Flow) => Possible;
}

/** Each tier of Calico with what it decides; NetworkPolicies are policies of its tier `default`. */
export function calicoTiers(world: PolicyWorld): readonly OrderedTier[] {
  const { policies, tiers } = world.others.calico;
  const known = tiers.some(({ name }) => name === DEFAULT_TIER.name) ? tiers : [...tiers, DEFAULT_TIER];
  const own = known.filter(({ name }) => !KUBERNETES_TIERS.has(name));
  const homeless = policies.filter(({ tier }) => !own.some(({ name }) => name === tier));
  return [
    // Of a tier of which the place is not known, everything is possible, and first.
    { order: Number.NEGATIVE_INFINITY, decide: (flow) => possiblyDecided(flow, homeless, world) },
    ...own.map((tier) => ({
      order: tier.order ?? Number.POSITIVE_INFINITY,
      decide: (flow: Flow) => tierOf(tier, flow, world),
    })),
  ];
}

function possiblyDecided(flow: Flow, policies: readonly CalicoPolicy[], { others }: PolicyWorld): Possible {
  const candidates = policies.flatMap((policy) => candidatesOf(policy, flow, others).map((one) => ({ policy, one })));
  return firstMatch(
    candidates.map(({ policy, one }) => ({
      ...one,
      matches: possibly(one.matches),
      doubt: `the order of ${policy.title}'s tier ${policy.tier} is not known`,
    })),
    [{ is: 'next', why: '' }],
  );
}

/** In a tier the lowest order comes first, then the name; what a tier selects and does not decide meets its default action. */
function tierOf(tier: CalicoTier, flow: Flow, world: PolicyWorld): Possible {
  const { others } = world;
  const mine = others.calico.policies.filter((policy) => policy.tier === tier.name && policy[flow.direction]);
  const placed = mine.map((policy) => ({
    order: policy.order ?? Number.POSITIVE_INFINITY,
    name: policy.title,
    applies: calicoSelects(policy, flow.pod, others),
    candidates: candidatesOf(policy, flow, others),
  }));
  const isolation = tier.name === DEFAULT_TIER.name ? isolationOf(flow, world) : undefined;
  if (isolation && isolation.own.length > 0)
    placed.push({ order: NETWORK_POLICY_ORDER, name: '', applies: 'yes', candidates: [...isolation.candidates] });
  placed.sort((a, b) => (a.order === b.order ? (a.name < b.name ? -1 : 1) : a.order < b.order ? -1 : 1));
  const applies = some(placed.map((one) => one.applies));
  const by = placed.filter((one) => one.applies !== 'no' && one.name !== '').map(({ name }) => name);
  const end = by.length === 0 && isolation ? isolation.blocked : endOf(tier, flow, by);
  return firstMatch(
    placed.flatMap(({ candidates }) => candidates),
    otherwise(applies, end),
  );
}

function otherwise(applies: Match, end: Outcome): Possible {
  const open: Outcome = { is: 'next', why: '' };
  if (applies === 'no') return [open];
  return applies === 'yes' ? [end] : [{ ...end, doubt: 'whether a policy of Calico selects the pod is not known' }, open];
}

function endOf({ name, end }: CalicoTier, flow: Flow, by: readonly string[]): Outcome {
  const which = by.slice(0, 3).join(', ');
  return {
    is: end,
    why: `${which} isolates pod ${flow.pod.name}${flow.direction === 'egress' ? ' for egress' : ''} in tier ${name}, and ${notAdmittedWords(flow)}`,
  };
}

export function calicoSelects(policy: CalicoPolicy, pod: Flow['pod'], { namespaceLabels }: OtherPolicies): Match {
  if (policy.namespace !== undefined && policy.namespace !== pod.namespace) return 'no';
  const labels = labelsOf({ namespace: pod.namespace, labels: { labels: pod.labels, complete: true } });
  const selected = every([
    ask(policy.selector, labels),
    policy.namespaceSelector.text === '' ? 'yes' : ask(policy.namespaceSelector, namespaceLabels(pod.namespace)),
  ]);
  return policy.byServiceAccount ? possibly(selected) : selected;
}

const ask = ({ selects }: Readable, known: KnownLabels): Match => selects?.(known) ?? 'maybe';

/** Calico adds the namespace, the orchestrator and the ServiceAccount to a pod's labels. */
function labelsOf({ namespace, labels: { labels, complete } }: { namespace: string; labels: KnownLabels }): KnownLabels {
  return { labels: { ...labels, 'projectcalico.org/namespace': namespace, 'projectcalico.org/orchestrator': 'k8s' }, complete };
}

function candidatesOf(policy: CalicoPolicy, flow: Flow, others: OtherPolicies): Candidate[] {
  const applies = calicoSelects(policy, flow.pod, others);
  return (policy[flow.direction] ?? []).flatMap((rule, index) => {
    if (rule.action === 'Log') return [];
    const whole = every([applies, matchesRule(rule, policy, flow, others)]);
    const which = `${flow.direction} rule ${index + 1}`;
    const words = { Allow: admittedWords(flow), Deny: deniedWords(flow), Pass: 'passes it on' }[rule.action];
    return [
      {
        matches: rule.unclear === undefined ? whole : possibly(whole),
        is: IS[rule.action],
        why: `${policy.title} ${words} (${which})`,
        doubt: `${policy.title}, ${which}: ${doubtOf(rule, policy, applies, flow)}`,
      },
    ];
  });
}

const IS = { Allow: 'admitted', Deny: 'blocked', Pass: 'next' } as const;

function doubtOf(rule: CalicoRule, policy: CalicoPolicy, applies: Match, { direction, peer }: Flow): string {
  if (applies === 'maybe')
    return policy.byServiceAccount ? 'it selects ServiceAccounts by labels that are not known' : 'whether it selects the pod is not known';
  if (rule.unclear !== undefined) return `it has ${rule.unclear}, which is not evaluated here`;
  const end = direction === 'ingress' ? rule.source : rule.destination;
  if (end.nets.length > 0) return `whether ${end.nets.join(', ')} matches ${peer.words} depends on how the network rewrites its address`;
  return `whether it selects ${peer.words} is not known: a host endpoint or a set of networks may have its address`;
}

function matchesRule(rule: CalicoRule, policy: CalicoPolicy, flow: Flow, others: OtherPolicies): Match {
  const [own, other] = flow.direction === 'ingress' ? [rule.destination, rule.source] : [rule.source, rule.destination];
  return every([
    rule.protocol === undefined ? 'yes' : matchOf(rule.protocol === flow.protocol),
    rule.notProtocol === undefined ? 'yes' : matchOf(rule.notProtocol !== flow.protocol),
    matchesPorts(rule.destination, flow),
    // A source's port is any: nobody knows which.
    rule.source.ports.length + rule.source.notPorts.length > 0 ? 'maybe' : 'yes',
    matchesOwn(own, flow, others),
    matchesOther(other, policy, flow, others),
  ]);
}

function matchesOwn(end: CalicoEnd, { pod }: Flow, { namespaceLabels }: OtherPolicies): Match {
  const labels = labelsOf({ namespace: pod.namespace, labels: { labels: pod.labels, complete: true } });
  return every([
    ...byNets(end, (net) => (pod.ip === undefined ? 'maybe' : matchOf(contains(net, pod.ip)))),
    end.selector ? ask(end.selector, labels) : 'yes',
    end.notSelector ? opposite(ask(end.notSelector, labels)) : 'yes',
    end.namespaceSelector ? ask(end.namespaceSelector, namespaceLabels(pod.namespace)) : 'yes',
    end.serviceAccounts ? 'maybe' : 'yes',
  ]);
}

function matchesOther(end: CalicoEnd, policy: CalicoPolicy, flow: Flow, others: OtherPolicies): Match {
  return every([...byNets(end, (net) => matchesNet(net, flow)), ...bySelectors(end, policy, flow, others)]);
}

function byNets({ nets, notNets }: CalicoEnd, matches: (net: string) => Match): Match[] {
  return [nets.length > 0 ? some(nets.map(matches)) : 'yes', opposite(some(notNets.map(matches)))];
}

function matchesNet(net: string, flow: Flow): Match {
  const { address, before } = flow.peer;
  if (address === undefined) return 'maybe';
  if (contains(net, address)) return 'yes';
  if (before && contains(net, before.address)) return 'maybe';
  return possibly(matchOf(isOfPodNetwork({ cidr: net, except: [] }, flow)));
}

/** Selectors are for pods; a node has labels only as a host endpoint, and an address only in a set of networks. */
function bySelectors(end: CalicoEnd, policy: CalicoPolicy, { peer }: Flow, { calico, namespaceLabels }: OtherPolicies): Match[] {
  const { selector, notSelector, namespaceSelector, serviceAccounts } = end;
  const asks = selector !== undefined || namespaceSelector !== undefined || serviceAccounts;
  const { pod } = peer;
  if (!pod) return [asks ? some([peer.carriedByPod, possibly(calico.sets)]) : 'yes', notSelector ? opposite(possibly(calico.sets)) : 'yes'];
  const labels = labelsOf(pod);
  const where = namespaceSelector
    ? ask(namespaceSelector, namespaceLabels(pod.namespace))
    : matchOf(policy.namespace === undefined || policy.namespace === pod.namespace);
  return [
    asks ? where : 'yes',
    selector ? ask(selector, labels) : 'yes',
    notSelector ? opposite(ask(notSelector, labels)) : 'yes',
    serviceAccounts ? 'maybe' : 'yes',
  ];
}

function matchesPorts({ ports, notPorts }: CalicoEnd, flow: Flow): Match {
  return every([
    ports.length > 0 ? some(ports.map((port) => matchesPort(port, flow))) : 'yes',
    opposite(some(notPorts.map((port) => matchesPort(port, flow)))),
  ]);
}

function matchesPort(port: number | string, flow: Flow): Match {
  if (flow.port === undefined) return 'maybe';
  const number = flow.port;
  if (typeof port === 'number') return matchOf(port === number);
  const [, first, last] = /^(\d+)(?::(\d+))?$/.exec(port) ?? [];
  if (first !== undefined) return matchOf(Number(first) <= number && number <= Number(last ?? first));
  return matchOf(portsAt(flow).some((own) => own.name === port && own.protocol === flow.protocol && own.port === number));
}
