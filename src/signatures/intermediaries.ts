import type { Signature } from '../domain/signature.ts';

/** What stands between a caller and its backend, and says so: HTTP proxies, policies of a CNI; and the kubelet's port, which only a scraper asks. */
export const INTERMEDIARIES: readonly Signature[] = [
  {
    // Go wraps each error of an HTTP proxy in "proxyconnect" (net/http: transport.go); grpc-go says "connect handshake" (proxy.go).
    id: 'http-proxy-fails',
    speaker: 'aggregated-server',
    pointsTo: ['proxy-in-the-way'],
    pattern: String.raw`\bproxyconnect tcp\b|failed to do connect handshake|error (?:connecting|dialing) (?:to )?(?:http )?proxy\b|squid/\d`,
    literals: ['proxyconnect tcp', 'connect handshake', 'proxy', 'squid/'],
    says: 'The call went to an HTTP proxy, and the proxy refuses it or cannot be reached.',
    matches: [
      'Get "https://tide-gauge.harbour.svc:443/readyz": proxyconnect tcp: dial tcp 192.0.2.80:3128: i/o timeout',
      String.raw`connection error: desc = "transport: Error while dialing: failed to do connect handshake, response: \"HTTP/1.1 403 Forbidden\""`,
    ],
    nearMisses: ['I0105 09:00:13.100000       1 proxier.go:12] "Syncing iptables rules"', 'TLS handshake error from 10.0.0.1:1234: EOF'],
  },
  {
    // Hubble's and Calico's flow logs, Weave's and kube-router's own words; OVN's acl_log, the logs of policies of the VPC CNI of AWS
    // (`Verdict`), of GKE (`disposition`) and of Antrea (np.log), and kernels that log for Calico's own chains.
    id: 'policy-drops',
    speaker: 'controller',
    pointsTo: ['network-policy-blocking'],
    pattern: String.raw`policy denied\b|drop(?:ped)? \(policy|(?:blocked|dropped|denied) by (?:network ?)?policy|(?:blocked|denied) by weave npc|policy_denied|acl_log.{0,80}verdict=(?:drop|reject)|\bverdict"?:\s?"?deny\b|"disposition":\s?"deny"|(?:antrea|k8s)\w{0,12}networkpolicy.{0,80} (?:drop|reject) |calico-(?:drop|denied?)\S{0,8} in=|\bpolicy[- ]verdict:\S* .{0,60}(?:denied|drop)|networkpolicy\S* .{0,120}(?:drops|denies|blocks)\b`,
    literals: ['policy denied', 'drop', 'policy', 'policy-verdict', 'weave npc', 'verdict', '"disposition"', 'calico-'],
    says: 'The CNI says that it drops packets because of a policy.',
    matches: [
      'Jan  5 09:00:13.100: 10.0.0.1:41234 (host) -> harbour/tide-gauge-0:10250 Policy denied DROPPED (TCP Flags: SYN)',
      'W0105 09:00:13.100000       1 npc.go:12] connection from 10.0.0.1:41234 to 10.1.0.5:10250 (tcp) blocked by network policy',
      '2026-01-05T09:00:13.100Z|00009|acl_log(ovn_pinctrl0)|INFO|name="NP:harbour:keep-out:Ingress", verdict=drop, severity=alert, direction=to-lport: tcp,nw_src=10.0.0.1,tp_dst=10250',
      '{"level":"info","logger":"ebpf-client","msg":"Flow Info:  ","Src IP":"10.0.0.1","Dest IP":"10.1.0.5","Dest Port":10250,"Proto":"TCP","Verdict":"DENY"}',
      'Jan  5 09:00:13 node-a kernel: calico-drop: IN=eth0 OUT=cali0a1b2c SRC=10.0.0.1 DST=10.1.0.5 PROTO=TCP SPT=40112 DPT=10250 SYN',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 policy.go:12] "Policy updated" name="harbour/default-deny"',
      'dropped privileges to user nobody',
      'acl_log(ovn_pinctrl0)|INFO|name="NP:harbour:let-in:Ingress", verdict=allow, severity=info, direction=to-lport: tcp',
    ],
  },
  {
    id: 'kubelet-certificate-refused',
    speaker: 'aggregated-server',
    pointsTo: ['kubelet-certificate-untrusted'],
    pattern: String.raw`https://[^/ ]{1,260}:10250/\S*.{0,20}: .{0,80}x509: `,
    literals: [':10250/'],
    says: "The server asks the kubelets and does not accept their certificates: 10250 is the kubelet's port.",
    matches: [
      'Get "https://192.0.2.10:10250/stats/summary": x509: certificate signed by unknown authority',
      'Get https://node-a:10250/metrics/resource: tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    ],
    nearMisses: [
      'Get "https://192.0.2.10:10250/stats/summary": dial tcp 192.0.2.10:10250: i/o timeout',
      'Get "https://10.96.7.7:443/apis": x509: certificate signed by unknown authority',
    ],
  },
  {
    id: 'cloud-quota-exceeded',
    speaker: 'aggregated-server',
    pointsTo: ['rate-limited'],
    pattern: String.raw`quota exceeded for quota metric|googleapi: error 429|\b(?:throttlingexception|requestlimitexceeded|toomanyrequestsexception|throttling: rate exceeded)|api request rate .{0,40}exceeded|\bratelimitexceeded|subscriptionrequeststhrottled|api error 429|rate limit of \d+ requests`,
    literals: [
      'quota exceeded for quota metric',
      'googleapi: error 429',
      'throttlingexception',
      'requestlimitexceeded',
      'toomanyrequestsexception',
      'throttling: rate exceeded',
      'api request rate',
      'ratelimitexceeded',
      'subscriptionrequeststhrottled',
      'api error 429',
      'rate limit of ',
    ],
    says: 'The cloud or vendor API behind the adapter refuses requests above its quota.',
    matches: [
      `googleapi: Error 429: Quota exceeded for quota metric 'Time series queries' and limit 'Time series queries per minute' of service 'monitoring.example.com'`,
      'operation error CloudWatch: GetMetricData, https response error StatusCode: 400, api error ThrottlingException: Rate exceeded',
      'API error 429 Too Many Requests: {"errors":["Rate limit of 300 requests in 3600 seconds"]}',
    ],
    nearMisses: [
      'googleapi: Error 404: The metric referenced by the provided filter is unknown',
      'pods "tide-gauge-0" is forbidden: exceeded quota: compute-resources, requested: cpu=1',
    ],
  },
  {
    // k8s.io/apiserver: priority-and-fairness.go
    id: 'priority-level-rejects',
    speaker: 'kube-apiserver',
    pointsTo: ['apiserver-overloaded'],
    pattern: String.raw`request was rejected: |priority-and-fairness\.go:\d+\].{0,80}reject|\b(?:queue-full|concurrency-limit|time-out)\b.{0,40}priority.?level`,
    literals: ['request was rejected', 'priority-and-fairness', 'queue-full', 'concurrency-limit', 'time-out'],
    says: 'Priority and fairness of the kube-apiserver turns requests away: it has more than it can serve.',
    matches: [
      'W0105 09:00:13.100000       1 priority-and-fairness.go:380] request was rejected: queue-full, priority level workload-low',
      'E0105 09:00:13.100000       1 priority-and-fairness.go:380] "Rejected" reason="concurrency-limit" priorityLevel="workload-low"',
    ],
    nearMisses: [
      'I0105 09:00:13.100000       1 apf_controller.go:455] "Update CurrentCL" plName="workload-low" seatDemandHighWatermark=4',
      'the request was refused',
    ],
  },
  {
    // google.golang.org/grpc/codes; every quota that a gRPC service enforces ends in it.
    id: 'resource-exhausted',
    speaker: 'aggregated-server',
    pointsTo: ['rate-limited'],
    pattern: String.raw`code = resourceexhausted\b|\bquota exceeded\b|\bexceeded (?:the |your )?(?:rate|request|api) (?:limit|quota)|\brate limit exceeded\b|\b429 too many requests\b`,
    literals: ['resourceexhausted', 'quota exceeded', 'exceeded', '429 too many requests'],
    says: 'A service that the server asks refuses because a quota or rate limit is used up.',
    matches: [
      'rpc error: code = ResourceExhausted desc = tide queries per minute',
      'unexpected answer of tide-store: 429 Too Many Requests',
    ],
    nearMisses: ['rpc error: code = Unavailable desc = tide-store', 'context deadline exceeded'],
  },
  {
    id: 'descriptors-exhausted',
    speaker: 'aggregated-server',
    pointsTo: ['node-under-pressure'],
    pattern: String.raw`\btoo many open files\b|no space left on device|resource temporarily unavailable`,
    literals: ['too many open files', 'no space left on device', 'resource temporarily unavailable'],
    says: 'The process or its node has no file descriptors, disk or threads left.',
    matches: ['accept tcp [::]:10250: accept4: too many open files', 'write /var/lib/tide/wal: no space left on device'],
    nearMisses: ['open /etc/tide/tls.crt: no such file or directory', 'opened 12 files'],
  },
  {
    // The API answered with a list of PodMetrics by the target's selector, and it was empty (k8s.io/kubernetes: pkg/controller/podautoscaler/
    // metrics/client.go). Seen on a real kube-apiserver 1.36 of pods that are new while `kubectl top nodes` shows figures; of an API that errs
    // an autoscaler says what it was answered instead.
    id: 'resource-metrics-empty',
    speaker: 'controller',
    pointsTo: [],
    role: 'harmless',
    pattern: String.raw`no metrics returned from resource metrics api`,
    literals: ['no metrics returned from resource metrics'],
    says: 'The metrics API answered, and has no figures of the pods of a HorizontalPodAutoscaler: they are new or do not run, or their kubelets could not be scraped.',
    matches: [
      'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
      'unable to get metrics for resource memory: no metrics returned from resource metrics API',
    ],
    nearMisses: [
      'unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)',
      'no metrics returned from custom metrics API',
    ],
  },
  {
    // As above, of custom-metrics-apiserver's and KEDA's kind: seen on the former's test adapter v1.37.0, asked for a metric that nobody has written.
    id: 'adapter-metrics-empty',
    speaker: 'controller',
    pointsTo: [],
    role: 'harmless',
    pattern: String.raw`no metrics returned from (?:custom|external) metrics api`,
    literals: ['no metrics returned from custom metrics', 'no metrics returned from external metrics'],
    says: 'The adapter answered a HorizontalPodAutoscaler with an empty list: it has no such metric, or the metric no such series.',
    matches: [
      'unable to get metric tide_level: no metrics returned from custom metrics API',
      'unable to get external metric harbour/tide_level/nil: no metrics returned from external metrics API',
    ],
    nearMisses: [
      'unable to fetch metrics from external metrics API: the server is currently unable to handle the request (get tide_level.external.metrics.k8s.io)',
      'no metrics returned from resource metrics API',
    ],
  },
];
