import { identityOf, listOf, objectOf, portOf, textOf, textsOf, unreadable } from '../../kube/fields.ts';
import type { Raw } from '../../kube/raw.ts';
import type { Direction } from './flow.ts';
import { type LabelSelector, readLabelSelector } from './label-selector.ts';
import type { Block } from './match.ts';
import { cidrOf } from './network-policy.ts';

export interface CiliumPolicies {
  /** Its kinds are served: the network is Cilium's, as far as can be told. */
  readonly served: boolean;
  readonly policies: readonly CiliumPolicy[];
}

/** One rule of a CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy (cilium.io/v2): `spec`, or one of `specs`. */
export interface CiliumPolicy {
  /** `CiliumNetworkPolicy harbour/keep-out`. */
  readonly title: string;
  /** Undefined: clusterwide. */
  readonly namespace?: string;
  /** Undefined: it selects nodes, and no pod. */
  readonly endpointSelector?: LabelSelector;
  readonly ingress: CiliumSection;
  readonly egress: CiliumSection;
  /** A field that is not evaluated here, and can change everything: an order or a tier of Cilium 1.19 and later. */
  readonly unclear?: string;
}

export interface CiliumSection {
  /** What it selects is closed but for what some rule admits. */
  readonly defaultDeny: boolean;
  readonly allow: readonly CiliumRule[];
  readonly deny: readonly CiliumRule[];
}

export interface CiliumRule {
  /** Undefined: by no field of the kind. An empty list selects nothing. */
  readonly endpoints?: readonly LabelSelector[];
  readonly entities?: readonly string[];
  readonly blocks?: readonly Block[];
  /** Undefined: all. */
  readonly ports?: readonly CiliumPort[];
  /** A field that narrows it, and is not evaluated here: `toServices`, `http`. */
  readonly unclear?: string;
}

export interface CiliumPort {
  /** `ANY`, `TCP`, `UDP`, … */
  readonly protocol: string;
  /** 0: all. */
  readonly port: number | string;
  readonly endPort?: number;
}

