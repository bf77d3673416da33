import { identityOf, listOf, objectOf, textOf, textsOf, unreadable } from '../../kube/fields.ts';
import type { Raw } from '../../kube/raw.ts';
import { type CalicoSelector, readCalicoSelector } from './calico-selector.ts';
import type { Direction } from './flow.ts';
import type { Match } from './match.ts';

export interface CalicoPolicies {
  readonly policies: readonly CalicoPolicy[];
  readonly tiers: readonly CalicoTier[];
  /** Host endpoints or sets of networks, which a selector may select by labels that are not known here. */
  readonly sets: Match;
}

/** Order of a Tier (the lowest comes first) and what becomes of what it selects and does not decide. */
export interface CalicoTier {
  readonly name: string;
  /** Undefined: after all others. */
  readonly order?: number;
  readonly end: 'blocked' | 'next';
}

/** NetworkPolicy or GlobalNetworkPolicy of Calico (crd.projectcalico.org/v1, projectcalico.org/v3). */
export interface CalicoPolicy {
  /** `Calico NetworkPolicy harbour/keep-out`. */
  readonly title: string;
  /** Undefined: global. */
  readonly namespace?: string;
  readonly tier: string;
  readonly order?: number;
  readonly selector: Readable;
  readonly namespaceSelector: Readable;
  /** It selects by ServiceAccount, of which the labels are not known. */
  readonly byServiceAccount: boolean;
  readonly ingress?: readonly CalicoRule[];
  readonly egress?: readonly CalicoRule[];
}

/** Text as it stands, and what it selects; undefined: cannot be read. */
export interface Readable {
  readonly text: string;
  readonly selects: CalicoSelector | undefined;
}

export interface CalicoRule {
  readonly action: 'Allow' | 'Deny' | 'Pass' | 'Log';
  readonly protocol?: string;
  readonly notProtocol?: string;
  readonly source: CalicoEnd;
  readonly destination: CalicoEnd;
  /** A field that narrows it and is not evaluated here. */
  readonly unclear?: string;
}

export interface CalicoEnd {
  readonly nets: readonly string[];
  readonly notNets: readonly string[];
  readonly selector?: Readable;
  readonly notSelector?: Readable;
  readonly namespaceSelector?: Readable;
  readonly serviceAccounts: boolean;
  /** Numbers, `first:last`, or names of ports. */
  readonly ports: readonly (number | string)[];
  readonly notPorts: readonly (number | string)[];
}

