import type { Answer } from '../../../src/domain/answer.ts';

/** A text as a tool prints it, and what comes out. */
export interface Sample {
  readonly what: string;
  readonly text: string;
  readonly answer: Answer;
  readonly api?: string | readonly string[];
  readonly cause?: string;
}

export const TIDES = 'v1.tides.example.com';
const PATH = 'https://10.96.7.7:443/apis/tides.example.com/v1';
const METRICS = 'v1beta1.metrics.k8s.io';
const CUSTOM = 'v1beta1.custom.metrics.k8s.io';

/** What kube-aggregator 1.36 says of a backend that refuses connections. */
export const REFUSED = `E0105 09:00:01.113702      10 remote_available_controller.go:462] "Unhandled Error" err="${TIDES} failed with: failing or missing response from ${PATH}: Get \\"${PATH}\\": dial tcp 10.96.7.7:443: connect: connection refused" logger="UnhandledError"`;
/** What metrics-server 0.8 says of a kubelet that it cannot reach. */
const SCRAPE =
  'E0105 09:00:01.113702       1 scraper.go:149] "Failed to scrape node, timeout to access kubelet" err="Get \\"https://192.0.2.10:10250/metrics/resource\\": context deadline exceeded" node="node-a" timeout="10s"';
const UNAVAILABLE =
  'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get gauges.tides.example.com)';
const MESSAGE = `failing or missing response from ${PATH}: Get "${PATH}": x509: certificate has expired or is not yet valid: current time 2026-01-05T09:00:01Z is after 2026-01-04T00:00:00Z`;
const all = (...lines: readonly string[]) => lines.join('\n');
const json = (value: unknown) => JSON.stringify(value);

const condition = (status: string, reason: string, message: string) => ({
  lastTransitionTime: '2026-01-05T08:50:00Z',
  message,
  reason,
  status,
  type: 'Available',
});
const apiService = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: TIDES },
  spec: { group: 'tides.example.com', version: 'v1', service: { namespace: 'harbour', name: 'tide-gauge', port: 443 } },
  status: { conditions: [condition('False', 'FailedDiscoveryCheck', MESSAGE)] },
};
const REFUSED_OF = { answer: 'diagnosed', api: TIDES, cause: 'connection-refused' } as const;
const SCRAPED_BY = { answer: 'diagnosed', api: METRICS, cause: 'kubelet-scrape-failing' } as const;
const EXPIRED = { answer: 'diagnosed', api: TIDES, cause: 'serving-certificate-expired' } as const;

