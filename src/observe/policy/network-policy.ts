import type { ResourceSpec } from '../kube/api.ts';
import { lastWriter, type Writer } from '../kube/managed-fields.ts';
import { identityOf, rawArray, rawObject, text, time } from '../kube/raw.ts';
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
    rule: 'networking.k8s.io/networkpolicies: list, watch',
    keepManagers: true,
    project: (raw) => (keeps(identityOf(raw).namespace) ? readNetworkPolicy(raw) : undefined),
  };
}

/** @throws TypeError for an object without a name. */
export function readNetworkPolicy(raw: unknown): PolicyRecord {
  const { metadata, name, namespace } = identityOf(raw);
  const { podSelector, policyTypes, ingress } = rawObject(rawObject(raw).spec);
  const types = rawArray(policyTypes);
  const createdAt = time(metadata.creationTimestamp);
  const writer = lastWriter(metadata.managedFields, []);
  return {
    namespace,
    name,
    podSelector: readLabelSelector(podSelector),
    // Without types it is an ingress policy, whatever else it is.
    ingress: types.length === 0 || types.includes('Ingress'),
    rules: rawArray(ingress).map(readRule),
    ...(createdAt !== undefined && { createdAt }),
    ...(writer && { writer }),
  };
}

/** An empty list of ports or sources means all of them, as a missing one does. */
function readRule(raw: unknown): IngressRule {
  const ports = rawArray(rawObject(raw).ports);
  const from = rawArray(rawObject(raw).from);
  return {
    ...(ports.length > 0 && { ports: ports.map(readPort) }),
    ...(from.length > 0 && { from: from.map(readPeer) }),
  };
}

function readPort(raw: unknown): PolicyPort {
  const { protocol, port, endPort } = rawObject(raw);
  return {
    protocol: text(protocol) ?? 'TCP',
    ...((typeof port === 'number' || typeof port === 'string') && { port }),
    ...(typeof endPort === 'number' && { endPort }),
  };
}

function readPeer(raw: unknown): PolicyPeer {
  const { ipBlock, podSelector, namespaceSelector } = rawObject(raw);
  return {
    ...(ipBlock !== undefined && ipBlock !== null && { ipBlock: readBlock(ipBlock) }),
    ...(podSelector !== undefined && podSelector !== null && { podSelector: readLabelSelector(podSelector) }),
    ...(namespaceSelector !== undefined && namespaceSelector !== null && { namespaceSelector: readLabelSelector(namespaceSelector) }),
  };
}

function readBlock(raw: unknown): { cidr: string; except: string[] } {
  const { cidr, except } = rawObject(raw);
  return { cidr: text(cidr) ?? '', except: rawArray(except).filter((entry): entry is string => typeof entry === 'string') };
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
