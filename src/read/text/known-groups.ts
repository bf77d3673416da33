/** A group whose servers are known, by their charts and manifests. */
interface KnownGroup {
  readonly group: RegExp;
  /** What its servers are called, the likeliest first; in pods, Services and Deployments, with more before and behind it. */
  readonly servers: readonly string[];
  /** The APIService that their manifests register. Absent where several are, or none is. */
  readonly api?: string;
  /** Services before it, by their whole name: one of these in a cluster lets us expect that API. */
  readonly services?: readonly string[];
  /** Words of a text that names no API and can mean no other: the server, its files, who asks it alone. */
  readonly words?: RegExp;
}

/**
 * Several programs serve the metrics groups. Names of one product within a group's name (`calico-apiserver` of projectcalico.org) need
 * no row for their servers: `wordsOfGroup` finds them. Of two rows that fit a group or a text the first counts.
 */
const KNOWN_GROUPS: readonly KnownGroup[] = [
  {
    group: /^metrics\.k8s\.io$/,
    servers: ['metrics-server', 'prometheus-adapter'],
    api: 'v1beta1.metrics.k8s.io',
    services: ['metrics-server'],
    words:
      /\bmetrics-server\b|\bscraper\.go:\d|\bmetric-(?:storage-ready|informer-sync|collection-timely)\b|Metric storage is (?:not )?ready|complete node metric"|Metrics API not available|metrics not available yet|\bkubectl top\b/i,
  },
  {
    group: /^external\.metrics\.k8s\.io$/,
    servers: [
      'keda',
      'cluster-agent',
      'external-metrics',
      'metrics-adapter',
      'cloudwatch-adapter',
      'metrics-apiserver',
      'prometheus-adapter',
    ],
    api: 'v1beta1.external.metrics.k8s.io',
    services: ['keda-metrics-apiserver', 'keda-operator-metrics-apiserver', 'datadog-cluster-agent-metrics-api'],
    words: /\bkeda\b/i,
  },
  {
    group: /^packages\.operators\.coreos\.com$/,
    servers: ['packageserver'],
    api: 'v1.packages.operators.coreos.com',
    services: ['packageserver-service'],
    words: /\bpackageserver\b|PackageManifest|packages\.operators\.coreos\.com/i,
  },
  {
    group: /^custom\.metrics\.k8s\.io$/,
    servers: ['prometheus-adapter', 'custom-metrics', 'metrics-adapter', 'stackdriver-adapter', 'metrics-apiserver'],
    api: 'v1beta1.custom.metrics.k8s.io',
    services: ['prometheus-adapter', 'custom-metrics-apiserver'],
    words: /\bprometheus-adapter\b|custom-metrics-apiserver/i,
  },
  { group: /^(?:oauth|user)\.openshift\.io$/, servers: ['oauth-apiserver', 'apiserver'] },
  { group: /(?:^|\.)openshift\.io$/, servers: ['openshift-apiserver', 'apiserver'] },
  { group: /(?:^|\.)cdi\.kubevirt\.io$/, servers: ['cdi-apiserver'], api: 'v1beta1.upload.cdi.kubevirt.io', services: ['cdi-api'] },
  { group: /(?:^|\.)kubevirt\.io$/, servers: ['virt-api'], api: 'v1.subresources.kubevirt.io', services: ['virt-api'] },
  { group: /^tap\.linkerd\.io$/, servers: ['tap'] },
  { group: /(?:^|\.)cert-manager\.io$/, servers: ['cert-manager-webhook'] },
  { group: /(?:^|\.)antrea\.io$/, servers: ['antrea-controller'], api: 'v1beta2.controlplane.antrea.io', services: ['antrea'] },
  { group: /^projectcalico\.org$/, servers: [], api: 'v3.projectcalico.org', services: ['calico-api'] },
  {
    group: /^servicecatalog\.k8s\.io$/,
    servers: [],
    api: 'v1beta1.servicecatalog.k8s.io',
    services: ['service-catalog-catalog-apiserver'],
  },
];

/** In a text that names no API a server is known by its name, or by what servers of APIs are called. */
const ANY_SERVER: readonly string[] = [...new Set(['apiserver', 'api-server', ...KNOWN_GROUPS.flatMap(({ servers }) => servers)])];

/** Servers that are known to serve a group, the likeliest first; empty when none is. */
export function knownServers(group: string): readonly string[] {
  return group === '' ? ANY_SERVER : (KNOWN_GROUPS.find((known) => known.group.test(group))?.servers ?? []);
}

/** The API that a text is about which names a server only. */
export function apiOfWords(text: string): string | undefined {
  return KNOWN_GROUPS.find(({ words }) => words?.test(text))?.api;
}

/** The API that is expected behind a Service of this name. */
export function apiOfService(service: string): string | undefined {
  return KNOWN_GROUPS.find(({ services }) => services?.includes(service))?.api;
}
