import ipaddr from 'ipaddr.js';
import type { ResourceSpec } from '../../kube/api.ts';
import {
  countOf,
  identityOf,
  listOf,
  objectOf,
  portOf,
  type Refuse,
  textOf,
  textsOf,
  timeOf,
  unheard,
  unreadable,
} from '../../kube/fields.ts';
import { lastWriter, type Writer } from '../../kube/managed-fields.ts';
import type { Direction } from './flow.ts';
import { type LabelSelector, readLabelSelector } from './label-selector.ts';
import type { Block } from './match.ts';

/** What matters of a NetworkPolicy (networking.k8s.io/v1). */
export interface PolicyRecord {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** Set where it isolates the selected pods for ingress: its policyTypes, stored or defaulted, contain Ingress. */
  readonly ingress?: readonly PolicyRule[];
  /** The same for egress. */
  readonly egress?: readonly PolicyRule[];
  /** Unix milliseconds. */
  readonly createdAt?: number;
  readonly writer?: Writer;
}

export interface PolicyRule {
  /** Undefined = all ports. */
  readonly ports?: readonly PolicyPort[];
  /** `from` of ingress, `to` of egress. Undefined = all. */
  readonly peers?: readonly PolicyPeer[];
}

export interface PolicyPort {
  readonly protocol: string;
  /** Undefined = all ports of the protocol; a string names a container port of the pod. */
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface PolicyPeer {
  readonly ipBlock?: Block;
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
}

/** @param keeps whether policies of a namespace are of interest; the others are dropped while they are read. */
export function networkPolicies(keeps: (namespace: string) => boolean): ResourceSpec<PolicyRecord> {
  return {
    source: 'network-policies',
    path: '/apis/networking.k8s.io/v1/networkpolicies',
    keepManagers: true,
    project: (raw, refuse = unheard) => (keeps(identityOf(raw).namespace) ? readNetworkPolicy(raw, refuse) : undefined),
  };
}

/**
 * Each of its values can admit or block: with one that is not understood nothing is known of what it does.
 * @throws UnreadableError
 */
export function readNetworkPolicy(raw: unknown, refuse: Refuse = unheard): PolicyRecord {
  const { metadata, name, namespace } = identityOf(raw);
  const spec = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', unreadable);
  const types = textsOf(spec.policyTypes, 'spec.policyTypes', unreadable);
  const ingress = listOf(spec.ingress, 'spec.ingress', unreadable).map((rule) => readRule(rule, 'ingress'));
  const egress = listOf(spec.egress, 'spec.egress', unreadable).map((rule) => readRule(rule, 'egress'));
  const createdAt = timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse);
  const writer = lastWriter(metadata.managedFields, []);
  return {
    namespace,
    name,
    podSelector: readLabelSelector(spec.podSelector, 'spec.podSelector'),
    // Without types it is an ingress policy, whatever else it is, and one for egress where it has such rules.
    ...((types.length === 0 || types.includes('Ingress')) && { ingress }),
    ...((types.length === 0 ? egress.length > 0 : types.includes('Egress')) && { egress }),
    ...(createdAt !== undefined && { createdAt }),
    ...(writer && { writer }),
  };
}

/** An empty list of ports or peers means all of them, as a missing one does. */
function readRule(raw: unknown, direction: Direction): PolicyRule {
  const at = `spec.${direction}`;
  const rule = objectOf(raw, at, unreadable);
  const peersAt = direction === 'ingress' ? 'from' : 'to';
  const ports = listOf(rule.ports, `${at}.ports`, unreadable);
  const peers = listOf(rule[peersAt], `${at}.${peersAt}`, unreadable);
  return {
    ...(ports.length > 0 && { ports: ports.map((port) => readPort(port, `${at}.ports`)) }),
    ...(peers.length > 0 && { peers: peers.map((peer) => readPeer(peer, `${at}.${peersAt}`)) }),
  };
}

function readPort(raw: unknown, at: string): PolicyPort {
  const { protocol, port, endPort } = objectOf(raw, at, unreadable);
  const first = typeof port === 'string' ? textOf(port, `${at}.port`, unreadable) : portOf(port, `${at}.port`, unreadable);
  const last = countOf(endPort, `${at}.endPort`, unreadable);
  return {
    protocol: textOf(protocol, `${at}.protocol`, unreadable) ?? 'TCP',
    ...(first !== undefined && { port: first }),
    ...(last !== undefined && { endPort: last }),
  };
}

function readPeer(raw: unknown, at: string): PolicyPeer {
  const { ipBlock, podSelector, namespaceSelector } = objectOf(raw, at, unreadable);
  return {
    ...(ipBlock !== undefined && ipBlock !== null && { ipBlock: readBlock(ipBlock, `${at}.ipBlock`) }),
    ...(podSelector !== undefined && podSelector !== null && { podSelector: readLabelSelector(podSelector, `${at}.podSelector`) }),
    ...(namespaceSelector !== undefined &&
      namespaceSelector !== null && { namespaceSelector: readLabelSelector(namespaceSelector, `${at}.namespaceSelector`) }),
  };
}

function readBlock(raw: unknown, at: string): Block {
  const { cidr, except } = objectOf(raw, at, unreadable);
  return {
    cidr: cidrOf(cidr, `${at}.cidr`),
    except: textsOf(except, `${at}.except`, unreadable).map((one) => cidrOf(one, `${at}.except`)),
  };
}

export function cidrOf(value: unknown, field: string): string {
  const text = textOf(value, field, unreadable);
  return text !== undefined && ipaddr.isValidCIDR(text) ? text : (unreadable(field, value, 'a CIDR such as 10.0.0.0/8') ?? '');
}

/** What an edit changed for traffic, in words; undefined when nothing did. */
export function policyChange(before: PolicyRecord, after: PolicyRecord): string | undefined {
  const said: string[] = [];
  if (differs(before.podSelector, after.podSelector)) said.push('podSelector');
  for (const direction of ['ingress', 'egress'] as const) said.push(...rulesChange(direction, before[direction], after[direction]));
  return said.length > 0 ? `changed: ${said.join(', ')}` : undefined;
}

type Rules = readonly PolicyRule[] | undefined;

function rulesChange(direction: Direction, before: Rules, after: Rules): string[] {
  const said: string[] = [];
  if ((before === undefined) !== (after === undefined)) said.push(`${after ? 'now' : 'no longer'} isolates for ${direction}`);
  if (differs(before ?? [], after ?? [])) said.push(`${direction} rules (${before?.length ?? 0} → ${after?.length ?? 0})`);
  return said;
}

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
