import type { NodeFacts, PolicyFacts } from '../../domain/snapshot.ts';
import { adminSelects, adminTier } from './admin-tier.ts';
import { ADMIN_ORDER, BASELINE_ORDER, calicoSelects, calicoTiers, type OrderedTier } from './calico.ts';
import { ciliumSelects, unionTier } from './cilium.ts';
import type { Direction, Flow, Peer, PolicyPod, Protocol } from './flow.ts';
import { nameOf } from './isolation.ts';
import { selects } from './label-selector.ts';
import type { Match } from './match.ts';
import type { PolicyRecord } from './network-policy.ts';
import { type Answer, inTurn, type Outcome, type Possible, settle } from './outcome.ts';
import { NO_OTHERS, type OtherPolicies, type PolicyWorld } from './world.ts';

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

export interface BackendPods {
  /** Of the backend's namespace. */
  readonly policies: readonly PolicyRecord[];
  /** Policies of other kinds; missing: there are none. */
  readonly others?: OtherPolicies;
  /** Backend pods. */
  readonly pods: readonly PolicyPod[];
}

export interface PolicyQuestion extends BackendPods {
  /** Port on the pod, after the Service's translation: a number, or the name of a container port. */
  readonly port: number | string | undefined;
  readonly sources: PolicySources;
  readonly nodes: readonly NodeFacts[];
}

/** Something that the backend must reach. */
export interface Destination {
  /** Its addresses. Empty: it is not known where it is. */
  readonly peers: readonly Peer[];
  /** As it is told while there is no peer: `the cluster's DNS`. */
  readonly words: string;
  readonly port: number | undefined;
  readonly protocol: Protocol;
  /** One that is not reached is enough to fail: connections are spread over them. Else all of them must be blocked. */
  readonly each: boolean;
}

export type PolicyVerdict = Pick<PolicyFacts, 'verdict' | 'why' | 'selecting'>;

/**
 * May kube-apiservers reach the backend's pods, as far as policies go? Tiers as network-policy-api defines them: policies of the administrator,
 * then NetworkPolicies, then the administrator's baseline; Cilium's policies and NetworkPolicies are one set, Calico's have tiers and
 * orders of their own. Traffic from the pod's own node is always allowed. What cannot be known is `undetermined`: overlay networks may
 * rewrite a node's address to one of the pod network, tunnels send from pods.
 */
export function evaluatePolicies(question: PolicyQuestion): PolicyVerdict {
  const { pods, port, sources, nodes } = question;
  const selecting = selectingFor('ingress', question);
  const open = withoutPolicies('ingress', question, selecting);
  if (open) return { ...open, selecting };
  const world = worldOf(question);
  const answers = peersOf(sources, nodes).map((peer) =>
    pods.map((pod) =>
      judge({ direction: 'ingress', pod, peer, port: portNumber(port, pod), protocol: 'TCP', portWords: `${port ?? '?'}` }, world),
    ),
  );
  return { ...combine(answers, sources.certain), selecting };
}

/** May the backend's pods reach what they need, as far as policies go? */
export function evaluateEgress(
  backend: BackendPods,
  { peers, words, port, protocol, each }: Destination,
): Pick<PolicyVerdict, 'verdict' | 'why'> {
  const open = withoutPolicies('egress', backend, selectingFor('egress', backend));
  if (open) return open;
  const world = worldOf(backend);
  const ends = peers.length > 0 ? peers : [{ words, carriedByPod: 'maybe', apiserver: false } as const];
  const portWords = `${port ?? '?'}/${protocol}`;
  const answers = ends.map((peer) =>
    backend.pods.map((pod) => judge({ direction: 'egress', pod, peer, port, protocol, portWords }, world)),
  );
  return combine(answers, each);
}

function withoutPolicies(direction: Direction, { policies, pods }: BackendPods, selecting: readonly string[]) {
  if (pods.length === 0) {
    if (policies.every((policy) => !policy[direction]) && selecting.length === 0)
      return { verdict: 'admits', why: `no NetworkPolicy of the namespace isolates pods for ${direction}` } as const;
    return { verdict: 'undetermined', why: 'there is no backend pod that a NetworkPolicy could select' } as const;
  }
  if (selecting.length > 0) return undefined;
  const what = direction === 'ingress' ? '' : ' for egress';
  return { verdict: 'admits', why: `no NetworkPolicy selects a backend pod${what}` } as const;
}

/** NetworkPolicies by name, others with their kind; without pods those of other kinds that could. */
function selectingFor(direction: Direction, { policies, others = NO_OTHERS, pods }: BackendPods): string[] {
  const concerns = (selected: (pod: PolicyPod) => Match): boolean => pods.length === 0 || pods.some((pod) => selected(pod) !== 'no');
  const { admin, cilium, calico } = others;
  return [
    ...policies.filter((policy) => policy[direction] && pods.some(({ labels }) => selects(policy.podSelector, labels))).map(nameOf),
    ...admin
      .filter((policy) => policy[direction].length > 0 && concerns((pod) => adminSelects(policy, pod, others.namespaceLabels)))
      .map(({ title }) => title),
    ...cilium.policies
      .filter((policy) => isAny(policy[direction]) && concerns((pod) => ciliumSelects(policy, pod, others)))
      .map(({ title }) => title),
    ...calico.policies
      .filter((policy) => policy[direction] && concerns((pod) => calicoSelects(policy, pod, others)))
      .map(({ title }) => title),
  ].sort();
}

