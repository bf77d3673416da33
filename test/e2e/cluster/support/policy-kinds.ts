import type { Cluster } from '../harness/cluster.ts';
import { until } from '../harness/process.ts';

/** One kind per group of policies that are no NetworkPolicies: the exporter lists them where they are served. */
const KINDS = [
  { group: 'cilium.io', version: 'v2', kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies', scope: 'Namespaced' },
  { group: 'crd.projectcalico.org', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', scope: 'Namespaced' },
  { group: 'policy.networking.k8s.io', version: 'v1alpha1', kind: 'AdminNetworkPolicy', plural: 'adminnetworkpolicies', scope: 'Cluster' },
] as const;

/** Serves the kinds, without an object, as a cluster with that CNI does. Their APIServices are local ones. */
export async function policyKinds({ kube }: Cluster): Promise<void> {
  for (const { group, version, kind, plural, scope } of KINDS) {
    const name = `${plural}.${group}`;
    await kube.apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      // Groups of k8s.io are guarded: the server wants to know where they were approved.
      metadata: { name, annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' } },
      spec: {
        group,
        scope,
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
  }
  for (const { group, version, plural } of KINDS)
    await until(`${plural}.${group} to be served`, 30, () => kube.get(`/apis/${group}/${version}/${plural}`));
}
