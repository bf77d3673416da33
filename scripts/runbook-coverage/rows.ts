/**
 * What the runbook of the alert KubeAggregatedAPIErrors asks a person to look at, and what answers it here. A test holds every name to what there
 * is: a metric that went, an evidence that was renamed or a page section that moved fails it.
 */
export interface Row {
  /** Where in the runbook it stands: a part, a step 1 to 7, a correlation A to H. */
  readonly of: string;
  /** What it asks, one sentence. */
  readonly asks: string;
  /** Families of /metrics. */
  readonly metrics?: readonly string[];
  /** `cause/evidence`. */
  readonly evidence?: readonly string[];
  /** Titles on the status page. */
  readonly page?: readonly string[];
  /** Files under test/. */
  readonly tests?: readonly string[];
  /** What has no answer, or a weaker one than a person would find. */
  readonly missing?: string;
}

const PODS = 'test/correlations/tables/pods.ts';
const NETWORK = 'test/correlations/tables/network.ts';
const CONTROL_PLANE = 'test/correlations/tables/control-plane.ts';
const BACKEND = 'test/correlations/tables/backend.ts';
const PATTERN = 'test/diagnose/pattern.test.ts';

export const ROWS: readonly Row[] = [
  {
    of: 'Meaning',
    asks: 'An aggregated API answered with errors more than a few times in ten minutes.',
    metrics: ['aggregated_api_error_ratio', 'aggregated_api_probe_failures_total'],
    page: ['Probes from each vantage'],
    tests: ['test/generate/rules.test.ts', 'test/probe/aggregator.test.ts'],
  },
  {
    of: 'Meaning',
    asks: 'Errors show as restarts of the API server pods, time-outs in logs, and intermittent 500 and 503.',
    metrics: ['aggregated_api_backend_restarts_total', 'aggregated_api_log_matches_total', 'aggregated_api_failure_pattern'],
    evidence: ['pod-restarting/just-restarted', 'backend-server-error/server-error'],
    page: ['Backend', 'Logs'],
    tests: [PODS, BACKEND],
  },
  {
    of: 'Impact',
    asks: 'Autoscaling on custom metrics stops; parts of the cluster and custom resources become unavailable; metrics are not visible.',
    metrics: ['aggregated_api_impact'],
    page: ['Who is hurt'],
    tests: ['test/observe/impact/victims.test.ts'],
    missing: 'garbage collection and quota that wait for an API: no object shows them',
  },
  {
    of: 'Step 1',
    asks: 'Describe all APIServices; look at the condition Available and its message.',
    metrics: ['aggregated_api_available', 'aggregated_api_condition_reason', 'aggregated_api_condition_transitions_total'],
    evidence: ['service-port-mismatch/condition-says-so', 'ca-bundle-mismatch/does-not-verify'],
    page: ['Backend'],
    tests: ['test/observe/discovery/discovery.test.ts'],
  },
  {
    of: 'Step 2',
    asks: 'Look at the events of kube-system, by time.',
    metrics: ['aggregated_api_system_warnings'],
    evidence: [
      ...['tunnel-down/agents-in-trouble', 'dns-failing/dns-in-trouble', 'service-routing-broken/kube-proxy-in-trouble'],
      ...['aggregator-path-blocked/cni-in-trouble', 'host-unreachable/cni-in-trouble', 'etcd-slow/its-pod-in-trouble'],
      ...[
        'apiserver-unavailable/its-pod-in-trouble',
        'apiserver-restarted/its-pod-was-in-trouble',
        'node-under-pressure/system-pods-evicted',
      ],
    ],
    page: ['Warnings in kube-system, last hour'],
    tests: ['test/correlations/system-events.test.ts', 'test/signals/tables/system-events.ts', 'test/observe/discovery/discovery.test.ts'],
    missing: 'events of type Normal are not read',
  },
  {
    of: 'Step 3',
    asks: 'Look at the state, the restarts and the containers of the API server pods.',
    metrics: ['aggregated_api_backend_restarts_total', 'aggregated_api_backend_terminations_total', 'aggregated_api_backend_waiting'],
    evidence: ['out-of-memory-killed/killed-and-down', 'image-pull-failing/waits-for-image'],
    page: ['Backend'],
    tests: [PODS, 'test/objects/pods.test.ts'],
  },
  {
    of: 'Step 4',
    asks: 'Search the logs of the pods for error, failed, timeout, connection refused and rate limit.',
    metrics: ['aggregated_api_log_lines_total', 'aggregated_api_log_matches_total'],
    evidence: ['connection-refused/lines-name-it', 'rate-limited/lines-name-it', 'bad-flag-or-config/lines-name-it'],
    page: ['Logs'],
    tests: ['test/signatures/list.test.ts', 'test/signals/signature-matches.test.ts'],
  },
  {
    of: 'Step 5',
    asks: 'Look at the rate of errors and at the response times of the API.',
    metrics: ['aggregated_api_error_ratio', 'aggregated_api_probe_duration_seconds', 'aggregated_api_probe_phase_seconds'],
    evidence: ['backend-slow/no-answer-in-time'],
    page: ['Probes from each vantage'],
    tests: ['test/probe/tally-book.test.ts', BACKEND],
    missing: 'requests of others: we probe as one ordinary client',
  },
  {
    of: 'Step 6',
    asks: 'Look at the Service, its endpoints, and whether they can be reached.',
    metrics: ['aggregated_api_backend_endpoints', 'aggregated_api_backend_service_exists', 'aggregated_api_backend_service_port_declared'],
    evidence: [
      'service-not-found/condition-says-so',
      'service-port-mismatch/server-listens-elsewhere',
      'connection-refused/refused-directly',
    ],
    page: ['Backend', 'Probes from each vantage'],
    tests: ['test/correlations/tables/objects.ts', 'test/probe/direct.test.ts'],
  },
  {
    of: 'Step 7',
    asks: 'Look at the NetworkPolicies on the way to the API server.',
    metrics: ['aggregated_api_network_policies'],
    evidence: ['network-policy-blocking/policy-blocks'],
    page: ['Backend'],
    tests: ['test/objects/policy/evaluate.test.ts', NETWORK],
  },
  {
    of: 'A',
    asks: 'Do restarts, crashes and evictions of the pods fall together with the errors?',
    metrics: ['aggregated_api_backend_restarts_total'],
    evidence: ['pod-restarting/restarts-before-errors', 'pod-crash-looping/crash-loop'],
    page: ['Backend', 'Events'],
    tests: [PODS, 'test/correlations/runbook.test.ts'],
  },
  {
    of: 'B',
    asks: 'Is there a pattern in the restarts?',
    metrics: ['aggregated_api_backend_restarts_total', 'aggregated_api_failure_period_seconds'],
    evidence: ['pod-restarting/restarts-before-errors', 'scheduled-operation/crash-back-off'],
    page: ['Backend'],
    tests: [PATTERN, PODS],
  },
  {
    of: 'C',
    asks: 'Do network failures fall together with the errors?',
    metrics: ['aggregated_api_probe_failures_total'],
    evidence: ['packet-loss/passes-and-fails-by-turns', 'aggregator-path-blocked/only-the-aggregator-fails', 'tunnel-down/dials-fail'],
    page: ['Probes from each vantage'],
    tests: [NETWORK],
  },
  {
    of: 'D',
    asks: 'Was a policy changed before the errors began?',
    metrics: ['aggregated_api_last_change_timestamp_seconds'],
    evidence: ['network-policy-changed/changed-before-failures'],
    page: ['Recent changes'],
    tests: [NETWORK, 'test/observe/policy/source.test.ts'],
  },
  {
    of: 'E',
    asks: 'Do the errors rise with the CPU or the memory of the pods and of their nodes?',
    metrics: [
      ...['aggregated_api_backend_cpu_throttled_ratio', 'aggregated_api_backend_memory_usage_ratio', 'aggregated_api_backend_nodes'],
    ],
    evidence: [
      'cpu-throttled/errors-track-throttling',
      'memory-near-limit/near-limit-and-failing',
      'node-under-pressure/host-has-pressure',
    ],
    page: ['Backend'],
    tests: [BACKEND, 'test/observe/resources/source.test.ts'],
  },
  {
    of: 'F',
    asks: 'Do they rise with the load, the latency or the errors of the kube-apiserver?',
    metrics: ['aggregated_api_apiserver_inflight_ratio', 'aggregated_api_apiserver_etcd_error_ratio'],
    evidence: ['apiserver-overloaded/errors-track-load', 'apiserver-slow/errors-track-latency', 'etcd-slow/etcd-takes-long'],
    page: ['kube-apiserver'],
    tests: [CONTROL_PLANE],
  },
  {
    of: 'G',
    asks: 'Is the failure persistent, and if it comes at regular intervals, which scheduled operation runs then?',
    metrics: ['aggregated_api_failure_pattern', 'aggregated_api_failure_period_seconds'],
    evidence: ['scheduled-operation/onsets-are-even', 'scheduled-operation/matches-a-schedule'],
    tests: [
      PATTERN,
      'test/diagnose/schedules.test.ts',
      'test/correlations/tables/schedule.ts',
      'test/objects/event-changes.test.ts',
      'test/observe/schedules/sources.test.ts',
    ],
    missing:
      'of scheduled operations CronJobs, backups of Velero, changes that recur (reboots of nodes, scaling by an HPA or a VPA, leaders, backups of Velero, certificates of cert-manager), and the period of autoscalers are known: no other kind of backups, and no scheduler outside the cluster',
  },
  {
    of: 'H',
    asks: 'Is it intermittent: instability of the network, bursts of load, workloads that compete for the node?',
    metrics: ['aggregated_api_failure_pattern', 'aggregated_api_neighbours', 'aggregated_api_neighbours_cpu_ratio'],
    evidence: [
      ...['packet-loss/passes-and-fails-by-turns', 'backend-slow/neighbours-start-before', 'node-under-pressure/neighbours-evicted'],
      ...['scheduled-operation/jobs-start-before', 'backend-slow/errors-track-neighbours-cpu'],
    ],
    page: ['On the same nodes'],
    tests: [
      ...['test/objects/neighbours.test.ts', 'test/correlations/neighbours.test.ts', 'test/observe/resources/neighbour-cpu.test.ts'],
      NETWORK,
    ],
    missing:
      'what other pods take of the memory, the disk and the network of a node; of its CPU only where the kubelets may be asked (`resources.kubelet_token`)',
  },
  {
    of: 'Look back one hour',
    asks: 'Did the infrastructure or the configuration change, was the network unstable, or the load high?',
    metrics: ['aggregated_api_last_change_timestamp_seconds'],
    evidence: [
      ...['bad-flag-or-config/configuration-changed-within-the-hour', 'apiserver-restarted/errors-after-restarts-within-the-hour'],
      ...[
        'rollout-in-progress/just-scaled',
        'leader-election-lost/leader-changed',
        'etcd-slow/leaders-change',
        'ca-bundle-mismatch/certificate-renewed-before',
      ],
    ],
    page: ['Recent changes'],
    tests: ['test/correlations/look-back.test.ts', 'test/correlations/scheduled-changes.test.ts'],
    missing: 'curves of more than an hour: they are in Prometheus',
  },
  {
    of: 'Look back one hour',
    asks: "Review the configuration of the aggregated API server: its flags, its certificate, the APIService's caBundle.",
    metrics: ['aggregated_api_backend_flags', 'aggregated_api_backend_certificate_verified'],
    evidence: [
      ...['bad-flag-or-config/flags-are-refused', 'connection-refused/listens-for-itself-only', 'ca-bundle-mismatch/signs-for-itself'],
      ...['request-header-ca-mismatch/flags-ignore-the-front-proxy', 'kubelet-scrape-failing/asks-by-name'],
    ],
    tests: ['test/correlations/flags.test.ts', 'test/signals/tables/flags.ts'],
    missing: 'the files that flags name, and flags within an image or a script',
  },
  {
    of: 'Look back one hour',
    asks: 'Is the aggregation layer itself healthy: the front proxy, the kube-apiservers among each other?',
    metrics: ['aggregated_api_front_proxy_ca_published', 'aggregated_api_apiserver_instances'],
    evidence: ['apiservers-disagree/instances-disagree', 'request-header-ca-mismatch/front-proxy-ca-expired'],
    page: ['kube-apiserver'],
    tests: [CONTROL_PLANE, 'test/observe/front-proxy-ca.test.ts'],
  },
  {
    of: 'Look back one hour',
    asks: 'Are there patterns in earlier errors?',
    metrics: ['aggregated_api_failure_pattern'],
    evidence: ['scheduled-operation/onsets-are-even'],
    tests: [PATTERN, 'test/diagnose/time-of-day.test.ts', 'test/diagnose/day-of-week.test.ts', 'test/incidents/weeks.test.ts'],
    missing:
      'a time of day is told of eight days, a day of the week of five weeks (of four from incidents alone), and no day of the month; a local time is hidden for some days by a change of clocks',
  },
];