/** Lines that another program carries. */
export const CARRIED: readonly Sample[] = [
  { what: 'bare', text: REFUSED, ...REFUSED_OF },
  { what: 'CRI log file', text: `2026-01-05T09:00:01.113702151Z stderr F ${REFUSED}`, ...REFUSED_OF },
  {
    what: 'CRI log file, in parts',
    text: all(
      `2026-01-05T09:00:01.113702151Z stderr P ${REFUSED.slice(0, 120)}`,
      `2026-01-05T09:00:01.113702152Z stderr P ${REFUSED.slice(120, 240)}`,
      `2026-01-05T09:00:01.113702153Z stderr F ${REFUSED.slice(240)}`,
    ),
    ...REFUSED_OF,
  },
  {
    what: 'docker json-file',
    text: json({ log: `${REFUSED}\n`, stream: 'stderr', time: '2026-01-05T09:00:01.113702151Z' }),
    ...REFUSED_OF,
  },
  {
    what: 'stern, with its marks',
    text: all('+ metrics-server-6d94bc8694-zk4lw › metrics-server', `metrics-server-6d94bc8694-zk4lw metrics-server ${SCRAPE}`),
    ...SCRAPED_BY,
  },
  {
    what: 'stern of all namespaces',
    text: all(
      `harbour kube-apiserver-quay-1 kube-apiserver ${REFUSED}`,
      `harbour kube-apiserver-quay-1 kube-apiserver I0105 09:00:02.000000 10 a.go:1] ok`,
    ),
    ...REFUSED_OF,
  },
  {
    what: 'stern -o json',
    text: json({
      message: REFUSED,
      nodeName: 'quay-1',
      namespace: 'kube-system',
      podName: 'kube-apiserver-quay-1',
      containerName: 'kube-apiserver',
    }),
    ...REFUSED_OF,
  },
  { what: 'kubectl logs --prefix', text: `[pod/kube-apiserver-quay-1/kube-apiserver] ${REFUSED}`, ...REFUSED_OF },
  {
    what: 'kubectl logs --prefix --timestamps',
    text: `[pod/kube-apiserver-quay-1/kube-apiserver] 2026-01-05T09:00:01.113702151Z ${REFUSED}`,
    ...REFUSED_OF,
  },
  { what: 'journald', text: `Jan 05 09:00:01 quay-1 k3s[1234]: ${REFUSED}`, ...REFUSED_OF },
  { what: 'journald, ISO', text: `2026-01-05T09:00:01+0100 quay-1 kube-apiserver[1234]: ${REFUSED}`, ...REFUSED_OF },
  {
    what: 'journalctl -o json',
    text: json({
      __CURSOR: 's=1',
      __REALTIME_TIMESTAMP: '1767603601113702',
      _SYSTEMD_UNIT: 'k3s.service',
      MESSAGE: REFUSED,
      PRIORITY: '6',
    }),
    ...REFUSED_OF,
  },
  {
    what: 'Stackdriver, klog taken apart',
    text: json({
      insertId: 'a1',
      jsonPayload: {
        message: `${TIDES} failed with: failing or missing response from ${PATH}: Get "${PATH}": dial tcp 10.96.7.7:443: connect: connection refused`,
        pid: '10',
      },
      resource: { type: 'k8s_control_plane_component', labels: { component_name: 'apiserver' } },
      severity: 'ERROR',
      sourceLocation: { file: 'remote_available_controller.go', line: '462' },
      timestamp: '2026-01-05T09:00:01.113702Z',
    }),
    ...REFUSED_OF,
  },
  {
    what: 'Stackdriver, over several lines, a text',
    text: JSON.stringify(
      [
        {
          insertId: 'a1',
          logName: 'projects/quay/logs/stderr',
          resource: { type: 'k8s_container', labels: { container_name: 'metrics-server' } },
          textPayload: `${SCRAPE}\n`,
          timestamp: '2026-01-05T09:00:01Z',
        },
      ],
      null,
      2,
    ),
    ...SCRAPED_BY,
  },
  {
    what: 'CloudWatch, aws logs tail',
    text: `2026-01-05T09:00:01.113000+00:00 kube-apiserver-0123456789abcdef0123456789abcdef ${REFUSED}`,
    ...REFUSED_OF,
  },
  {
    what: 'CloudWatch, get-log-events',
    text: JSON.stringify(
      { events: [{ timestamp: 1767603601113, message: REFUSED, ingestionTime: 1767603602000 }], nextForwardToken: 'f/1' },
      null,
      4,
    ),
    ...REFUSED_OF,
  },
  {
    what: 'Fluent Bit',
    text: json({
      log: SCRAPE,
      stream: 'stderr',
      kubernetes: { pod_name: 'metrics-server-6d94bc8694-zk4lw', container_name: 'metrics-server' },
    }),
    ...SCRAPED_BY,
  },
  {
    what: 'logcli',
    text: `2026-01-05T09:00:01Z {container="metrics-server", pod="metrics-server-6d94bc8694-zk4lw"} ${SCRAPE}`,
    ...SCRAPED_BY,
  },
  { what: 'docker compose', text: `kube-apiserver-1  | ${REFUSED}`, ...REFUSED_OF },
  { what: 'grep -n', text: `/var/log/kube-apiserver.log:812:${REFUSED}`, ...REFUSED_OF },
  {
    what: 'k9s, its log view',
    text: all(
      '┌──── Logs(harbour/kube-apiserver-quay-1:kube-apiserver)[tail] ────┐',
      `│ ${REFUSED}   │`,
      '└────────────────────────────────────┘',
    ),
    ...REFUSED_OF,
  },
  {
    what: 'k9s, its list of pods',
    text: all(
      '┌──────────────── Pods(harbour)[1] ────────────────┐',
      '│ NAME↑                        PF READY STATUS             RESTARTS IP        NODE   AGE │',
      '│ metrics-server-6d94bc8694-zk4lw ●  0/1   CrashLoopBackOff        7 10.1.0.5  node-a 12m │',
      '└──────────────────────────────────────────────────┘',
    ),
    answer: 'diagnosed',
    api: METRICS,
  },
  { what: 'a mail that quotes', text: all('> > $ kubectl get gauges', `> > ${UNAVAILABLE}`, `> > ${REFUSED}`), ...REFUSED_OF },
  { what: 'an 80-column terminal', text: (REFUSED.match(/.{1,80}/g) ?? []).join('\n'), ...REFUSED_OF },
  {
    what: 'a mail broken before column 76',
    text: REFUSED.split(' ').reduce((text, word) =>
      text.length - text.lastIndexOf('\n') + word.length > 76 ? `${text}\n${word}` : `${text} ${word}`,
    ),
    ...REFUSED_OF,
  },
  {
    what: 'a terminal of 80 columns within a mail',
    text: (`[pod/kube-apiserver-quay-1/kube-apiserver] ${REFUSED}`.match(/.{1,80}/g) ?? []).map((line) => `> ${line}`).join('\n'),
    ...REFUSED_OF,
  },
  {
    what: 'a Markdown table',
    text: all(
      '| NAME | SERVICE | AVAILABLE | AGE |',
      '|---|---|:-:|--:|',
      `| \`${TIDES}\` | harbour/tide-gauge | False (MissingEndpoints) | 3d |`,
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'no-ready-endpoints',
  },
  {
    what: 'a table of pods in Markdown',
    text: all(
      '| NAME | READY | STATUS | RESTARTS | AGE |',
      '| --- | --- | --- | --- | --- |',
      '| metrics-server-6d94bc8694-zk4lw | 0/1 | ImagePullBackOff | 0 | 15m |',
    ),
    answer: 'diagnosed',
    api: METRICS,
    cause: 'image-pull-failing',
  },
  { what: 'one-line JSON of an APIService', text: json(apiService), ...EXPIRED },
  {
    what: 'a typed list as the API serves it',
    text: json({
      kind: 'APIServiceList',
      apiVersion: 'apiregistration.k8s.io/v1',
      metadata: {},
      items: [{ ...apiService, kind: undefined, apiVersion: undefined }],
    }),
    ...EXPIRED,
  },
  {
    what: 'YAML in YAML',
    text: all(
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata:',
      '  name: found',
      'data:',
      '  apiservice.yaml: |',
      '    apiVersion: apiregistration.k8s.io/v1',
      '    kind: APIService',
      '    metadata:',
      `      name: ${TIDES}`,
      '    status:',
      '      conditions:',
      '      - lastTransitionTime: "2026-01-05T08:50:00Z"',
      '        message: no response from backend',
      '        reason: ServiceNotFound',
      '        status: "False"',
      '        type: Available',
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'service-not-found',
  },
  {
    what: 'a log in YAML',
    text: all('kind: ConfigMap', 'data:', '  log: |-', `    ${REFUSED}`, '    I0105 09:00:02.000000 1 a.go:1] ok'),
    ...REFUSED_OF,
  },
  { what: 'a log in a list of Markdown', text: all('1. the log:', '', `    ${REFUSED}`), ...REFUSED_OF },
];

/** What programs print of APIs that fail, beside logs. */
export const PRINTED: readonly Sample[] = [
  {
    what: 'describe apiservice, as kubectl 1.36 prints it',
    text: all(
      `Name:         ${TIDES}`,
      'Namespace:    ',
      'API Version:  apiregistration.k8s.io/v1',
      'Kind:         APIService',
      'Spec:',
      '  Group:                   tides.example.com',
      'Status:',
      '  Conditions:',
      '    Last Transition Time:  2026-01-05T08:50:00Z',
      `    Message:               ${MESSAGE}`,
      '    Reason:                FailedDiscoveryCheck',
      '    Status:                False',
      '    Type:                  Available',
      'Events:                    <none>',
    ),
    ...EXPIRED,
  },
  {
    what: 'describe apiservice, of a cluster before 1.14',
    text: all(
      `Name:         ${TIDES}`,
      'Kind:         APIService',
      'Status:',
      '  Conditions:',
      '    Last Transition Time:  2019-01-05T08:50:00Z',
      '    Message:               no response from https://10.96.7.7:443: Get https://10.96.7.7:443: dial tcp 10.96.7.7:443: connect: connection refused',
      '    Reason:                FailedDiscoveryCheck',
      '    Status:                False',
      '    Type:                  Available',
    ),
    ...REFUSED_OF,
  },
  {
    what: 'describe pod',
    text: all(
      'Name:             metrics-server-6d94bc8694-zk4lw',
      'Namespace:        kube-system',
      'Status:           Running',
      'Containers:',
      '  metrics-server:',
      '    State:          Waiting',
      '      Reason:       CrashLoopBackOff',
      '    Last State:     Terminated',
      '      Reason:       OOMKilled',
      '      Exit Code:    137',
      '    Ready:          False',
      '    Restart Count:  51',
    ),
    answer: 'diagnosed',
    api: METRICS,
    cause: 'out-of-memory-killed',
  },
  {
    what: 'describe node',
    text: all(
      'Name:               node-a',
      'Roles:              <none>',
      'Conditions:',
      '  Type                 Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message',
      '  ----                 ------    -----------------                 ------------------                ------              -------',
      '  MemoryPressure       Unknown   Mon, 05 Jan 2026 08:50:00 +0000   Mon, 05 Jan 2026 08:51:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.',
      '  Ready                Unknown   Mon, 05 Jan 2026 08:50:00 +0000   Mon, 05 Jan 2026 08:51:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.',
      'Non-terminated Pods:          (1 in total)',
      '  Namespace                   Name                               CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age',
      '  ---------                   ----                               ------------  ----------  ---------------  -------------  ---',
      '  kube-system                 metrics-server-6d94bc8694-zk4lw    100m (5%)     0 (0%)      200Mi (2%)       0 (0%)         12d',
      '$ kubectl top nodes',
      'error: Metrics API not available',
    ),
    answer: 'diagnosed',
    api: METRICS,
  },
  {
    what: 'describe hpa',
    text: all(
      'Name:                                                  quay',
      'Metrics:                                               ( current / target )',
      '  resource cpu on pods  (as a percentage of request):  <unknown> / 80%',
      'Conditions:',
      '  Type           Status  Reason                   Message',
      '  ----           ------  ------                   -------',
      "  AbleToScale    True    SucceededGetScale        the HPA controller was able to get the target's current scale",
      '  ScalingActive  False   FailedGetResourceMetric  the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)',
    ),
    answer: 'errs-cause-unknown',
    api: METRICS,
  },
  {
    what: 'describe ns',
    text: all(
      'Name:         dock',
      'Status:       Terminating',
      'Conditions:',
      '  Type                                         Status  LastTransitionTime               Reason                Message',
      '  ----                                         ------  ------------------               ------                -------',
      '  NamespaceDeletionDiscoveryFailure            True    Mon, 05 Jan 2026 08:50:00 +0000  DiscoveryFailed       Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1',
    ),
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'readyz?verbose',
    text: all(
      '$ kubectl get --raw "/readyz?verbose"',
      '[+]ping ok',
      '[+]log ok',
      '[-]etcd failed: reason withheld',
      '[+]poststarthook/apiservice-status-available-controller ok',
      'readyz check failed',
    ),
    answer: 'diagnosed',
    cause: 'etcd-slow',
  },
  {
    what: 'readyz?verbose that is well',
    text: all(
      '$ kubectl get --raw "/readyz?verbose"',
      '[+]ping ok',
      '[+]log ok',
      '[+]etcd ok',
      '[+]poststarthook/apiservice-registration-controller ok',
      'readyz check passed',
    ),
    answer: 'nothing-to-judge',
  },
  {
    what: 'an alert in Slack',
    text: all(
      '[FIRING:1] KubeAggregatedAPIDown (v1.tides.example.com warning)',
      'Alert: KubeAggregatedAPIDown - warning',
      `Description: Kubernetes aggregated API ${TIDES}/harbour has been only 71.9% available over the last 10m.`,
    ),
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an alert in a message of Slack, JSON',
    text: json({
      text: '',
      attachments: [
        { title: '[FIRING:1] KubeAggregatedAPIErrors', text: `Kubernetes aggregated API ${TIDES}/harbour has reported errors.` },
      ],
    }),
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an alert in a mail',
    text: all(
      'Subject: [FIRING:1] KubeAggregatedAPIDown',
      'Labels',
      ' - alertname = KubeAggregatedAPIDown',
      ` - name = ${TIDES}`,
      ' - severity = warning',
      'Annotations',
      ` - description = Kubernetes aggregated API ${TIDES}/harbour has been only 71.9% available over the last 10m.`,
    ),
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an alert in a mail, its labels alone',
    text: all(
      'Labels:',
      ' - alertname = KubeAggregatedAPIDown',
      ` - name = ${TIDES}`,
      ' - severity = warning',
      'Source: http://prometheus/graph',
    ),
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'alerts of Alertmanager over several lines',
    text: JSON.stringify(
      {
        receiver: 'pager',
        status: 'firing',
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'KubeAggregatedAPIDown', name: TIDES, severity: 'warning' },
            annotations: { summary: 'Kubernetes aggregated API is down.' },
            startsAt: '2026-01-05T08:50:00Z',
          },
        ],
        version: '4',
      },
      null,
      2,
    ),
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'alerts of Alertmanager that have ended',
    text: JSON.stringify(
      {
        receiver: 'pager',
        status: 'resolved',
        alerts: [{ status: 'resolved', labels: { alertname: 'KubeAggregatedAPIDown', name: TIDES }, annotations: {} }],
        version: '4',
      },
      null,
      2,
    ),
    answer: 'nothing-to-judge',
  },
  { what: 'top that fails', text: '$ kubectl top pods -A\nerror: Metrics API not available', answer: 'errs-cause-unknown', api: METRICS },
  {
    what: 'top that works',
    text: 'NAMESPACE   NAME         CPU(cores)   MEMORY(bytes)\nharbour     tide-gauge-0   20m          197Mi',
    answer: 'healthy',
    api: METRICS,
  },
  {
    what: 'endpoints <none>',
    text: '$ kubectl -n kube-system get endpoints metrics-server\nWarning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\nNAME             ENDPOINTS   AGE\nmetrics-server   <none>      40d',
    answer: 'diagnosed',
    api: METRICS,
    cause: 'no-ready-endpoints',
  },
  {
    what: 'endpointslices <unset>',
    text: '$ kubectl -n kube-system get endpointslices\nNAME                   ADDRESSTYPE   PORTS     ENDPOINTS   AGE\nmetrics-server-x7b2k   IPv4          <unset>   <unset>     40d',
    answer: 'diagnosed',
    api: METRICS,
    cause: 'no-ready-endpoints',
  },
  {
    what: 'dmesg before Linux 5',
    text: '[1234567.123456] Memory cgroup out of memory: Kill process 20877 (metrics-server) score 1999 or sacrifice child\n[1234567.123500] Killed process 20877 (metrics-server) total-vm:740480kB, anon-rss:51210kB, file-rss:0kB, shmem-rss:0kB',
    answer: 'diagnosed',
    api: METRICS,
    cause: 'out-of-memory-killed',
  },
  {
    what: 'dmesg of Linux 6',
    text: '[1234567.123400] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-1.scope,mems_allowed=0,oom_memcg=/kubepods.slice/pod1,task_memcg=/kubepods.slice/pod1,task=metrics-server,pid=20877,uid=1000\n[1234567.123500] Memory cgroup out of memory: Killed process 20877 (metrics-server) total-vm:740480kB, anon-rss:51210kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:300kB oom_score_adj:999',
    answer: 'diagnosed',
    api: METRICS,
    cause: 'out-of-memory-killed',
  },
  {
    what: 'httplog, 429 of max-inflight',
    text: `I0105 09:00:01.000000      10 httplog.go:134] "HTTP" verb="GET" URI="/apis/tides.example.com/v1/gauges" latency="1.2ms" userAgent="quay/v1" audit-ID="a" srcIP="192.0.2.9:4711" apf_pl="global-default" apf_fs="global-default" apf_rejection_reason="" resp=429`,
    answer: 'diagnosed',
    api: TIDES,
  },
  {
    what: 'etcd, slow',
    text: '{"level":"warn","ts":"2026-01-05T09:00:01.113702Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"2.1s","expected-duration":"100ms","prefix":"read-only range ","request":"key:\\"/registry/health\\" ","response":"","error":"context deadline exceeded"}',
    answer: 'diagnosed',
    cause: 'etcd-slow',
  },
  {
    what: 'leader election that is lost',
    text: all(
      'E0105 09:00:01.113702       1 leaderelection.go:429] Failed to update lock optimistically: Put "https://192.0.2.1:6443/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-controller-manager?timeout=5s": context deadline exceeded (Client.Timeout exceeded while awaiting headers), falling back to slow path',
      'I0105 09:00:06.113702       1 leaderelection.go:297] failed to renew lease kube-system/kube-controller-manager: context deadline exceeded',
      'E0105 09:00:06.113800       1 controllermanager.go:332] "leaderelection lost"',
    ),
    answer: 'diagnosed',
  },
  {
    what: 'a certificate that expires in some weeks',
    text: `WARNING: certificate CN=tide-gauge.harbour.svc for APIService ${TIDES} will expire in 20 days`,
    answer: 'nothing-to-judge',
    api: TIDES,
  },
  {
    what: 'a trace of the kube-apiserver with the time of etcd',
    text: all(
      'I0105 09:00:01.113702      10 trace.go:236] Trace[1298498081]: "Update" accept:application/json,audit-id:a,client:192.0.2.9,protocol:HTTP/2.0,resource:leases,scope:resource,url:/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler,user-agent:kube-scheduler,verb:PUT (05-Jan-2026 08:59:55.000) (total time: 6012ms):',
      'Trace[1298498081]: ["GuaranteedUpdate etcd3" audit-id:a,key:/leases/kube-system/kube-scheduler,type:*coordination.Lease,resource:leases.coordination.k8s.io 6011ms (08:59:55.001)',
      'Trace[1298498081]:  ---"Txn call completed" 6009ms (09:00:01.011)]',
      'Trace[1298498081]: [6.012s] [6.012s] END',
    ),
    answer: 'diagnosed',
    cause: 'etcd-slow',
  },
  {
    what: 'panic serving … timed out',
    text: all(
      'E0105 09:00:01.113702       1 timeout.go:142] "Post-timeout activity" timeElapsed="3.1ms" method="GET" path="/apis/tides.example.com/v1/gauges" result=null',
      'http2: panic serving 10.1.0.1:41234: killing connection/stream because serving request timed out and response had been started',
    ),
    answer: 'diagnosed',
    api: TIDES,
  },
  {
    what: 'a certificate that expired two days ago, by a monitor',
    text: `WARNING: certificate CN=tide-gauge.harbour.svc for APIService ${TIDES} will expire in -2 days`,
    ...EXPIRED,
  },
  {
    what: 'the API of the metrics of an adapter',
    text: `$ kubectl get --raw /apis/custom.metrics.k8s.io/v1beta1\nError from server (ServiceUnavailable): the server is currently unable to handle the request`,
    answer: 'errs-cause-unknown',
    api: CUSTOM,
  },
  {
    what: 'a trace with little time in etcd',
    text: all(
      'I0105 09:00:01.113702      10 trace.go:236] Trace[1298498081]: "List" url:/apis/tides.example.com/v1/gauges---"Txn call completed" 6009ms (05-Jan-2026 08:59:55.000) (total time: 612ms):',
      'Trace[1298498081]:  ---"Txn call completed" 609ms (09:00:01.011)]',
    ),
    answer: 'nothing-to-judge',
  },
];