const isAny = ({ defaultDeny, allow, deny }: OtherPolicies['cilium']['policies'][number]['ingress']): boolean =>
  defaultDeny || allow.length + deny.length > 0;

const worldOf = ({ policies, others = NO_OTHERS }: BackendPods): PolicyWorld => ({ networkPolicies: policies, others });

/** Kube-apiservers as senders. */
function peersOf({ addresses, tunnel }: PolicySources, nodes: readonly NodeFacts[]): readonly Peer[] {
  if (addresses.length === 0) return [{ words: 'the kube-apiserver', carriedByPod: carried(tunnel, undefined), apiserver: true }];
  return [...new Set(addresses)].map((address) => {
    const node = nodes.find((known) => known.addresses.includes(address))?.name;
    return {
      words: `the kube-apiserver (${address})`,
      address,
      ...(node !== undefined && { node }),
      carriedByPod: carried(tunnel, node),
      apiserver: true,
    };
  });
}

function carried(tunnel: PolicySources['tunnel'], node: string | undefined): Match {
  if (tunnel === 'unknown') return node === undefined ? 'maybe' : 'no';
  return tunnel === 'present' ? 'maybe' : 'no';
}

function portNumber(port: number | string | undefined, pod: PolicyPod): number | undefined {
  if (typeof port !== 'string') return port;
  return pod.ports.find(({ name, protocol }) => name === port && protocol === 'TCP')?.port;
}

function judge(flow: Flow, world: PolicyWorld): Answer {
  const { pod, peer, direction } = flow;
  const end: Outcome = { is: 'admitted', why: `no NetworkPolicy selects pod ${pod.name}${direction === 'egress' ? ' for egress' : ''}` };
  const [first, ...more] = stacksOf(world).map((tiers) =>
    settle(
      inTurn(
        tiers.map((tier) => () => tier(flow)),
        end,
      ),
    ),
  );
  const answer = first ?? settle([end]);
  if (answer.why === end.why) return answer;
  if (pod.hostNetwork)
    return { is: 'unknown', why: `pod ${pod.name} is in the host network, where most CNIs do not apply NetworkPolicies` };
  if (direction === 'ingress' && peer.node !== undefined && peer.node === pod.node)
    return { is: 'admitted', why: `pod ${pod.name} is on the kube-apiserver's own node ${pod.node}` };
  const other = more.find(({ is }) => is !== answer.is);
  if (!other) return answer;
  return { is: 'unknown', why: `policies of two networks: by those of Cilium ${answer.why}; by those of Calico ${other.why}` };
}

type Tier = (flow: Flow) => Possible;

/** The tiers in the order in which a network asks them; two where policies of two networks are left, for one of them enforces its own. */
function stacksOf(world: PolicyWorld): readonly (readonly Tier[])[] {
  const { cilium, calico } = world.others;
  const admin: Tier = (flow) => adminTier('admin', flow, world.others);
  const baseline: Tier = (flow) => adminTier('baseline', flow, world.others);
  const union: readonly Tier[] = [admin, (flow) => unionTier(flow, world), baseline];
  if (calico.policies.length === 0) return [union];
  const ordered: OrderedTier[] = [
    ...calicoTiers(world),
    { order: ADMIN_ORDER, decide: admin },
    { order: BASELINE_ORDER, decide: baseline },
  ];
  const tiers = ordered.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0)).map(({ decide }) => decide);
  return cilium.policies.length === 0 ? [tiers] : [union, tiers];
}

/** @param answers by peer, then by pod. */
function combine(answers: readonly (readonly Answer[])[], each: boolean): Pick<PolicyVerdict, 'verdict' | 'why'> {
  const all = answers.flat();
  const whyOf = (is: Answer['is']): string[] => [...new Set(all.filter((answer) => answer.is === is).map(({ why }) => why))];
  if (all.every(({ is }) => is === 'admitted')) return { verdict: 'admits', why: join(whyOf('admitted')) };
  const isBlocked = (ofPeer: readonly Answer[]): boolean => ofPeer.every(({ is }) => is === 'blocked');
  // One kube-apiserver that reaches no pod fails for its users; of mere candidates all must be blocked.
  if (each ? answers.some(isBlocked) : answers.every(isBlocked)) return { verdict: 'blocks', why: join(whyOf('blocked')) };
  return { verdict: 'undetermined', why: join([...whyOf('unknown'), ...whyOf('blocked'), ...whyOf('admitted')]) };
}

const join = (reasons: readonly string[]): string =>
  reasons.slice(0, 3).join('; ') + (reasons.length > 3 ? `; and ${reasons.length - 3} more` : '');
