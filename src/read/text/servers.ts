import type { TextObject } from './objects.ts';

/** The control plane's own, and what it needs: no aggregated API is served by these. */
const CONTROL_PLANE =
  /^(?:kube-apiserver|kube-scheduler|kube-controller-manager|kube-proxy|cloud-controller-manager|etcd|coredns|kube-dns|konnectivity-(?:agent|server))(?:-|$)/;

/** Words that many groups and many servers share tell nothing. */
const COMMON: ReadonlySet<string> = new Set(
  'k8s io com org net dev sh co cloud local example internal api apis apiserver app core server service svc metric custom external kube kubernetes operator controller agent resource subresource webhook admission system cluster data'.split(
    ' ',
  ),
);
const SHORTEST_WORD = 3;

/** `tides.example.com` → `tide`: what vendors call their group they call their server too. */
export function wordsOfGroup(group: string): readonly string[] {
  return [...new Set(group.split(/[.-]/).map(singular))].filter((word) => word.length >= SHORTEST_WORD && !COMMON.has(word));
}

const singular = (word: string): string => (word.length > SHORTEST_WORD ? word.replace(/s$/, '') : word);

/** Random parts that controllers put behind names: hash and five letters, five letters, an ordinal. The five have no vowels and no 0, 1, 3. */
const SUFFIXES: readonly RegExp[] = [
  /-<[^>]{1,20}>(?:-<[^>]{1,20}>)?$/,
  /-(?=[a-z]{0,9}\d)[a-z0-9]{4,10}-[a-z0-9]{5}$/,
  /-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
  /-\d{1,3}$/,
  /-(?=[a-z]{0,4}\d)[a-z0-9]{5}$/,
  /-[bcdfghjklmnpqrstvwxz]{5}$/,
];
const TEMPLATE_HASH = /-[a-z0-9]{4,10}$/;

/** The workload that an object is of: its controller's name without the hash of a template, or its own without random parts. */
export function workloadOf({ kind, name, owner }: Pick<TextObject, 'kind' | 'name' | 'owner'>): string {
  const [ownerKind = '', ownerName] = owner?.split('/') ?? [];
  if (ownerName) return ownerKind === 'ReplicaSet' ? ownerName.replace(TEMPLATE_HASH, '') : ownerName;
  if (kind === 'ReplicaSet') return name.replace(TEMPLATE_HASH, '');
  if (kind !== 'Pod' && kind !== '') return name;
  const suffix = SUFFIXES.find((pattern) => pattern.test(name));
  return suffix === undefined ? name : name.replace(suffix, '');
}

/** Nothing of the control plane. */
export function mayServe(workload: string): boolean {
  return !CONTROL_PLANE.test(workload);
}

/** What a Service is called more than what it stands before. */
const OF_A_SERVICE = /-(?:service|svc|api|https?|headless)$/;

/**
 * How well a name fits that of a server, 0 = not at all: the same (4), the same but for a word that Services have (3), with more
 * before it as releases put it (2), with more behind it (1). Parts of words do not count: `gauge` is not of `gaugeless`.
 */
export function likeness(name: string, server: string): number {
  if (name === server) return 4;
  if (server.replace(OF_A_SERVICE, '') === name || name.replace(OF_A_SERVICE, '') === server) return 3;
  if (name.endsWith(`-${server}`)) return 2;
  return name.startsWith(`${server}-`) || name.includes(`-${server}-`) ? 1 : 0;
}

/** How many words of a group are words of a name. */
export function sharedWords(name: string, words: readonly string[]): number {
  const own = new Set(name.split(/[.-]/).map(singular));
  // The group of a vendor is longer than the name of its server: `projectcalico` begins or ends with `calico`.
  return words.filter(
    (word) =>
      own.has(word) ||
      [...own].some((one) => one.length > SHORTEST_WORD && !COMMON.has(one) && (word.startsWith(one) || word.endsWith(one))),
  ).length;
}