/** @throws UnreadableError: with one value unknown nothing is known of what it does. */
export function readCiliumPolicy(kind: string, raw: unknown): readonly CiliumPolicy[] {
  const { namespace, name } = identityOf(raw);
  const { spec, specs } = objectOf(raw, 'the object', unreadable);
  const all = [...(spec === undefined || spec === null ? [] : [spec]), ...listOf(specs, 'specs', unreadable)];
  const title = `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
  return all.map((one) => ({ title, ...(namespace !== '' && { namespace }), ...readSpec(one) }));
}

const SPEC_FIELDS: ReadonlySet<string> = new Set([
  ...['endpointSelector', 'nodeSelector', 'enableDefaultDeny', 'labels', 'description', 'log'],
  ...['ingress', 'ingressDeny', 'egress', 'egressDeny'],
]);

function readSpec(raw: unknown): Omit<CiliumPolicy, 'title' | 'namespace'> {
  const spec = objectOf(raw, 'spec', unreadable);
  const strange = Object.keys(spec).find((field) => !SPEC_FIELDS.has(field));
  return {
    ...(spec.endpointSelector !== undefined &&
      spec.endpointSelector !== null && { endpointSelector: readLabelSelector(spec.endpointSelector, 'spec.endpointSelector') }),
    ingress: readSection(spec, 'ingress'),
    egress: readSection(spec, 'egress'),
    ...(strange !== undefined && { unclear: strange }),
  };
}

function readSection(spec: Raw, direction: Direction): CiliumSection {
  const allow = listOf(spec[direction], `spec.${direction}`, unreadable).map((rule) => readRule(rule, direction));
  const deny = listOf(spec[`${direction}Deny`], `spec.${direction}Deny`, unreadable).map((rule) => readRule(rule, direction));
  const { [direction]: said } = objectOf(spec.enableDefaultDeny, 'spec.enableDefaultDeny', unreadable);
  return { defaultDeny: typeof said === 'boolean' ? said : allow.length + deny.length > 0, allow, deny };
}

/** Those that are read, by direction; any other makes the rule unclear. */
const RULE_FIELDS: Readonly<Record<Direction, readonly [endpoints: string, cidr: string, cidrSet: string, entities: string]>> = {
  ingress: ['fromEndpoints', 'fromCIDR', 'fromCIDRSet', 'fromEntities'],
  egress: ['toEndpoints', 'toCIDR', 'toCIDRSet', 'toEntities'],
};

function readRule(raw: unknown, direction: Direction): CiliumRule {
  const at = `spec.${direction}`;
  const rule = objectOf(raw, at, unreadable);
  const fields = RULE_FIELDS[direction];
  const [endpoints, cidr, cidrSet, entities] = fields;
  const strange = Object.keys(rule).find((field) => field !== 'toPorts' && !fields.includes(field));
  const blocks: readonly ReadBlock[] = [
    ...textsOf(rule[cidr], `${at}.${cidr}`, unreadable).map((one) => ({ cidr: cidrOf(blockOf(one), `${at}.${cidr}`), except: [] })),
    ...listOf(rule[cidrSet], `${at}.${cidrSet}`, unreadable).map((one) => readBlock(one, `${at}.${cidrSet}`)),
  ];
  const ports = readPorts(rule.toPorts, `${at}.toPorts`);
  const unclear = strange ?? ports.unclear ?? blocks.find((block) => block.unclear !== undefined)?.unclear;
  return {
    ...(isSet(rule[endpoints]) && {
      endpoints: listOf(rule[endpoints], `${at}.${endpoints}`, unreadable).map((one) => readLabelSelector(one, `${at}.${endpoints}`)),
    }),
    ...(isSet(rule[entities]) && { entities: textsOf(rule[entities], `${at}.${entities}`, unreadable) }),
    ...((isSet(rule[cidr]) || isSet(rule[cidrSet])) && { blocks }),
    ...(ports.list && { ports: ports.list }),
    ...(unclear !== undefined && { unclear }),
  };
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** A plain address is a block of one. */
const blockOf = (text: string): string => (text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);

interface ReadBlock extends Block {
  readonly unclear?: string;
}

function readBlock(raw: unknown, at: string): ReadBlock {
  const { cidr, except, ...rest } = objectOf(raw, at, unreadable);
  const [strange] = Object.keys(rest);
  // By a group of addresses, or by labels that Cilium gives to addresses.
  if (cidr === undefined) return { cidr: '0.0.0.0/0', except: [], unclear: strange ?? 'cidr' };
  return {
    cidr: cidrOf(cidr, `${at}.cidr`),
    except: textsOf(except, `${at}.except`, unreadable).map((one) => cidrOf(one, `${at}.except`)),
  };
}

function readPorts(raw: unknown, at: string): { list?: readonly CiliumPort[]; unclear?: string } {
  const entries = listOf(raw, at, unreadable).map((entry) => objectOf(entry, at, unreadable));
  if (entries.length === 0) return {};
  const unclear = entries.map(narrowing).find((one) => one !== undefined);
  // An entry without ports is for all of them.
  const list = entries.flatMap(({ ports }) => {
    const own = listOf(ports, `${at}.ports`, unreadable);
    return own.length === 0 ? [{ protocol: 'ANY', port: 0 }] : own.map((port) => readPort(port, `${at}.ports`));
  });
  return { list, ...(unclear !== undefined && { unclear }) };
}

/** What narrows an entry beyond its ports. A rule for DNS that allows every name narrows nothing. */
function narrowing({ ports: _, rules, ...rest }: Raw): string | undefined {
  const [strange] = Object.keys(rest);
  const { dns, ...others } = objectOf(rules, 'rules', unreadable);
  const [layer7] = Object.keys(others);
  const patterns = listOf(dns, 'rules.dns', unreadable).map((rule) => objectOf(rule, 'rules.dns', unreadable).matchPattern);
  return strange ?? layer7 ?? (patterns.length > 0 && !patterns.includes('*') ? 'dns' : undefined);
}

function readPort(raw: unknown, at: string): CiliumPort {
  const { port, endPort, protocol } = objectOf(raw, at, unreadable);
  const text = textOf(port, `${at}.port`, unreadable) ?? '0';
  const last = endPort === 0 ? undefined : portOf(endPort, `${at}.endPort`, unreadable);
  return {
    protocol: textOf(protocol, `${at}.protocol`, unreadable) ?? 'ANY',
    port: /^\d+$/.test(text) ? Number(text) : text,
    ...(last !== undefined && { endPort: last }),
  };
}
