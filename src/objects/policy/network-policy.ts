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
import { type LabelSelector, readLabelSelector } from './label-selector.ts';

/** What matters of a NetworkPolicy (networking.k8s.io/v1) for traffic into pods. */
export interface PolicyRecord {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** It isolates the selected pods for ingress: its policyTypes, stored or defaulted, contain Ingress. */
  readonly ingress: boolean;
  readonly rules: readonly IngressRule[];
  /** Unix milliseconds. */
  readonly createdAt?: number;
  readonly writer?: Writer;
}

export interface IngressRule {
  /** Undefined = all ports. */
  readonly ports?: readonly PolicyPort[];
  /** Undefined = all sources. */
  readonly from?: readonly PolicyPeer[];
}

export interface PolicyPort {
  readonly protocol: string;
  /** Undefined = all ports of the protocol; a string names a container port of the pod. */
  readonly port?: number | string;
  readonly endPort?: number;
}

export interface PolicyPeer {
  readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] };
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
  const { podSelector, policyTypes, ingress } = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', unreadable);
  const types = textsOf(policyTypes, 'spec.policyTypes', unreadable);
  const createdAt = timeOf(metadata.creationTimestamp, 'metadata.creationTimestamp', refuse);
  const writer = lastWriter(metadata.managedFields, []);
  return {
    namespace,
    name,
    podSelector: readLabelSelector(podSelector, 'spec.podSelector'),
    // Without types it is an ingress policy, whatever else it is.
    ingress: types.length === 0 || types.includes('Ingress'),
    rules: listOf(ingress, 'spec.ingress', unreadable).map(readRule),
    ...(createdAt !== undefined && { createdAt }),
    ...(writer && { writer }),
  };
}

/** An empty list of ports or sources means all of them, as a missing one does. */
function readRule(raw: unknown): IngressRule {
  const rule = objectOf(raw, 'spec.ingress', unreadable);
  const ports = listOf(rule.ports, 'spec.ingress.ports', unreadable);
  const from = listOf(rule.from, 'spec.ingress.from', unreadable);
  return {
    ...(ports.length > 0 && { ports: ports.map(readPort) }),
    ...(from.length > 0 && { from: from.map(readPeer) }),
  };
}

function readPort(raw: unknown): PolicyPort {
  const { protocol, port, endPort } = objectOf(raw, 'spec.ingress.ports', unreadable);
  const first =
    typeof port === 'string' ? textOf(port, 'spec.ingress.ports.port', unreadable) : portOf(port, 'spec.ingress.ports.port', unreadable);
  const last = countOf(endPort, 'spec.ingress.ports.endPort', unreadable);
  return {
    protocol: textOf(protocol, 'spec.ingress.ports.protocol', unreadable) ?? 'TCP',
    ...(first !== undefined && { port: first }),
    ...(last !== undefined && { endPort: last }),
  };
}

function readPeer(raw: unknown): PolicyPeer {
  const { ipBlock, podSelector, namespaceSelector } = objectOf(raw, 'spec.ingress.from', unreadable);
  return {
    ...(ipBlock !== undefined && ipBlock !== null && { ipBlock: readBlock(ipBlock) }),
    ...(podSelector !== undefined &&
      podSelector !== null && { podSelector: readLabelSelector(podSelector, 'spec.ingress.from.podSelector') }),
    ...(namespaceSelector !== undefined &&
      namespaceSelector !== null && { namespaceSelector: readLabelSelector(namespaceSelector, 'spec.ingress.from.namespaceSelector') }),
  };
}

function readBlock(raw: unknown): { cidr: string; except: readonly string[] } {
  const { cidr, except } = objectOf(raw, 'spec.ingress.from.ipBlock', unreadable);
  return {
    cidr: cidrOf(cidr, 'spec.ingress.from.ipBlock.cidr'),
    except: textsOf(except, 'spec.ingress.from.ipBlock.except', unreadable).map((one) => cidrOf(one, 'spec.ingress.from.ipBlock.except')),
  };
}

function cidrOf(value: unknown, field: string): string {
  const text = textOf(value, field, unreadable);
  return text !== undefined && ipaddr.isValidCIDR(text) ? text : (unreadable(field, value, 'a CIDR such as 10.0.0.0/8') ?? '');
}

/** What an edit changed for ingress, in words; undefined when nothing did. */
export function policyChange(before: PolicyRecord, after: PolicyRecord): string | undefined {
  const said: string[] = [];
  const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  if (differs(before.podSelector, after.podSelector)) said.push('podSelector');
  if (before.ingress !== after.ingress) said.push(after.ingress ? 'now isolates for ingress' : 'no longer isolates for ingress');
  if (differs(before.rules, after.rules)) said.push(`ingress rules (${before.rules.length} → ${after.rules.length})`);
  return said.length > 0 ? `changed: ${said.join(', ')}` : undefined;
}
