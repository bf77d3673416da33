/**
 * Families of programs, by a word of their names: one project's servers print with one code base, whatever each is called. Asked in
 * this order.
 */
const FAMILIES: readonly (readonly [word: RegExp, program: string])[] = [
  [/\bkeda\b/, 'keda'],
  [/kube-metrics-adapter/, 'kube-metrics-adapter'],
  [/prometheus-adapter/, 'prometheus-adapter'],
  [/metrics-server/, 'metrics-server'],
  [/stackdriver/, 'stackdriver-adapter'],
  [/datadog/, 'datadog'],
  [/linkerd/, 'linkerd'],
  [/\bvirt-|kubevirt|\bcdi-/, 'kubevirt'],
  [/packageserver|package-server/, 'olm'],
  [/\bstash\b/, 'stash'],
  [/service-catalog/, 'service-catalog'],
  [/cert-manager/, 'cert-manager'],
  [/openshift-/, 'openshift'],
  [/karmada/, 'karmada'],
  [/konnectivity/, 'konnectivity'],
  [/antrea/, 'antrea'],
  [/calico/, 'calico'],
  [/rancher/, 'rancher'],
];

/** Words that name a kind of program, or one that every cluster has: whose it is, the repository tells. */
const NAMES_NONE = /^$|kube-apiserver|kube-aggregator|\b(?:custom|any|third-party|admission|sample)\b|^node-controller$/;

/**
 * The program behind an API as the folds of a cross-validation know it: its family, else its name, else the owner of the
 * repository in which it was reported. A family's rows are left out together.
 */
export function programOf(software: string, repository: string): string {
  const name = software.toLowerCase().replace(/\s*\(.*\)$/, '');
  const family = FAMILIES.find(([word]) => word.test(name));
  if (family) return family[1];
  const [owner = ''] = repository.toLowerCase().split('/');
  return NAMES_NONE.test(name) ? owner || 'unnamed' : name.replace(/[^a-z0-9]+/g, '-');
}
