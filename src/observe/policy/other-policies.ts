import type { Change, PolicyFacts } from '../../domain/snapshot.ts';
import type { KubeClient } from '../../kube/api.ts';
import { labelsOf, unheard } from '../../kube/fields.ts';
import { rawArray, rawObject } from '../../kube/raw.ts';
import type { PolicySources } from '../../objects/policy/evaluate.ts';
import type { KnownLabels } from '../../objects/policy/label-selector.ts';
import { some } from '../../objects/policy/match.ts';
import { namespaceLabelsByName, type OtherPolicies } from '../../objects/policy/world.ts';
import type { Clock } from '../../source/clock.ts';
import { ruleOf } from '../../source/right.ts';
import { ask, findNamed, type Listed, listAll } from './asking.ts';
import { CILIUM, GROUPS, groupOf, type PolicyGroup, type PolicyKind, type Read, rightTo } from './kinds.ts';
import { changesBetween, type Version, versionOf } from './policy-changes.ts';

/** Pods through which tunnels carry the kube-apiserver's traffic, by the labels that their makers use. */
const TUNNEL_SELECTORS = ['k8s-app=konnectivity-agent', 'app=konnectivity-agent', 'component=tunnel'];
/** With more, a kind is listed for all namespaces at once. */
const MAX_NAMESPACES_ASKED = 10;
const MAX_NAMESPACES_READ = 50;

/** Policies of a namespace's pods by kinds beside NetworkPolicy, as they were read last. */
export interface FoundPolicies {
  readonly policies: OtherPolicies;
  /** Kinds that are there and could not be read, with why. */
  readonly notRead: readonly { readonly kind: string; readonly why: string }[];
}

export interface OtherPolicySource {
  /** Looks again. Never rejects: what can't be asked stays as it was. */
  refresh(namespaces: readonly string[]): Promise<void>;
  /** Undefined = not looked yet. */
  of(namespace: string): FoundPolicies | undefined;
  /** Labels of namespaces, where something selects by them. Never rejects. */
  readNamespaces(names: readonly string[]): Promise<void>;
  readonly tunnel: PolicySources['tunnel'];
  /** Grows with each look. */
  readonly version: number;
}

export interface OtherPolicyOptions {
  readonly clock: Clock;
  /** Called for each policy that is another one than at the look before. @param namespace undefined: it is of all of them. */
  readonly onChange: (change: Change, namespace: string | undefined) => void;
}

export function createOtherPolicies(client: KubeClient, options: OtherPolicyOptions): OtherPolicySource {
  return new PolledPolicies(client, options);
}

/** Collections of one kind by path, with what was made of them. */
interface Collection {
  readonly group: PolicyGroup;
  readonly kind: PolicyKind;
  /** Undefined: every namespace's, or none. */
  readonly namespace: string | undefined;
  readonly state: Listed['state'];
  readonly read: readonly (Read & { readonly namespace?: string })[];
  readonly some: boolean;
  readonly why?: string;
  /** Of a kind that is read. */
  readonly versions: readonly Version[];
}

class PolledPolicies implements OtherPolicySource {
  tunnel: PolicySources['tunnel'] = 'unknown';
  version = 0;
  readonly #client: KubeClient;
  readonly #options: OtherPolicyOptions;
  #found: ReadonlyMap<string, Collection> | undefined;
  #served = new Map<string, readonly PolicyKind[]>();
  #labels = new Map<string, KnownLabels>();

  constructor(client: KubeClient, options: OtherPolicyOptions) {
    this.#client = client;
    this.#options = options;
  }