/** @throws UnreadableError: with one value unknown nothing is known of what it does. */
export function readCalicoPolicy(kind: string, raw: unknown): CalicoPolicy | undefined {
  const { namespace, name } = identityOf(raw);
  const spec = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', unreadable);
  // Those two are for host endpoints only.
  if (spec.doNotTrack === true || spec.preDNAT === true) return undefined;
  const order = orderOf(spec.order);
  return {
    title: `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
    ...(namespace !== '' && { namespace }),
    tier: textOf(spec.tier, 'spec.tier', unreadable) ?? 'default',
    ...(order !== undefined && { order }),
    selector: readable(spec.selector, 'spec.selector'),
    namespaceSelector: readable(spec.namespaceSelector, 'spec.namespaceSelector'),
    byServiceAccount: !EVERY.has(textOf(spec.serviceAccountSelector, 'spec.serviceAccountSelector', unreadable) ?? ''),
    ...sectionsOf(spec),
  };
}

const EVERY: ReadonlySet<string> = new Set(['', 'all()']);

/** @throws UnreadableError */
export function readCalicoTier(raw: unknown): CalicoTier {
  const { name } = identityOf(raw);
  const spec = objectOf(objectOf(raw, 'the object', unreadable).spec, 'spec', unreadable);
  const order = orderOf(spec.order);
  return { name, ...(order !== undefined && { order }), end: spec.defaultAction === 'Pass' ? 'next' : 'blocked' };
}

function orderOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : unreadable('spec.order', value, 'a number');
}

/** Without types it is for ingress, unless all of its rules are for egress. */
function sectionsOf(spec: Raw): Pick<CalicoPolicy, 'ingress' | 'egress'> {
  const said = textsOf(spec.types, 'spec.types', unreadable);
  const rulesOf = (direction: Direction): readonly CalicoRule[] =>
    listOf(spec[direction], `spec.${direction}`, unreadable).map((rule) => readRule(rule, direction));
  const [ingress, egress] = [rulesOf('ingress'), rulesOf('egress')];
  const types = said.length > 0 ? said : typesOf(ingress.length, egress.length);
  return { ...(types.includes('Ingress') && { ingress }), ...(types.includes('Egress') && { egress }) };
}

function typesOf(ingress: number, egress: number): readonly string[] {
  if (egress === 0) return ['Ingress'];
  return ingress === 0 ? ['Egress'] : ['Ingress', 'Egress'];
}

const ACTIONS: ReadonlySet<unknown> = new Set(['Allow', 'Deny', 'Pass', 'Log'] satisfies CalicoRule['action'][]);
const RULE_FIELDS: ReadonlySet<string> = new Set(['action', 'protocol', 'notProtocol', 'source', 'destination', 'metadata']);
const END_FIELDS: ReadonlySet<string> = new Set([
  ...['nets', 'notNets', 'selector', 'notSelector', 'namespaceSelector'],
  ...['serviceAccounts', 'ports', 'notPorts'],
]);

function readRule(raw: unknown, direction: Direction): CalicoRule {
  const at = `spec.${direction}`;
  const rule = objectOf(raw, at, unreadable);
  if (!ACTIONS.has(rule.action)) unreadable(`${at}.action`, rule.action, 'Allow, Deny, Pass or Log');
  const [source, destination] = [
    objectOf(rule.source, `${at}.source`, unreadable),
    objectOf(rule.destination, `${at}.destination`, unreadable),
  ];
  const strange =
    Object.keys(rule).find((field) => !RULE_FIELDS.has(field)) ??
    [...Object.keys(source), ...Object.keys(destination)].find((field) => !END_FIELDS.has(field));
  return {
    action: rule.action as CalicoRule['action'],
    ...protocolOf(rule, 'protocol', at),
    ...protocolOf(rule, 'notProtocol', at),
    source: readEnd(source, `${at}.source`),
    destination: readEnd(destination, `${at}.destination`),
    ...(strange !== undefined && { unclear: strange }),
  };
}

const NUMBERS = new Map<unknown, string>([
  [6, 'TCP'],
  [17, 'UDP'],
]);

function protocolOf(rule: Raw, field: 'protocol' | 'notProtocol', at: string): { protocol?: string; notProtocol?: string } {
  const { [field]: value } = rule;
  if (value === undefined || value === null) return {};
  const name = typeof value === 'number' ? (NUMBERS.get(value) ?? String(value)) : (textOf(value, `${at}.${field}`, unreadable) ?? '');
  return { [field]: name.toUpperCase() };
}

function readEnd(end: Raw, at: string): CalicoEnd {
  const portsOf = (field: 'ports' | 'notPorts'): readonly (number | string)[] =>
    listOf(end[field], `${at}.${field}`, unreadable).map((port) =>
      typeof port === 'number' ? port : (textOf(port, `${at}.${field}`, unreadable) ?? ''),
    );
  const selectorOf = (field: 'selector' | 'notSelector' | 'namespaceSelector'): Partial<CalicoEnd> =>
    textOf(end[field], `${at}.${field}`, unreadable) === undefined ? {} : { [field]: readable(end[field], `${at}.${field}`) };
  return {
    nets: textsOf(end.nets, `${at}.nets`, unreadable),
    notNets: textsOf(end.notNets, `${at}.notNets`, unreadable),
    ...selectorOf('selector'),
    ...selectorOf('notSelector'),
    ...selectorOf('namespaceSelector'),
    serviceAccounts: Object.keys(objectOf(end.serviceAccounts, `${at}.serviceAccounts`, unreadable)).length > 0,
    ports: portsOf('ports'),
    notPorts: portsOf('notPorts'),
  };
}

function readable(value: unknown, field: string): Readable {
  const text = textOf(value, field, unreadable, MAX_SELECTOR) ?? '';
  return { text, selects: readCalicoSelector(text) };
}

/** Longer ones are not cut to something else: the reader takes none of this length. */
const MAX_SELECTOR = 10_000;
