/** Groups that the kube-apiserver serves itself (kubernetes 1.36, pkg/controlplane): none of them is an aggregated API. */
const BUILT_IN_GROUPS: readonly string[] = [
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
];

/** Matches one of them: for a part of an expression. */
export const BUILT_IN_GROUP: string = BUILT_IN_GROUPS.map((group) => group.replaceAll('.', String.raw`\.`)).join('|');
