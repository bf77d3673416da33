/** What our own ServiceAccount may do, as one rule of RBAC: deploy/kubernetes/rbac.yaml holds each. */
export type Right =
  | {
      /** Empty: the core group. */
      readonly group: string;
      readonly resources: readonly string[];
      readonly verbs: readonly ('get' | 'list' | 'watch')[];
      /** Absent: in all of them. */
      readonly namespace?: string;
      /** The one object that is read; absent: any. */
      readonly object?: string;
    }
  | { readonly url: string };

/** As it is told to people, e.g. `discovery.k8s.io/endpointslices: list, watch`. */
export function ruleOf(right: Right): string {
  if ('url' in right) return `nonResourceURLs ${right.url}: get`;
  const { group, resources, verbs, namespace, object } = right;
  const where = object !== undefined ? ` (${namespace}/${object})` : namespace !== undefined ? ` (namespace ${namespace})` : '';
  return `${group === '' ? '' : `${group}/`}${resources.join(', ')}: ${verbs.join(', ')}${where}`;
}
