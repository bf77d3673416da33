import type { AdminPolicy } from './admin-policy.ts';
import type { CalicoPolicies } from './calico-policy.ts';
import type { CiliumPolicies } from './cilium-policy.ts';
import type { Flow } from './flow.ts';
import type { KnownLabels } from './label-selector.ts';
import type { PolicyRecord } from './network-policy.ts';

/** Policies of other kinds than NetworkPolicy that may concern pods of a namespace. */
export interface OtherPolicies {
  readonly admin: readonly AdminPolicy[];
  readonly cilium: CiliumPolicies;
  readonly calico: CalicoPolicies;
  /** Of a namespace; its name is always among them. */
  readonly namespaceLabels: (namespace: string) => KnownLabels;
}

export interface PolicyWorld {
  /** Of the backend's namespace. */
  readonly networkPolicies: readonly PolicyRecord[];
  readonly others: OtherPolicies;
}

/** Where a namespace cannot be read: its name is a label of it (Kubernetes 1.22). */
export const namespaceLabelsByName = (namespace: string): KnownLabels => ({
  labels: { 'kubernetes.io/metadata.name': namespace, 'projectcalico.org/name': namespace },
  complete: false,
});

export const NO_OTHERS: OtherPolicies = {
  admin: [],
  cilium: { served: false, policies: [] },
  calico: { policies: [], tiers: [], sets: 'no' },
  namespaceLabels: namespaceLabelsByName,
};

/** What a network may do to an address on this way. */
export const rewritingOf = ({ direction, peer }: Flow): string =>
  direction === 'ingress' || peer.pod ? 'rewrites its address' : 'translates the address of its Service';
