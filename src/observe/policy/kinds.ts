import { type AdminPolicy, readAdminPolicy } from '../../objects/policy/admin-policy.ts';
import { type CalicoPolicy, type CalicoTier, readCalicoPolicy, readCalicoTier } from '../../objects/policy/calico-policy.ts';
import { type CiliumPolicy, readCiliumPolicy } from '../../objects/policy/cilium-policy.ts';
import type { Right } from '../../source/right.ts';

/** What is made of the objects of a kind. */
export type Read =
  | { readonly as: 'admin'; readonly policy: AdminPolicy }
  | { readonly as: 'cilium'; readonly policies: readonly CiliumPolicy[] }
  | { readonly as: 'calico'; readonly policy: CalicoPolicy }
  | { readonly as: 'tier'; readonly tier: CalicoTier };

/** A kind of policy beside NetworkPolicy that can admit or block traffic. */
export interface PolicyKind {
  /** As it is told. */
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
  /** Undefined: nothing that concerns pods. @throws UnreadableError. Missing: only whether there is any matters. */
  readonly read?: (raw: unknown) => Read | undefined;
}

export interface PolicyGroup {
  /** Path of the fixed group and version: discovery as a whole is never asked, so that this works while it is broken. */
  readonly path: string;
  readonly kinds: readonly PolicyKind[];
  /** The same kinds under another name, which can be an aggregated API: asked only where it is served from CRDs, and the first is not. */
  readonly onlyWithout?: string;
}

const admin = (kind: string, resource: string): PolicyKind => ({
  kind,
  resource,
  namespaced: false,
  read: (raw) => ({ as: 'admin', policy: readAdminPolicy(kind, raw) }),
});

const cilium = (kind: string, resource: string, namespaced: boolean): PolicyKind => ({
  kind,
  resource,
  namespaced,
  read: (raw) => ({ as: 'cilium', policies: readCiliumPolicy(kind, raw) }),
});

const calico = (kind: string, resource: string, namespaced: boolean): PolicyKind => ({
  kind,
  resource,
  namespaced,
  read(raw) {
    const policy = readCalicoPolicy(kind, raw);
    return policy && { as: 'calico', policy };
  },
});

const CALICO: readonly PolicyKind[] = [
  calico('Calico NetworkPolicy', 'networkpolicies', true),
  calico('Calico GlobalNetworkPolicy', 'globalnetworkpolicies', false),
  { kind: 'Calico Tier', resource: 'tiers', namespaced: false, read: (raw) => ({ as: 'tier', tier: readCalicoTier(raw) }) },
  { kind: 'Calico HostEndpoint', resource: 'hostendpoints', namespaced: false },
  { kind: 'Calico GlobalNetworkSet', resource: 'globalnetworksets', namespaced: false },
  { kind: 'Calico NetworkSet', resource: 'networksets', namespaced: true },
];

const CRD_CALICO = '/apis/crd.projectcalico.org/v1';
export const CILIUM = '/apis/cilium.io/v2';

export const GROUPS: readonly PolicyGroup[] = [
  {
    path: CILIUM,
    kinds: [
      cilium('CiliumNetworkPolicy', 'ciliumnetworkpolicies', true),
      cilium('CiliumClusterwideNetworkPolicy', 'ciliumclusterwidenetworkpolicies', false),
    ],
  },
  { path: CRD_CALICO, kinds: CALICO },
  { path: '/apis/projectcalico.org/v3', kinds: CALICO, onlyWithout: CRD_CALICO },
  {
    path: '/apis/policy.networking.k8s.io/v1alpha1',
    kinds: [admin('AdminNetworkPolicy', 'adminnetworkpolicies'), admin('BaselineAdminNetworkPolicy', 'baselineadminnetworkpolicies')],
  },
  { path: '/apis/policy.networking.k8s.io/v1alpha2', kinds: [admin('ClusterNetworkPolicy', 'clusternetworkpolicies')] },
];

export const groupOf = (path: string): string => path.split('/')[2] ?? '';

export const rightTo = ({ path }: PolicyGroup, kinds: readonly PolicyKind[]): Right => ({
  group: groupOf(path),
  resources: kinds.map(({ resource }) => resource),
  verbs: ['list'],
});

/** Labels of namespaces, which all of these kinds select by. */
export const RIGHT_TO_NAMESPACES: Right = { group: '', resources: ['namespaces'], verbs: ['list'] };

export const RIGHTS_TO_OTHERS: readonly Right[] = [...GROUPS.map((group) => rightTo(group, group.kinds)), RIGHT_TO_NAMESPACES];