  async refresh(namespaces: readonly string[]): Promise<void> {
    const now = new Map<string, Collection>();
    for (const group of GROUPS)
      for (const kind of await this.#kindsOf(group))
        for (const [path, namespace] of pathsOf(group, kind, namespaces))
          now.set(path, await this.#collection(path, { group, kind, namespace }));
    if (this.#found) this.#tellChanges(this.#found, now);
    this.#found = now;
    this.tunnel = await lookForTunnel(this.#client);
    this.version += 1;
  }

  of(namespace: string): FoundPolicies | undefined {
    if (!this.#found) return undefined;
    const mine = [...this.#found.values()].filter((one) => one.namespace === undefined || one.namespace === namespace);
    const read = mine.flatMap((one) => one.read.filter((each) => each.namespace === undefined || each.namespace === namespace));
    const sets = mine.filter(({ kind }) => !kind.read);
    return {
      policies: {
        admin: read.flatMap((one) => (one.as === 'admin' ? [one.policy] : [])),
        cilium: { served: this.#isServed(CILIUM), policies: read.flatMap((one) => (one.as === 'cilium' ? one.policies : [])) },
        calico: {
          policies: read.flatMap((one) => (one.as === 'calico' ? [one.policy] : [])),
          tiers: read.flatMap((one) => (one.as === 'tier' ? [one.tier] : [])),
          sets: some(sets.map((one) => (one.some ? 'yes' : one.state === 'ok' || one.state === 'absent' ? 'no' : 'maybe'))),
        },
        namespaceLabels: (name) => this.#labels.get(name) ?? namespaceLabelsByName(name),
      },
      notRead: mine.flatMap(({ kind, why }) => (why !== undefined && kind.read ? [{ kind: kind.kind, why }] : [])),
    };
  }

  async readNamespaces(names: readonly string[]): Promise<void> {
    const now = new Map<string, KnownLabels>();
    for (const name of names.slice(0, MAX_NAMESPACES_READ)) {
      const found = await findNamed(this.#client, '/api/v1/namespaces', name);
      const before = this.#labels.get(name);
      if (found !== undefined) now.set(name, { labels: { ...namespaceLabelsByName(name).labels, ...labelsIn(found) }, complete: true });
      else if (before) now.set(name, before);
    }
    this.#labels = now;
    this.version += 1;
  }

  /** What could not be read, then or now, has not been seen to change. A kind that is not there has no policies. */
  #tellChanges(before: ReadonlyMap<string, Collection>, after: ReadonlyMap<string, Collection>): void {
    for (const [path, { kind, namespace, state, versions }] of after) {
      const was = before.get(path);
      if (!was || !isKnown(was) || state !== 'ok') continue;
      for (const change of changesBetween(kind.kind, was.versions, versions, this.#options.clock()))
        this.#options.onChange(change, namespace ?? namespaceIn(change.object));
    }
  }

  #isServed(path: string): boolean {
    return (this.#served.get(path)?.length ?? 0) > 0;
  }

  /** What can't be asked is as it was before; before anybody could ask it may be there. */
  async #kindsOf(group: PolicyGroup): Promise<readonly PolicyKind[]> {
    if (group.onlyWithout !== undefined && (this.#isServed(group.onlyWithout) || !(await isLocal(this.#client, group)))) return [];
    const answer = await ask(this.#client, group.path);
    if (answer.state === 'failed') return this.#served.get(group.path) ?? group.kinds;
    const names = new Set(answer.state === 'ok' ? rawArray(rawObject(answer.body).resources).map((one) => rawObject(one).name) : []);
    // A group that is there, and does not tell its kinds: all of them may be.
    const kinds = answer.state === 'forbidden' ? group.kinds : group.kinds.filter(({ resource }) => names.has(resource));
    this.#served.set(group.path, kinds);
    return kinds;
  }

  async #collection(path: string, of: Pick<Collection, 'group' | 'kind' | 'namespace'>): Promise<Collection> {
    const listed = await listAll(this.#client, path, of.kind.read ? undefined : 1);
    const before = this.#found?.get(path);
    if (listed.state === 'failed' && before?.state === 'ok') return before;
    const none = { ...of, state: listed.state, read: [], some: false, versions: [] };
    switch (listed.state) {
      case 'ok':
        return {
          ...none,
          some: listed.items.length > 0,
          versions: of.kind.read ? listed.items.flatMap((item) => versionOf(item) ?? []) : [],
          ...readAll(of.kind, listed.items),
        };
      case 'absent':
        return none;
      case 'forbidden':
        return { ...none, why: `${of.kind.kind} may not be listed, which ${ruleOf(rightTo(of.group, [of.kind]))} would open` };
      case 'failed':
        return { ...none, why: `${of.kind.kind} could not be listed: ${listed.why}` };
    }
  }
}

const isKnown = ({ state }: Collection): boolean => state === 'ok' || state === 'absent';

/** Where many namespaces are listed at once: `Kind namespace/name`. */
const namespaceIn = (object: string): string | undefined => /(\S+)\/\S+$/.exec(object)?.[1];

/** One that cannot be read makes the kind one that could not: it may do anything. */
function readAll({ kind, read }: PolicyKind, items: readonly unknown[]): Pick<Collection, 'read' | 'why'> {
  const all: (Read & { readonly namespace?: string })[] = [];
  let why: string | undefined;
  for (const item of items) {
    const { name, namespace } = rawObject(rawObject(item).metadata);
    try {
      const one = read?.(item);
      if (one) all.push({ ...one, ...(typeof namespace === 'string' && namespace !== '' && { namespace }) });
    } catch (error) {
      why ??= `${kind} ${String(name)} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return { read: all, ...(why !== undefined && { why }) };
}

function pathsOf(
  { path }: PolicyGroup,
  { resource, namespaced }: PolicyKind,
  namespaces: readonly string[],
): [string, string | undefined][] {
  if (!namespaced || namespaces.length > MAX_NAMESPACES_ASKED) return [[`${path}/${resource}`, undefined]];
  return namespaces.map((namespace) => [`${path}/namespaces/${namespace}/${resource}`, namespace]);
}

/** An APIService without a Service is served by the kube-apiserver itself: through an aggregated one we would ask what may be failing. */
async function isLocal(client: KubeClient, { path }: PolicyGroup): Promise<boolean> {
  const name = `${path.split('/')[3] ?? ''}.${groupOf(path)}`;
  const found = await findNamed(client, '/apis/apiregistration.k8s.io/v1/apiservices', name);
  return found !== undefined && (rawObject(rawObject(found).spec).service ?? undefined) === undefined;
}

const labelsIn = (namespace: unknown): Readonly<Record<string, string>> =>
  labelsOf(rawObject(rawObject(namespace).metadata).labels, 'metadata.labels', unheard);

async function lookForTunnel(client: KubeClient): Promise<PolicySources['tunnel']> {
  let allAnswered = true;
  for (const selector of TUNNEL_SELECTORS) {
    const answer = await listAll(client, `/api/v1/namespaces/kube-system/pods?labelSelector=${encodeURIComponent(selector)}`, 1);
    if (answer.state === 'ok' && answer.items.length > 0) return 'present';
    if (answer.state !== 'ok') allAnswered = false;
  }
  return allAnswered ? 'absent' : 'unknown';
}

/** With a kind that could not be read nothing is sure: it may decide otherwise. */
export function withNotRead<T extends Pick<PolicyFacts, 'verdict' | 'why'>>(verdict: T, found: FoundPolicies | undefined): T {
  if (!found) return { ...verdict, verdict: 'undetermined', why: `${verdict.why}; other kinds of policies have not been looked for yet` };
  if (found.notRead.length === 0) return verdict;
  const alone = verdict.verdict === 'undetermined' ? verdict.why : `the policies that can be read: ${verdict.verdict} (${verdict.why})`;
  const whys = found.notRead.slice(0, 3).map(({ why }) => why);
  return { ...verdict, verdict: 'undetermined', why: `${alone}; ${whys.join('; ')}: that may decide otherwise` };
}
