import { countOf, identityOf, listOf, objectOf, portOf, textOf, textsOf, unreadable } from '../../kube/fields.ts';
import type { Raw } from '../../kube/raw.ts';
import type { Direction } from './flow.ts';
import { EVERYTHING, type LabelSelector, readLabelSelector } from './label-selector.ts';
import { cidrOf } from './network-policy.ts';

/**
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1) and ClusterNetworkPolicy (v1alpha2, sig-network's
 * network-policy-api 0.2 and later), as one: they differ in names of fields only.
 */
export interface AdminPolicy {
  /** `ClusterNetworkPolicy keep-out`. */
  readonly title: string;
  /** Before all NetworkPolicies, or after them for pods that none of them selects. */
  readonly tier: 'admin' | 'baseline';
  /** The lowest comes first. */
  readonly priority: number;
  readonly subject: PodSelection;
  readonly ingress: readonly AdminRule[];
  readonly egress: readonly AdminRule[];
}

export interface PodSelection {
  readonly namespaces: LabelSelector;
  readonly pods: LabelSelector;
}

export interface AdminRule {
  readonly name: string;
  readonly action: 'accept' | 'deny' | 'pass';
  readonly peers: readonly AdminPeer[];
  /** Undefined: all. */
  readonly ports?: readonly AdminPort[];
}

export type AdminPeer =
  | { readonly kind: 'pods'; readonly selects: PodSelection }
  | { readonly kind: 'nodes'; readonly selects: LabelSelector }
  | { readonly kind: 'networks'; readonly cidrs: readonly string[] }
  | { readonly kind: 'domains' }
  /** A field of a newer version: implementations are to fail closed, and nobody knows whether they do. */
  | { readonly kind: 'unknown' };

export type AdminPort =
  /** First and last undefined: every port of the protocol. */
  { readonly protocol: string; readonly first?: number; readonly last?: number } | { readonly named: string };

/** @throws UnreadableError: with one value unknown nothing is known of what it does. */
export function readAdminPolicy(kind: string, raw: unknown): AdminPolicy {
  const { name } = identityOf(raw);
  const spec = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', unreadable);
  return {
    title: `${kind} ${name}`,
    tier: kind === 'BaselineAdminNetworkPolicy' || spec.tier === 'Baseline' ? 'baseline' : 'admin',
    priority: countOf(spec.priority, 'spec.priority', unreadable) ?? 0,
    subject: readSubject(spec.subject),
    ingress: listOf(spec.ingress, 'spec.ingress', unreadable).map((rule) => readRule(rule, 'ingress')),
    egress: listOf(spec.egress, 'spec.egress', unreadable).map((rule) => readRule(rule, 'egress')),
  };
}

function readSubject(raw: unknown): PodSelection {
  const subject = objectOf(raw, 'spec.subject', unreadable);
  return selectionOf(subject, 'spec.subject') ?? unreadable('spec.subject', raw, 'namespaces or pods') ?? ALL_PODS;
}

const ALL_PODS: PodSelection = { namespaces: EVERYTHING, pods: EVERYTHING };

function selectionOf({ namespaces, pods }: Raw, at: string): PodSelection | undefined {
  if (isSet(namespaces)) return { namespaces: readLabelSelector(namespaces, `${at}.namespaces`), pods: EVERYTHING };
  if (!isSet(pods)) return undefined;
  const { namespaceSelector, podSelector } = objectOf(pods, `${at}.pods`, unreadable);
  return {
    namespaces: readLabelSelector(namespaceSelector, `${at}.pods.namespaceSelector`),
    pods: readLabelSelector(podSelector, `${at}.pods.podSelector`),
  };
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

const ACTIONS = new Map<unknown, AdminRule['action']>([
  ['Allow', 'accept'],
  ['Accept', 'accept'],
  ['Deny', 'deny'],
  ['Pass', 'pass'],
]);

function readRule(raw: unknown, direction: Direction): AdminRule {
  const at = `spec.${direction}`;
  const rule = objectOf(raw, at, unreadable);
  const action = ACTIONS.get(rule.action) ?? unreadable(`${at}.action`, rule.action, 'Accept, Allow, Deny or Pass') ?? 'deny';
  const peers = listOf(direction === 'ingress' ? rule.from : rule.to, `${at}.${direction === 'ingress' ? 'from' : 'to'}`, unreadable);
  const ports = [
    ...listOf(rule.ports, `${at}.ports`, unreadable).map((port) => readPort(port, `${at}.ports`)),
    ...listOf(rule.protocols, `${at}.protocols`, unreadable).map((port) => readProtocol(port, `${at}.protocols`)),
  ];
  return {
    name: textOf(rule.name, `${at}.name`, unreadable) ?? '',
    action,
    peers: peers.map((peer) => readPeer(peer, `${at}.${direction === 'ingress' ? 'from' : 'to'}`)),
    ...(ports.length > 0 && { ports }),
  };
}

function readPeer(raw: unknown, at: string): AdminPeer {
  const peer = objectOf(raw, at, unreadable);
  const selects = selectionOf(peer, at);
  if (selects) return { kind: 'pods', selects };
  if (isSet(peer.nodes)) return { kind: 'nodes', selects: readLabelSelector(peer.nodes, `${at}.nodes`) };
  if (isSet(peer.networks))
    return { kind: 'networks', cidrs: textsOf(peer.networks, `${at}.networks`, unreadable).map((cidr) => cidrOf(cidr, `${at}.networks`)) };
  return { kind: isSet(peer.domainNames) ? 'domains' : 'unknown' };
}

/** v1alpha1: `portNumber`, `portRange`, `namedPort`. */
function readPort(raw: unknown, at: string): AdminPort {
  const { portNumber, portRange, namedPort } = objectOf(raw, at, unreadable);
  const named = textOf(namedPort, `${at}.namedPort`, unreadable);
  if (named !== undefined) return { named };
  const { protocol, port, start, end } = objectOf(portNumber ?? portRange, `${at}.portNumber`, unreadable);
  return {
    protocol: textOf(protocol, `${at}.protocol`, unreadable) ?? 'TCP',
    ...rangeOf(port ?? start, port ?? end, at),
  };
}

/** v1alpha2: `tcp`, `udp` and `sctp` with a `destinationPort`, or `destinationNamedPort`. */
function readProtocol(raw: unknown, at: string): AdminPort {
  const entry = objectOf(raw, at, unreadable);
  const named = textOf(entry.destinationNamedPort, `${at}.destinationNamedPort`, unreadable);
  if (named !== undefined) return { named };
  const protocol = ['tcp', 'udp', 'sctp'].find((one) => isSet(entry[one]));
  if (protocol === undefined) return unreadable(at, raw, 'tcp, udp, sctp or destinationNamedPort') ?? { protocol: 'TCP' };
  const { destinationPort } = objectOf(entry[protocol], `${at}.${protocol}`, unreadable);
  const { number, range } = objectOf(destinationPort, `${at}.${protocol}.destinationPort`, unreadable);
  const { start, end } = objectOf(range, `${at}.${protocol}.destinationPort.range`, unreadable);
  return { protocol: protocol.toUpperCase(), ...rangeOf(number ?? start, number ?? end, at) };
}

function rangeOf(start: unknown, end: unknown, at: string): { first?: number; last?: number } {
  const first = portOf(start, `${at} port`, unreadable);
  const last = portOf(end, `${at} port`, unreadable);
  return { ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
}
