import type { Cluster } from '../harness/cluster.ts';
import { serveKinds } from './custom-kinds.ts';

/** One kind per group of policies that are no NetworkPolicies: the exporter lists them where they are served. */
const KINDS = [
  { group: 'cilium.io', version: 'v2', kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies', scope: 'Namespaced' },
  { group: 'crd.projectcalico.org', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', scope: 'Namespaced' },
  { group: 'policy.networking.k8s.io', version: 'v1alpha1', kind: 'AdminNetworkPolicy', plural: 'adminnetworkpolicies', scope: 'Cluster' },
] as const;

/** Serves the kinds, without an object, as a cluster with that CNI does. Their APIServices are local ones. */
export function policyKinds(cluster: Cluster): Promise<void> {
  return serveKinds(cluster, KINDS);
}
