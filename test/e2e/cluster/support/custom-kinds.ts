import type { Cluster } from '../harness/cluster.ts';
import { until } from '../harness/process.ts';

export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** OpenAPI of its objects; default: an object of which nothing is kept. */
  readonly schema?: object;
}

/** Lets the kube-apiserver serve these kinds. */
export async function serveKinds({ kube }: Cluster, kinds: readonly CustomKind[]): Promise<void> {
  for (const { group, version, kind, plural, scope, schema = { type: 'object' } } of kinds) {
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
        versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
  }
  for (const { group, version, plural } of kinds)
    await until(`${plural}.${group} to be served`, 30, () => kube.get(`/apis/${group}/${version}/${plural}`));
}
