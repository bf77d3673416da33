import type { Signature } from '../domain/signature.ts';

/** metrics-server: a healthy API without metrics, because kubelets do not let it scrape. Texts of pkg/scraper, pkg/server, pkg/storage. */
const SCRAPE = String.raw`(?:failed to scrape node|unable to fully (?:scrape|collect) metrics|unable to fetch metrics from kubelet).*`;
const SCRAPE_LITERALS = [
  'failed to scrape node',
  'unable to fully scrape metrics',
  'unable to fully collect metrics',
  'metrics from kubelet',
];

export const METRICS_SERVER: readonly Signature[] = [
  {
    // The kubelet's --read-only-port is 0 unless somebody sets it (kubeadm since 1.11): no answer will ever come from there.
    id: 'kubelet-read-only-port-closed',
    speaker: 'aggregated-server',
    pointsTo: ['bad-flag-or-config'],
    pattern: String.raw`:10255\b.*connection refused`,
    literals: [':10255'],
    says: "The server asks the kubelet's read-only port, which is closed by default: its flag or its version is of another time.",
    matches: [
      'E0105 09:00:13.100000       1 summary.go:97] error while getting metrics summary from Kubelet node-b(10.0.3.4:10255): Get http://10.0.3.4:10255/stats/summary/: dial tcp 10.0.3.4:10255: getsockopt: connection refused',
      'Get "http://10.0.3.4:10255/pods": dial tcp 10.0.3.4:10255: connect: connection refused',
    ],
    nearMisses: ['dial tcp 10.0.3.4:10250: connect: connection refused', 'the read-only port is 10255'],
  },
  {
    // kubelet 1.36, pkg/kubelet/server/auth_filter: who asks is known, and the SubjectAccessReview for nodes/metrics says no.
    id: 'kubelet-scrape-forbidden',
    speaker: 'aggregated-server',
    pointsTo: ['backend-rights-missing'],
    pattern: String.raw`${SCRAPE}(?:403 forbidden|status: \\?"?403)`,
    literals: SCRAPE_LITERALS,
    says: 'The kubelet knows metrics-server and lets it read nothing: its ClusterRole lacks nodes/metrics.',
    matches: [
      String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="request failed, status: \"403 Forbidden\"" node="node-b"`,
      'unable to fully scrape metrics from source kubelet_summary:node-b: unable to fetch metrics from Kubelet node-b (10.0.3.4): request failed - "403 Forbidden", response: "Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource=stats)"',
    ],
    nearMisses: [
      String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="request failed, status: \"401 Unauthorized\"" node="node-b"`,
      'GET /metrics/resource returned 403 Forbidden to the scraper of node-b',
    ],
  },
  {
    // The same place, before: nobody vouches for the token. The rights of an account do not come into it.
    id: 'kubelet-scrape-unauthorized',
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing', 'backend-rights-missing'],
    pattern: String.raw`${SCRAPE}(?:401 unauthorized|status: \\?"?401)`,
    literals: SCRAPE_LITERALS,
    says: 'The kubelet takes nobody for metrics-server: its webhook authentication is off or fails, or the token is no longer accepted.',
    matches: [
      String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="request failed, status: \"401 Unauthorized\"" node="node-b"`,
      'unable to fully scrape metrics from source kubelet_summary:node-b: unable to fetch metrics from Kubelet node-b (10.0.3.4): request failed - "401 Unauthorized", response: "Unauthorized"',
    ],
    nearMisses: [
      'E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="request failed, status: 500 Internal Server Error" node="node-b"',
      'GET /metrics/resource returned 401 Unauthorized to the scraper of node-b',
    ],
  },
  {
    id: 'kubelet-scrape-certificate',
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-certificate-untrusted'],
    pattern: String.raw`${SCRAPE}(?:x509:|tls:)`,
    literals: SCRAPE_LITERALS,
    says: "metrics-server does not trust the kubelet's serving certificate: it is self-signed or names another address.",
    matches: [
      String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://10.0.3.4:10250/metrics/resource\": tls: failed to verify certificate: x509: cannot validate certificate for 10.0.3.4 because it doesn't contain any IP SANs" node="node-b"`,
      'unable to fully collect metrics: unable to fully scrape metrics from source kubelet_summary:node-b: Get https://node-b:10250/stats/summary: x509: certificate signed by unknown authority',
    ],
    nearMisses: [
      'x509: certificate signed by unknown authority while talking to https://10.0.3.4:10250',
      'E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="context canceled" node="node-b"',
    ],
  },
  {
    // A SYN without an answer, and EHOSTUNREACH: no kubelet has said anything yet, a slow one would have accepted the connection.
    id: 'kubelet-path-cut',
    tail: true,
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-unreachable'],
    pattern: String.raw`${SCRAPE}(?:no route to host|network is unreachable|host is unreachable|dial tcp \S+ (?:i/o timeout|connect: connection timed out))`,
    literals: SCRAPE_LITERALS,
    says: 'Packets of metrics-server do not reach the kubelet: a firewall or a route between pods and nodes.',
    matches: [
      String.raw`E0105 09:00:23.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://10.0.3.4:10250/metrics/resource\": dial tcp 10.0.3.4:10250: i/o timeout" node="node-b"`,
      String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://10.0.3.4:10250/metrics/resource\": dial tcp 10.0.3.4:10250: connect: no route to host" node="node-b"`,
    ],
    nearMisses: [
      'dial tcp 10.0.3.4:10250: i/o timeout',
      String.raw`E0105 09:00:23.100000       1 scraper.go:147] "Failed to scrape node, timeout to access kubelet" err="Get \"https://10.0.3.4:10250/metrics/resource\": context deadline exceeded" node="node-b" timeout="10s"`,
    ],
  },
  {
    id: 'kubelet-scrape-timeout',
    tail: true,
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing'],
    pattern: String.raw`${SCRAPE}(?:timeout to access kubelet|deadline exceeded|i/o timeout|request canceled|tls handshake timeout)`,
    literals: SCRAPE_LITERALS,
    says: 'The kubelet does not answer metrics-server in time: it is slow, or a firewall or policy drops port 10250.',
    matches: [
      'unable to fully scrape metrics from source kubelet_summary:node-b: Get https://10.0.3.4:10250/stats/summary: net/http: TLS handshake timeout',
      String.raw`E0105 09:00:23.100000       1 scraper.go:147] "Failed to scrape node, timeout to access kubelet" err="Get \"https://10.0.3.4:10250/metrics/resource\": context deadline exceeded" node="node-b" timeout="10s"`,
    ],
    nearMisses: [
      String.raw`Get "https://10.0.3.4:10250/metrics/resource": context deadline exceeded`,
      'I0105 09:00:23.100000       1 scraper.go:140] "Scraping node" node="node-b" timeout="10s"',
    ],
  },
  {
    id: 'kubelet-scrape-unreachable',
    tail: true,
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing'],
    pattern: String.raw`${SCRAPE}(?:connection refused|connection reset|no such host|server misbehaving|unexpected eof)`,
    literals: SCRAPE_LITERALS,
    says: 'metrics-server cannot reach the kubelet: port closed, or its node name does not resolve.',
    matches: [
      String.raw`E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="Get \"https://10.0.3.4:10250/metrics/resource\": dial tcp 10.0.3.4:10250: connect: connection refused" node="node-b"`,
      'unable to fully scrape metrics from source kubelet_summary:node-b: unable to fetch metrics from Kubelet node-b (node-b): Get https://node-b:10250/stats/summary/: dial tcp: lookup node-b on 10.96.0.10:53: no such host',
    ],
    nearMisses: [
      'dial tcp 10.0.3.4:10250: connect: connection refused while scraping',
      'E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="unexpected response body" node="node-b"',
    ],
  },
  {
    id: 'kubelet-scrape-failed',
    tail: true,
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing'],
    pattern: String.raw`failed to scrape node|unable to fully (?:scrape|collect) metrics|unable to fetch metrics from kubelet`,
    literals: SCRAPE_LITERALS,
    says: 'metrics-server could not scrape a kubelet. One node is not an outage; all of them are.',
    matches: [
      'E0105 09:00:13.100000       1 scraper.go:149] "Failed to scrape node" err="request failed, status: 500 Internal Server Error" node="node-b"',
      'unable to fully collect metrics: unable to fully scrape metrics from source kubelet_summary:node-b: got malformed summary',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 scraper.go:140] "Scraping node" node="node-b"',
      'level=warn msg="failed to scrape target" target=node-b',
    ],
  },
  {
    id: 'metric-storage-empty',
    speaker: 'aggregated-server',
    // Each metrics-server says so until its second scrape, half a minute after its start.
    role: 'ordinary',
    pointsTo: ['kubelet-scrape-failing', 'pod-probe-failing'],
    pattern: String.raw`no metrics to serve|metric-storage-ready failed`,
    literals: ['no metrics to serve', 'metric-storage-ready failed'],
    says: 'metrics-server has no metrics yet: every scrape fails, or fewer than two scrapes have passed since its start.',
    matches: [
      'I0105 09:00:13.100000       1 server.go:192] "Failed probe" probe="metric-storage-ready" err="no metrics to serve"',
      '[-]metric-storage-ready failed: reason withheld',
    ],
    nearMisses: ['[+]metric-storage-ready ok', 'I0105 09:00:13.100000       1 server.go:192] there are metrics to serve'],
  },
  {
    // v0.9.0, pkg/storage/storage.go, at --v=2: said when it changes, so not at each start.
    id: 'metric-storage-lost',
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing'],
    pattern: String.raw`metric storage is not ready`,
    literals: ['metric storage is not ready'],
    says: 'metrics-server has lost the figures of nodes or of pods: it serves what it has, and is not ready.',
    matches: [
      'I0105 09:00:13.100000       1 storage.go:106] "Metric storage is not ready, pod metrics are missing, this may indicate a container-runtime or kubelet issue" nodeMetrics=true podMetrics=false',
      'I0105 09:00:13.100000       1 storage.go:110] "Metric storage is not ready" nodeMetrics=false podMetrics=false',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 storage.go:104] "Metric storage is ready" nodeMetrics=true podMetrics=true',
      'the storage of metrics is not ready yet',
    ],
  },
  {
    // v0.8.0 and v0.9.0, pkg/scraper/client/resource/decode.go, at --v=1. Containers have none in their first seconds; nodes always do.
    id: 'kubelet-figures-missing',
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing'],
    pattern: String.raw`failed getting complete node metric`,
    literals: ['failed getting complete node metric'],
    says: 'The kubelet answers metrics-server without figures of its node: it gets none from its container runtime or cgroups.',
    matches: [
      'I0105 09:00:13.100000       1 decode.go:90] "Failed getting complete node metric" node="node-b" metric={"StartTime":"0001-01-01T00:00:00Z","Timestamp":"0001-01-01T00:00:00Z","CumulativeCPUUsed":0,"MemoryUsage":0}',
      '"Failed getting complete node metric" node="node-a" metric={}',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 decode.go:104] "Failed getting complete Pod metric" pod="harbour/tide-gauge-0"',
      'getting complete node metrics of node-b',
    ],
  },
  {
    id: 'metric-collection-late',
    speaker: 'aggregated-server',
    pointsTo: ['backend-slow', 'cpu-throttled'],
    pattern: String.raw`metric collection didn't finish on time|metric-collection-timely failed`,
    literals: ["metric collection didn't finish", 'metric-collection-timely failed'],
    says: 'A scrape cycle took longer than its interval: metrics-server or the kubelets are overloaded, and the liveness probe will kill it.',
    matches: [
      `I0105 09:00:13.100000       1 server.go:180] "Failed probe" probe="metric-collection-timely" err="metric collection didn't finish on time" duration="41.2s" maxDuration="22.5s"`,
      '[-]metric-collection-timely failed: reason withheld',
    ],
    nearMisses: ['[+]metric-collection-timely ok', 'metric collection did finish on time'],
  },
  {
    id: 'metric-informer-unsynced',
    speaker: 'aggregated-server',
    pointsTo: ['kube-apiserver-unreachable-from-backend', 'backend-rights-missing'],
    pattern: String.raw`cache for (?:node|pod) informer has not synced|metric-informer-sync failed`,
    literals: ['informer has not synced', 'metric-informer-sync failed'],
    says: 'metrics-server has not read the nodes or pods yet: it cannot reach the kube-apiserver, or may not list them.',
    matches: [
      'I0105 09:00:13.100000       1 server.go:204] "Failed probe" probe="metric-informer-sync" err="cache for node informer has not synced"',
      'I0105 09:00:13.100000       1 server.go:209] "Failed probe" probe="metric-informer-sync" err="cache for pod informer has not synced"',
      '[-]metric-informer-sync failed: reason withheld',
    ],
    nearMisses: [
      '[+]metric-informer-sync ok',
      'cache for tide informer has not synced',
      'I0105 09:00:13.125733       1 shared_informer.go:356] "Caches are synced" controller="node informer"',
    ],
  },
  {
    id: 'kubelet-address-type-unmatched',
    speaker: 'aggregated-server',
    pointsTo: ['bad-flag-or-config'],
    pattern: String.raw`no address matched types`,
    literals: ['no address matched types'],
    says: 'No node has an address of the types in --kubelet-preferred-address-types.',
    matches: [
      'E0105 09:00:13.100000       1 scraper.go:115] "Failed to resolve node address" err="no address matched types [Hostname]" node="node-b"',
      'node node-b: no address matched types [ExternalIP ExternalDNS]',
    ],
    nearMisses: ['1 address matched types [InternalIP]', 'no address of node-b is known'],
  },
  {
    id: 'no-metrics-known',
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-scrape-failing'],
    role: 'ordinary',
    pattern: String.raw`no metrics known for (?:node|pod)|no pod metrics found for|node had no addresses that matched types`,
    literals: ['no metrics known for', 'no pod metrics found for', 'node had no addresses that matched'],
    says: 'The metrics of a node or pod were asked for and never scraped.',
    matches: [
      'E0105 09:00:13.100000       1 reststorage.go:128] unable to fetch node metrics for node "node-b": no metrics known for node',
      'E0105 09:00:13.100000       1 reststorage.go:144] unable to fetch pod metrics for pod harbour/tide-gauge-0: no metrics known for pod',
    ],
    nearMisses: ['metrics known for node "node-b": 12', 'no metrics configured for exporter'],
  },
];
