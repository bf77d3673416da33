import type { KubeClient } from '../../kube/api.ts';
import { rawArray, rawObject } from '../../kube/raw.ts';
import type { Right } from '../../source/right.ts';

/** A kind of policy beside NetworkPolicy that can admit or block traffic, and that is not evaluated. */
interface OtherKind {
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

interface OtherGroup {
  /** Path of the fixed group and version: discovery as a whole is never asked, so that this works while it is broken. */
  readonly path: string;
  readonly kinds: readonly OtherKind[];
}

const kind = (name: string, resource: string, namespaced: boolean): OtherKind => ({ kind: name, resource, namespaced });

const GROUPS: readonly OtherGroup[] = [
  {
    path: '/apis/cilium.io/v2',
    kinds: [
      kind('CiliumNetworkPolicy', 'ciliumnetworkpolicies', true),
      kind('CiliumClusterwideNetworkPolicy', 'ciliumclusterwidenetworkpolicies', false),
    ],
  },
  {
    path: '/apis/crd.projectcalico.org/v1',
    kinds: [kind('Calico NetworkPolicy', 'networkpolicies', true), kind('Calico GlobalNetworkPolicy', 'globalnetworkpolicies', false)],
  },
  {
    path: '/apis/policy.networking.k8s.io/v1alpha1',
    kinds: [
      kind('AdminNetworkPolicy', 'adminnetworkpolicies', false),
      kind('BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies', false),
    ],
  },
  { path: '/apis/policy.networking.k8s.io/v1alpha2', kinds: [kind('ClusterNetworkPolicy', 'clusternetworkpolicies', false)] },
];

export const RIGHTS_TO_OTHERS: readonly Right[] = GROUPS.map(({ path, kinds }) => ({
  group: path.split('/')[2] ?? '',
  resources: kinds.map(({ resource }) => resource),
  verbs: ['list'],
}));

/** Pods through which tunnels carry the kube-apiserver's traffic, by the labels that their makers use. */
const TUNNEL_SELECTORS = ['k8s-app=konnectivity-agent', 'app=konnectivity-agent', 'component=tunnel'];
/** With more, one object anywhere counts for every namespace: asking stays cheap. */
const MAX_NAMESPACES_ASKED = 10;
const ASK = { timeoutMs: 10_000, maxBytes: 2 * 2 ** 20 };

export interface OtherPolicies {
  /** Looks again. Never rejects: what can't be asked stays as it was. */
  refresh(namespaces: readonly string[]): Promise<void>;
  /** Undefined = not looked yet. Kinds of which objects exist that may concern pods of the namespace, or that may not be listed. */
  notEvaluated(namespace: string): readonly string[] | undefined;
  readonly tunnel: 'present' | 'absent' | 'unknown';
}

export function createOtherPolicies(client: KubeClient): OtherPolicies {
  return new LookedForPolicies(client);
}

/** Names of the kinds, by namespace. */
type Found = ReadonlyMap<string, readonly string[]>;

class LookedForPolicies implements OtherPolicies {
  tunnel: OtherPolicies['tunnel'] = 'unknown';
  readonly #client: KubeClient;
  #found: Found | undefined;

  constructor(client: KubeClient) {
    this.#client = client;
  }

  async refresh(namespaces: readonly string[]): Promise<void> {
    this.#found = await this.#look(namespaces);
    this.tunnel = await lookForTunnel(this.#client);
  }

  notEvaluated(namespace: string): readonly string[] | undefined {
    return this.#found?.get(namespace);
  }

  async #look(namespaces: readonly string[]): Promise<Found> {
    const now = new Map<string, string[]>(namespaces.map((namespace) => [namespace, []]));
    for (const group of GROUPS)
      for (const kind of (await kindsServed(this.#client, group)) ?? this.#kindsBefore(group, namespaces))
        for (const namespace of await this.#namespacesWith(group, kind, namespaces)) now.get(namespace)?.push(kind.kind);
    return now;
  }

  #kindsBefore({ kinds }: OtherGroup, namespaces: readonly string[]): readonly OtherKind[] {
    return kinds.filter(({ kind }) => namespaces.some((namespace) => this.#wasFound(namespace, kind)));
  }

  #wasFound(namespace: string, kind: string): boolean {
    return this.#found?.get(namespace)?.includes(kind) ?? false;
  }

  /** Those in which objects of the kind may exist; what can't be asked is as it was before. */
  async #namespacesWith({ path }: OtherGroup, { kind, resource, namespaced }: OtherKind, namespaces: readonly string[]): Promise<string[]> {
    const each = namespaced && namespaces.length <= MAX_NAMESPACES_ASKED;
    const everywhere = each ? undefined : await mayExist(this.#client, `${path}/${resource}`);
    const found: string[] = [];
    for (const namespace of namespaces) {
      const exists = each ? await mayExist(this.#client, `${path}/namespaces/${namespace}/${resource}`) : everywhere;
      if (exists ?? this.#wasFound(namespace, kind)) found.push(namespace);
    }
    return found;
  }
}

async function ask(client: KubeClient, path: string): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  try {
    const { status, body } = await client.request(path, ASK);
    return { status, body: status === 200 ? (JSON.parse(body.toString('utf8')) as unknown) : undefined };
  } catch {
    return undefined;
  }
}

/** Undefined = could not be asked. */
async function kindsServed(client: KubeClient, { path, kinds }: OtherGroup): Promise<readonly OtherKind[] | undefined> {
  const answer = await ask(client, path);
  if (answer?.status === 404) return [];
  // The group is there, and does not tell its kinds: all of them may be.
  if (answer?.status === 403) return kinds;
  if (answer?.status !== 200) return undefined;
  const names = new Set(rawArray(rawObject(answer.body).resources).map((resource) => rawObject(resource).name));
  return kinds.filter(({ resource }) => names.has(resource));
}

/** One object is enough to know; refused counts as some, because they can't be ruled out. Undefined = could not be asked. */
async function mayExist(client: KubeClient, path: string): Promise<boolean | undefined> {
  const answer = await ask(client, `${path}?limit=1`);
  if (answer?.status === 200) return rawArray(rawObject(answer.body).items).length > 0;
  if (answer?.status === 404) return false;
  return answer?.status === 403 ? true : undefined;
}

async function lookForTunnel(client: KubeClient): Promise<OtherPolicies['tunnel']> {
  let allAnswered = true;
  for (const selector of TUNNEL_SELECTORS) {
    const answer = await ask(client, `/api/v1/namespaces/kube-system/pods?labelSelector=${encodeURIComponent(selector)}&limit=1`);
    if (answer?.status === 200 && rawArray(rawObject(answer.body).items).length > 0) return 'present';
    if (answer?.status !== 200) allAnswered = false;
  }
  return allAnswered ? 'absent' : 'unknown';
}
