import type { Answer } from '../../../src/domain/answer.ts';

/** A text that a person pastes, and what it proves. */
export interface AnswerRow {
  readonly what: string;
  readonly text: string;
  readonly answer: Answer;
  /** The APIs that it is about. */
  readonly api?: string | readonly string[];
  readonly cause?: string;
  readonly notCause?: string;
  /** What is said to be harmless. */
  readonly harmless?: RegExp;
}

const TIDES = 'v1.tides.example.com';
const PATH = 'https://10.96.7.7:443/apis/tides.example.com/v1';
const METRICS = 'v1beta1.metrics.k8s.io';
const CUSTOM = 'v1beta1.custom.metrics.k8s.io';
const EXTERNAL = 'v1beta1.external.metrics.k8s.io';
const klog = (severity: string, file: string, text: string) => `${severity}0105 09:00:00.000000       1 ${file}] ${text}`;
/** klog's line of that time of day. */
const at = (time: string, severity: string, file: string, text: string) => `${severity}0105 ${time}.000000       1 ${file}] ${text}`;
const lines = (...all: readonly string[]) => all.join('\n');
const old = (tail: string) => klog('E', 'available_controller.go:353', `${TIDES} failed with: Get https://10.96.7.7:443: ${tail}`);
/** What apiserver's responsewriters/status.go prints when a handler returns an error that is none of the API's own. */
const noStatus = (error: string) =>
  klog(
    'E',
    'status.go:71',
    `"Unhandled Error" err=${JSON.stringify(`apiserver received an error that is not an metav1.Status: ${error}`)} logger="UnhandledError"`,
  );
const LIST = lines(
  '$ kubectl logs tide-gauge-0',
  klog('I', 'wrap.go:47', 'GET /apis/tides.example.com/v1: (7.9ms) 200 [[Go-http-client/2.0] 192.0.2.1:4680]'),
);

const dayAt = (day: string, time: string) =>
  `E01${day} ${time}.000000       1 remote_available_controller.go:448] ${TIDES} failed with: failing or missing response from ${PATH}: Get "${PATH}": context deadline exceeded`;
const ETCD_AWAY =
  '[core] grpc: addrConn.createTransport failed to connect to {Addr: "192.0.2.9:2379"}. Err: connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.9:2379: connect: connection refused"';
const FORBIDDEN = 'Error from server (Forbidden): gauges.tides.example.com is forbidden: User "';
const MAY_NOT = '" cannot list resource "gauges" in API group "tides.example.com" in the namespace "harbour"';
const NO_CATALOGUE = `W0105 09:00:00.000000       1 logging.go:55] [core] grpc: addrConn.createTransport failed to connect to {Addr: "pearls.olm.svc:50051"}. Err: connection error: desc = "transport: Error while dialing: dial tcp 10.96.88.1:50051: connect: connection refused"`;
/** A policy of that namespace which admits nobody, as `kubectl describe` shows it, and a check of tides whose time is over. */
const timedOutBesidePolicyOf = (namespace: string) =>
  lines(
    'Name:         deny-all',
    `Namespace:    ${namespace}`,
    'Spec:',
    '  PodSelector:     <none> (Allowing the specific traffic to all pods in this namespace)',
    '  Allowing ingress traffic:',
    '    <none> (Selected pods are isolated for ingress connectivity)',
    '  Not affecting egress traffic',
    '  Policy Types: Ingress',
    `${TIDES}   harbour/tide-gauge   False (FailedDiscoveryCheck)   3d`,
    `failing or missing response from ${PATH}: Get "${PATH}": context deadline exceeded`,
  );

const catalogue = (state: string) =>
  `time="2026-01-05T09:00:02Z" level=info msg="state.Key.Namespace=olm state.Key.Name=pearls state.State=${state}"`;
const kubelet = (pod: string) =>
  klog(
    'E',
    'pod_workers.go:1301',
    `"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"web\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=web pod=${pod}_quay(9a1c)\\"" pod="quay/${pod}" podUID="9a1c"`,
  );
const waited = (delay: string) =>
  klog(
    'I',
    'request.go:752',
    `"Waited before sending request" delay="${delay}" reason="client-side throttling, not priority and fairness" verb="GET" URL="https://10.96.0.1:443/apis/tides.example.com/v1"`,
  );

const KUBECTL_WAITED = `I0105 09:00:00.000000   41233 request.go:752] "Waited before sending request" delay="11.4s" reason="client-side throttling, not priority and fairness" verb="GET" URL="https://192.0.2.2:6443/apis/tides.example.com/v1"`;

/** The other condition, with a message as kubectl folds it. */
const NOT_SCALED = (reason: string, ...message: readonly string[]) =>
  lines(
    '$ kubectl get hpa ferry -o yaml',
    'apiVersion: autoscaling/v2',
    'kind: HorizontalPodAutoscaler',
    'status:',
    '  conditions:',
    '  - lastTransitionTime: "2026-01-05T09:00:00Z"',
    ...message,
    `    reason: ${reason}`,
    '    status: "False"',
    '    type: ScalingActive',
  );
/** The status of a HorizontalPodAutoscaler in YAML, whose messages kubectl folds (of a real kube-controller-manager 1.36). */
const SCALED_ON = (types: readonly string[], from: string) =>
  lines(
    '$ kubectl get hpa ferry -o yaml',
    'apiVersion: autoscaling/v2',
    'kind: HorizontalPodAutoscaler',
    'metadata:',
    '  name: ferry',
    'spec:',
    '  metrics:',
    ...types.map((type) => `  - type: ${type}`),
    '  scaleTargetRef:',
    '    apiVersion: apps/v1',
    'status:',
    '  conditions:',
    ...(from === '' ? [] : [`    message: the HPA was able to successfully calculate a replica count from ${from}`]),
    '    reason: ValidMetricFound',
    '    status: "True"',
    '    type: ScalingActive',
  );

const NOTHING: readonly AnswerRow[] = [
  {
    what: 'a table of HPAs with a metric that is not there, of which API it does not tell',
    text: 'NAME    REFERENCE          TARGETS          MINPODS   MAXPODS   REPLICAS   AGE\nferry   Deployment/ferry   <unknown>/300m   2         4         2          61s',
    answer: 'nothing-to-judge',
  },
  {
    what: 'an HPA whose adapter answered with an empty list, in its event',
    text: 'Warning\tFailedGetExternalMetric\thorizontalpodautoscaler/ferry\tunable to get external metric harbour/tide_level/nil: no metrics returned from external metrics API',
    answer: 'nothing-to-judge',
    api: EXTERNAL,
    harmless: /answered a HorizontalPodAutoscaler with an empty list/,
  },
  {
    what: 'the reason of an HPA that has its metrics, and not which',
    text: SCALED_ON(['External', 'Resource'], ''),
    answer: 'nothing-to-judge',
  },
  {
    what: 'a server that has no metrics in its first minute',
    text: lines(
      '$ kubectl logs -n kube-system deploy/metrics-server',
      at('09:00:20', 'I', 'server.go:192', '"Failed probe" probe="metric-storage-ready" err="no metrics to serve"'),
      at('09:01:10', 'I', 'server.go:192', '"Failed probe" probe="metric-storage-ready" err="no metrics to serve"'),
    ),
    answer: 'nothing-to-judge',
    api: METRICS,
  },
  {
    what: 'a pod that restarted when the cluster began, long ago',
    text: lines(
      `# ${TIDES}`,
      '$ kubectl get pods -n harbour',
      'NAME                          READY   STATUS    RESTARTS      AGE',
      'tides-7c9f8d6b5-abcde         1/1     Running   3 (8m ago)    9d',
    ),
    answer: 'nothing-to-judge',
    api: TIDES,
  },
  {
    what: 'a kube-apiserver that may not ask a kubelet',
    text: lines(
      `# ${TIDES}`,
      'Error from server (Forbidden): nodes "node-a" is forbidden: User "kube-apiserver" cannot get resource "nodes/proxy" in API group "" at the cluster scope',
    ),
    answer: 'nothing-to-judge',
    api: TIDES,
    notCause: 'front-proxy-name-not-allowed',
  },
  { what: "a wait in kubectl's own limiter", text: KUBECTL_WAITED, answer: 'nothing-to-judge', api: TIDES, harmless: /in its own limiter/ },
  {
    what: 'objects that are there, and a kind that is not',
    text: 'Error from server (AlreadyExists): error when creating "a.yaml": jobs.batch "seed" already exists\nerror: the server doesn\'t have a resource type "widgets"',
    answer: 'nothing-to-judge',
    harmless: /is there already/,
  },
  {
    what: 'a caller whose token has expired',
    text: lines(
      '$ kubectl logs tide-gauge-0',
      klog(
        'E',
        'authentication.go:75',
        '"Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"',
      ),
    ),
    answer: 'nothing-to-judge',
  },
  {
    what: 'a document that refuses who has no name',
    text: lines('$ curl -sk https://192.0.2.2:6443/apis/tides.example.com/v1', '  "reason": "Forbidden",', '  "code": 403'),
    answer: 'nothing-to-judge',
    api: TIDES,
  },
  {
    what: 'a user without rights, whatever the API is called',
    text: `$ kubectl get gauges -n harbour\n${FORBIDDEN}tess${MAY_NOT}`,
    answer: 'nothing-to-judge',
    harmless: /does not let this user/,
  },
  {
    what: 'a command of an account of somebody',
    text: `${FORBIDDEN}system:serviceaccount:quay:ferry${MAY_NOT}`,
    answer: 'nothing-to-judge',
    harmless: /does not let this user/,
  },
  {
    what: 'a request without a name',
    text: lines(
      '$ curl -sk https://192.0.2.2:6443/apis/tides.example.com/v1/gauges',
      '  "message": "gauges.tides.example.com is forbidden: User \\"system:anonymous\\" cannot list resource \\"gauges\\" in API group \\"tides.example.com\\" at the cluster scope",',
    ),
    answer: 'nothing-to-judge',
    api: TIDES,
  },
  {
    what: 'a path that is of no API, and nobody who asks for it',
    text: `${TIDES}\nforbidden: User "system:anonymous" cannot get path "/"`,
    answer: 'nothing-to-judge',
    api: TIDES,
    harmless: /had no name/,
  },
  { what: "a kubelet's line of a pod where no API is named", text: kubelet('web-6f7c9d5b44-7xk2p'), answer: 'nothing-to-judge', api: [] },
  { what: 'a catalogue of OLM that was reached again', text: lines(NO_CATALOGUE, catalogue('READY')), answer: 'nothing-to-judge' },
  {
    what: 'a server that goes on without a kubeconfig',
    text: lines(
      '$ kubectl logs tide-gauge-0',
      klog(
        'W',
        'authentication.go:371',
        "No authentication-kubeconfig provided in order to lookup client-ca-file in configmap/tides in kube-system, so client certificate authentication won't work.",
      ),
      klog('I', 'secure_serving.go:213', 'Serving securely on [::]:6443'),
    ),
    answer: 'nothing-to-judge',
  },
  { what: 'a shell without kubectl', text: 'bash: kubectl: command not found', answer: 'nothing-to-judge' },
  { what: 'an empty list', text: '$ kubectl get pods -n harbour\nNo resources found in harbour namespace.', answer: 'nothing-to-judge' },
  { what: 'a greeting', text: 'hello world, what a nice day', answer: 'nothing-to-judge' },
  { what: 'bytes of chance', text: '\u0001\u0091x\u00ffk}9~~\u0003 ÿþ q8', answer: 'nothing-to-judge' },
  {
    what: 'a login that has expired',
    text: '$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)',
    answer: 'nothing-to-judge',
    harmless: /login has expired/,
  },
  {
    what: 'the first half minute of a metrics-server',
    text: lines(
      '$ kubectl logs deploy/metrics-server',
      klog('I', 'secure_serving.go:213', 'Serving securely on [::]:10250'),
      klog('I', 'server.go:191', '"Failed probe" probe="metric-storage-ready" err="no metrics to serve"'),
    ),
    answer: 'nothing-to-judge',
  },
  { what: 'a name alone', text: TIDES, answer: 'nothing-to-judge', api: TIDES },
  { what: 'an object without a status', text: `kind: APIService\nmetadata:\n  name: ${TIDES}`, answer: 'nothing-to-judge', api: TIDES },
  { what: 'JSON that is cut', text: '{"kind":"APIService","a":[[[[', answer: 'nothing-to-judge' },
  {
    what: 'a question of somebody whose API works',
    text: `Does anybody know what "connection refused" means for ${TIDES}? It all works here, I only wonder.`,
    answer: 'nothing-to-judge',
  },
  {
    what: 'a guess in words',
    text: 'Hello, once a week our tides API is away. At first I thought of an expired certificate (x509: certificate has expired) or an OOMKilled pod, but it is neither. Is it the network policy?',
    answer: 'nothing-to-judge',
  },
  {
    what: 'release notes',
    text: '## Changelog v2.4.1\n- Fixed a panic: nil pointer dereference in the gauge\n- Fix: pods were OOMKilled under load\n* Bump Go to 1.25',
    answer: 'nothing-to-judge',
    api: [],
  },
  {
    what: 'the items of a list of changes',
    text: '# v2.4.1\n### Fixed\n- panic when the list of gauges is empty (#12)\n- x509: certificate has expired after a rotation\n* OOMKilled adapters in large clusters',
    answer: 'nothing-to-judge',
    api: [],
  },
  {
    what: 'a namespace that another finalizer holds',
    text: 'Status:       Terminating\nConditions:\n  NamespaceDeletionDiscoveryFailure  False  Mon, 05 Jan 2026 09:00:00 +0000  ResourcesDiscovered    All resources successfully discovered\n  NamespaceFinalizersRemaining       True   Mon, 05 Jan 2026 09:00:00 +0000  SomeFinalizersRemain   Some content in the namespace has finalizers remaining: tides.example.com/cleanup in 1 resource instances',
    answer: 'nothing-to-judge',
  },
  { what: 'a command that is mistyped', text: 'error: unknown command "tides" for "kubectl"', answer: 'nothing-to-judge' },
  { what: 'a program that is not Kubernetes', text: 'docker: Error response from daemon: pull access denied', answer: 'nothing-to-judge' },
  {
    what: 'an alert that has ended, as JSON',
    text: `{"status":"resolved","labels":{"alertname":"KubeAggregatedAPIErrors","name":"${TIDES}"}}`,
    answer: 'nothing-to-judge',
    api: TIDES,
  },
  { what: 'versions', text: 'Client Version: v1.34.2\nServer Version: v1.33.5-gke.1080000', answer: 'nothing-to-judge', api: [] },
  {
    what: 'a pod that runs',
    text: 'NAME                         READY   STATUS    RESTARTS   AGE\ntide-gauge-7c9f8d6b5-abcde   1/1     Running   0          12d',
    answer: 'nothing-to-judge',
  },
  {
    what: 'lines of a start',
    text: lines('$ kubectl logs tide-gauge-0', klog('I', 'secure_serving.go:211', 'Serving securely on [::]:10250')),
    answer: 'nothing-to-judge',
  },
  {
    what: 'a client that went away',
    text: lines(
      '$ kubectl logs tide-gauge-0',
      klog('E', 'writers.go:135', 'apiserver was unable to write a JSON response: http2: stream closed'),
    ),
    answer: 'nothing-to-judge',
    harmless: /client went away/,
  },
  {
    what: 'a backend without OpenAPI',
    text: lines(
      '$ kubectl logs -n kube-system kube-apiserver-a',
      klog('E', 'controller.go:114', `loading OpenAPI spec for "${TIDES}" failed with: OpenAPI spec does not exist`),
      klog('I', 'controller.go:127', `OpenAPI AggregationController: action for item ${TIDES}: Rate Limited Requeue.`),
    ),
    answer: 'nothing-to-judge',
    api: TIDES,
    harmless: /serves no OpenAPI document/,
  },
  {
    what: 'a scan of the port',
    text: '$ kubectl logs tide-gauge-0\n2026/01/05 09:00:00 http: TLS handshake error from 192.0.2.9:41000: EOF',
    answer: 'nothing-to-judge',
    harmless: /without TLS/,
  },
  {
    what: 'etcd a little late',
    text: '{"level":"warn","ts":"2026-01-05T09:00:13Z","caller":"txn/util.go:93","msg":"apply request took too long","took":"212ms","expected-duration":"100ms"}',
    answer: 'nothing-to-judge',
  },
  {
    what: 'a webhook that a controller tries again',
    text: lines(
      '$ kubectl logs tide-gauge-0',
      klog(
        'W',
        'tier.go:1',
        'failed calling webhook "tide.example.com": Post "https://tide.harbour.svc:443/": dial tcp 10.96.7.7:443: connect: connection refused. Retry attempt: 1',
      ),
    ),
    answer: 'nothing-to-judge',
  },
  {
    what: 'the rule of an alert',
    text: '- alert: KubeAggregatedAPIDown\n  expr: (1 - max by (name) (avg_over_time(aggregator_unavailable_apiservice[10m]))) * 100 < 85',
    answer: 'nothing-to-judge',
  },
  { what: 'an alert that has ended', text: `[RESOLVED] KubeAggregatedAPIErrors ${TIDES}`, answer: 'nothing-to-judge', api: TIDES },
];

const ONE_NODE = klog(
  'E',
  'scraper.go:149',
  String.raw`"Failed to scrape node" err="Get \"https://192.0.2.10:10250/metrics/resource\": dial tcp 192.0.2.10:10250: connect: connection refused" node="node-b"`,
);

const LISTED = `{"kind":"MetricValueList","apiVersion":"custom.metrics.k8s.io/v1beta1","metadata":{},"items":[]}`;
const UNKNOWN_METRIC = 'Error from server (NotFound): the server could not find the metric tide_level for pods';
const POST_TIMEOUT = at(
  '09:00:00',
  'E',
  'timeout.go:140',
  '"Post-timeout activity" timeElapsed="11ms" method="GET" path="/apis/tides.example.com/v1/gauges" result=null',
);

const HEALTHY: readonly AnswerRow[] = [
  {
    what: 'an HPA whose pods have no request, in YAML',
    text: NOT_SCALED(
      'FailedGetResourceMetric',
      "    message: 'the HPA was unable to compute the replica count: failed to get cpu utilization:",
      "      missing request for cpu in container deck of Pod ferry-6d5f9c9b7d-x2x2p'",
    ),
    answer: 'healthy',
    api: METRICS,
  },
  { what: 'one metric that no rule makes, and nothing else: 404 is an answer', text: UNKNOWN_METRIC, answer: 'healthy', api: CUSTOM },
  {
    what: 'an HPA that asks for a metric which the adapter does not know',
    text: 'Warning\tFailedGetPodsMetric\thorizontalpodautoscaler/ferry\tunable to get metric tide_level: unable to fetch metrics from custom metrics API: the server could not find the metric tide_level for pods',
    answer: 'healthy',
    api: CUSTOM,
  },
  { what: 'an HPA on a metric of its pods', text: SCALED_ON(['Pods'], 'pods\n      metric tide_level'), answer: 'healthy', api: CUSTOM },
  {
    what: 'an HPA on a metric of a Service, beside one of CPU',
    text: SCALED_ON(['Object', 'Resource'], 'Service\n      metric tide_level'),
    answer: 'healthy',
    api: CUSTOM,
  },
  {
    what: 'an HPA on a metric of nothing in the cluster',
    text: SCALED_ON(['External'], 'external\n      metric tide_level(&LabelSelector{MatchLabels:map[string]string{foo:\n      bar,},})'),
    answer: 'healthy',
    api: EXTERNAL,
  },
  {
    what: 'an HPA on CPU',
    text: SCALED_ON(['Resource'], 'cpu resource\n      utilization (percentage of request)'),
    answer: 'healthy',
    api: METRICS,
  },
  { what: 'an HPA of which grep left the reason', text: SCALED_ON(['External'], ''), answer: 'healthy', api: EXTERNAL },
  {
    what: 'one metric that no rule makes, of an adapter that has others',
    text: lines('$ kubectl get --raw /apis/custom.metrics.k8s.io/v1beta1/namespaces/harbour/pods/*/tide_level', UNKNOWN_METRIC, LISTED),
    answer: 'healthy',
    api: CUSTOM,
  },
  {
    what: "waits in a client's own limiter, before its answer",
    text: lines(waited('11.4s'), '{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"tides.example.com/v1","resources":[]}'),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'one request that ran into its deadline, before an answer',
    text: lines(
      POST_TIMEOUT,
      at('09:00:31', 'I', 'httplog.go:134', '"HTTP" verb="LIST" URI="/apis/tides.example.com/v1/gauges" latency="5ms" resp=200'),
    ),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'an alert that has ended, with its state above its words',
    text: `[RESOLVED] KubeAggregatedAPIDown (${TIDES} prod)\nKubernetes aggregated API ${TIDES}/default has been only 71.2% available over the last 10m.\n${TIDES}   harbour/tide-gauge   True   3d`,
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'an error that the check of the kube-apiserver has taken back since',
    text: lines(
      at(
        '09:00:00',
        'E',
        'remote_available_controller.go:460',
        `${TIDES} failed with: failing or missing response from ${PATH}: Get "${PATH}": dial tcp 10.96.7.7:443: connect: connection refused`,
      ),
      at(
        '09:00:31',
        'I',
        'remote_available_controller.go:474',
        `"changing APIService availability" name="${TIDES}" oldStatus="False" newStatus="True" message="all checks passed" reason="Passed"`,
      ),
    ),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a failure of a need, and lists that were answered a minute later',
    text: lines(
      '$ kubectl logs tide-gauge-0',
      at(
        '09:00:00',
        'E',
        'provider.go:229',
        'unable to update list of all metrics: unable to fetch metrics for query "tides": bad_response: unknown response code 503',
      ),
      at('09:01:00', 'I', 'wrap.go:47', 'GET /apis/tides.example.com/v1/gauges: (7.9ms) 200 [[Go-http-client/2.0] 192.0.2.1:4680]'),
    ),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'the OpenAPI document that the kube-apiserver could not fetch at its own start',
    text: lines(
      klog(
        'E',
        'controller.go:102',
        `loading OpenAPI spec for "${TIDES}" failed with: failed to download ${TIDES}: failed to retrieve openAPI spec, http error: ResponseCode: 503, Body: service unavailable`,
      ),
      `${TIDES}   harbour/tide-gauge   True   3d`,
    ),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'another process that the kernel killed',
    text: `[12.5] Memory cgroup out of memory: Killed process 4711 (java) total-vm:812000kB, anon-rss:2kB\n${TIDES}   harbour/tide-gauge   True   3d`,
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a node of many that is not scraped, of an API that is available',
    text: lines(
      '$ kubectl logs deploy/metrics-server',
      ONE_NODE,
      '$ kubectl get apiservice',
      `${METRICS}   kube-system/metrics-server   True   40d`,
    ),
    answer: 'healthy',
    api: METRICS,
  },
  {
    what: 'a probe that failed while a pod started, of an API that is available',
    text: lines(
      `# APIService under diagnosis: ${TIDES}`,
      '$ kubectl get events',
      'Warning\tUnhealthy\tpod/tide-gauge-6d94bc8694-q5tdq\tReadiness probe failed: HTTP probe failed with statuscode: 500',
      '$ kubectl get pods',
      'tide-gauge-6d94bc8694-q5tdq   1/1   Running   0   3m',
      '$ kubectl get apiservice',
      `${TIDES}   harbour/tide-gauge   True   3m`,
    ),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'two kube-apiservers that write one condition, beside one that passed',
    text: lines(
      klog(
        'E',
        'available_controller.go:316',
        `${TIDES} failed with: Operation cannot be fulfilled on apiservices.apiregistration.k8s.io "${TIDES}": the object has been modified; please apply your changes to the latest version and try again`,
      ),
      `${TIDES}   harbour/tide-gauge   True   30d`,
    ),
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a document that is not listed, beside a condition that passed',
    text: lines(
      klog(
        'E',
        'controller.go:113',
        `loading OpenAPI spec for "${TIDES}" failed with: Error, could not get list of group versions for APIService`,
      ),
      `${TIDES}   harbour/tide-gauge   True   30d`,
    ),
    answer: 'healthy',
    api: TIDES,
  },
  { what: 'a row that is True', text: `${TIDES}   harbour/tide-gauge   True   30d`, answer: 'healthy', api: TIDES },
  {
    what: 'a condition that passed',
    text: `kind: APIService\nmetadata:\n  name: ${TIDES}\nstatus:\n  conditions:\n  - type: Available\n    status: "True"\n    reason: Passed\n    message: all checks passed`,
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a discovery document',
    text: '$ kubectl get --raw /apis/tides.example.com/v1\n{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"tides.example.com/v1","resources":[]}',
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a discovery document over several lines',
    text: '{\n  "kind": "APIResourceList",\n  "apiVersion": "v1",\n  "groupVersion": "tides.example.com/v1",\n  "resources": []\n}',
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'figures of pods',
    text: 'NAME           CPU(cores)   MEMORY(bytes)\ntide-gauge-0   3m           17Mi',
    answer: 'healthy',
    api: METRICS,
  },
  {
    what: 'figures of nodes',
    text: 'NAME     CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%\nnode-a   167m         2%     1623Mi          38%',
    answer: 'healthy',
    api: METRICS,
  },
  { what: 'an access log with 200', text: LIST, answer: 'healthy', api: TIDES },
  {
    what: 'an access log with 200 in the newer form',
    text: '"HTTP" verb="GET" URI="/apis/tides.example.com/v1/gauges?limit=1" latency="1.5ms" userAgent="kubectl" srcIP="192.0.2.5:4822" resp=200',
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a request of kubectl -v=6',
    text: 'I0105 09:00:00.000000   12345 round_trippers.go:553] GET https://192.0.2.2:6443/apis/tides.example.com/v1?timeout=32s 200 OK in 5 milliseconds',
    answer: 'healthy',
    api: TIDES,
  },
  {
    what: 'a client that went away after a 200',
    text: lines(
      LIST,
      klog('E', 'status.go:71', 'apiserver received an error that is not an metav1.Status: &errors.errorString{s:"http2: stream closed"}'),
    ),
    answer: 'healthy',
    harmless: /client went away/,
  },
  {
    what: 'a group with nothing in it',
    text: `E0105 09:00:13.100000   12345 memcache.go:255] couldn't get resource list for external.metrics.k8s.io/v1beta1: Got empty response for: external.metrics.k8s.io/v1beta1`,
    answer: 'healthy',
    api: EXTERNAL,
    harmless: /has no resources just now/,
  },
  {
    what: 'an autoscaler with a value',
    text: 'NAME    REFERENCE          TARGETS       MINPODS   MAXPODS   REPLICAS   AGE\nferry   Deployment/ferry   cpu: 12%/80%   1         10        2          41d',
    answer: 'healthy',
    api: METRICS,
  },
  {
    what: 'an autoscaler whose pods have no request',
    text: lines(
      'Name:  ferry',
      'Metrics:  ( current / target )',
      '  resource cpu on pods  (as a percentage of request):  <unknown> / 50%',
      '  ScalingActive  False   FailedGetResourceMetric  the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container ferry of Pod ferry-0',
    ),
    answer: 'healthy',
    api: METRICS,
    harmless: /no request for what it scales on/,
  },
  {
    what: 'an autoscaler with new pods',
    text: 'Warning  FailedGetResourceMetric  60s (x5 over 5m1s)  horizontal-pod-autoscaler  failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)',
    answer: 'healthy',
    harmless: /new or not ready/,
  },
  { what: 'the metric that is 0', text: `aggregator_unavailable_apiservice{name="${TIDES}"} 0`, answer: 'healthy', api: TIDES },
];

const ERRS: readonly AnswerRow[] = [
  {
    what: 'an HPA whose controller finds no version of custom metrics that answers (k8s.io/metrics 0.36 custom_metrics/discovery.go)',
    text: 'Warning\tFailedGetPodsMetric\thorizontalpodautoscaler/ferry\tunable to get metric tide_level: unable to fetch metrics from custom metrics API: no known available metric versions found',
    answer: 'errs-cause-unknown',
    api: CUSTOM,
  },
  { what: 'a request that ran into its deadline, and no answer', text: POST_TIMEOUT, answer: 'errs-cause-unknown', api: TIDES },
  { what: 'an alert in a chat', text: `[FIRING:1] KubeAggregatedAPIErrors ${TIDES} warning`, answer: 'errs-cause-unknown', api: TIDES },
  {
    what: 'an alert in a table',
    text: `<tr><th>alertname</th>\n<td>KubeAggregatedAPIDown</td></tr>\n<tr><th>name</th>\n<td>${TIDES}</td></tr>`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an alert as labels',
    text: `alertname="AggregatedAPIDown", apiservice="${TIDES}", severity="critical"`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an alert of Alertmanager with its runbook',
    text: `{"status":"firing","labels":{"alertname":"KubeAggregatedAPIErrors","name":"${TIDES}"},"annotations":{"runbook_url":"https://runbooks.example.com/kubeaggregatedapierrors"}}`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'a Status object',
    text: '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the server is currently unable to handle the request (get tides.tides.example.com)","reason":"ServiceUnavailable","code":503}',
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'discovery that is stale',
    text: 'Error: unable to retrieve the complete list of server APIs: tides.example.com/v1: stale GroupVersion discovery: tides.example.com/v1',
    answer: 'errs-cause-unknown',
    api: TIDES,
    notCause: 'orphaned-apiservice',
  },
  {
    what: 'the words of an alert',
    text: `Kubernetes aggregated API ${TIDES}/harbour has been only 71% available over the last 10m.`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'the metric that is 1',
    text: `aggregator_unavailable_apiservice{instance="a", name="${TIDES}"} 1`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an answer of Prometheus',
    text: `{"metric":{"__name__":"aggregator_unavailable_apiservice","name":"${TIDES}"},"value":[1767603600,"1"]}`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'autoscalers without a value',
    text: 'NAME    REFERENCE          TARGETS              MINPODS   MAXPODS   REPLICAS   AGE\nferry   Deployment/ferry   cpu: <unknown>/80%   1         10        2          41d',
    answer: 'errs-cause-unknown',
    api: METRICS,
  },
  {
    what: 'an event of an autoscaler',
    text: 'Warning  FailedGetResourceMetric  73s (x341 over 86m)  horizontal-pod-autoscaler  failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)',
    answer: 'errs-cause-unknown',
    api: METRICS,
  },
  {
    what: 'a namespace that does not end',
    text: 'Status:       Terminating\nConditions:\n  NamespaceDeletionDiscoveryFailure  True  Mon, 05 Jan 2026 09:00:00 +0000  DiscoveryFailed  Discovery failed for some groups, 2 failing: unable to retrieve the complete list of server APIs: buoys.example.com/v1: the server is currently unable to handle the request, tides.example.com/v1: the server is currently unable to handle the request',
    answer: 'errs-cause-unknown',
    api: ['v1.buoys.example.com', TIDES],
  },
  {
    what: 'Helm that stops',
    text: 'Error: UPGRADE FAILED: could not get apiVersions from Kubernetes: unable to retrieve the complete list of server APIs: tides.example.com/v1: the server is currently unable to handle the request',
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'the check of the aggregator without its message',
    text: `${TIDES}   harbour/tide-gauge   False (FailedDiscoveryCheck)   12h`,
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'a login that an API refuses, which the text names',
    text: `# ${TIDES} since this morning:\nerror: You must be logged in to the server (Unauthorized)`,
    answer: 'errs-cause-unknown',
    notCause: 'request-header-ca-mismatch',
    api: TIDES,
  },
  {
    what: 'kubectl top without an API',
    text: '$ kubectl top node\nerror: Metrics API not available',
    answer: 'errs-cause-unknown',
    api: METRICS,
  },
  {
    what: 'an error in a sentence of a person',
    text: 'any idea? we get “Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)”',
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an access log with 503',
    text: '"HTTP" verb="LIST" URI="/apis/tides.example.com/v1/gauges" latency="1.5ms" userAgent="kubectl" srcIP="192.0.2.5:4822" resp=503',
    answer: 'errs-cause-unknown',
    api: TIDES,
  },
  {
    what: 'an expired certificate of whom the kube-apiserver does not say',
    text: '$ kubectl logs -n kube-system kube-apiserver-a\ntls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-05T09:00:00Z is after 2026-01-04T09:00:00Z',
    answer: 'errs-cause-unknown',
    notCause: 'serving-certificate-expired',
  },
  {
    what: 'a server that panics over an error that it met: the error is the cause',
    text: lines(
      '$ kubectl logs -n harbour deploy/tide-gauge --previous',
      'panic: failed to create listener: failed to listen on 0.0.0.0:10250: listen tcp 0.0.0.0:10250: bind: address already in use',
      '',
      'goroutine 1 [running]:',
      'main.main()',
    ),
    answer: 'diagnosed',
    cause: 'port-conflict',
  },
  {
    what: 'a panic of the kube-apiserver',
    text: lines(
      '$ kubectl logs -n kube-system kube-apiserver-a',
      klog('E', 'runtime.go:77', 'Observed a panic: "assignment to entry in nil map"'),
    ),
    answer: 'diagnosed',
    cause: 'software-defect',
    notCause: 'panic',
  },
  {
    what: 'an expired certificate of whom the kube-apiserver does not say, under the name of an API',
    text: '# APIService under diagnosis: v1.tides.example.com\n$ kubectl logs -n kube-system kube-apiserver-a\ntls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-05T09:00:00Z is after 2026-01-04T09:00:00Z',
    answer: 'diagnosed',
    cause: 'serving-certificate-expired',
  },
];

const DIAGNOSED: readonly AnswerRow[] = [
  {
    what: 'an adapter that may not list the pods whose metric an HPA asks for, in YAML',
    text: NOT_SCALED(
      'FailedGetPodsMetric',
      "    message: 'the HPA was unable to compute the replica count: unable to get metric",
      '      tide_level: unable to fetch metrics from custom metrics API: pods is forbidden:',
      '      User "system:serviceaccount:tides:tide-adapter" cannot list resource',
      `      "pods" in API group "" in the namespace "harbour"'`,
    ),
    answer: 'diagnosed',
    api: CUSTOM,
    cause: 'backend-rights-missing',
    notCause: 'aggregated-request-forbidden',
  },
  {
    what: 'the same of a command, below the path that it asked for',
    text: lines(
      '$ kubectl get --raw /apis/custom.metrics.k8s.io/v1beta1/namespaces/harbour/pods/*/tide_level',
      'Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:tides:tide-adapter" cannot list resource "pods" in API group "" in the namespace "harbour"',
    ),
    answer: 'diagnosed',
    api: CUSTOM,
    cause: 'backend-rights-missing',
  },
  {
    what: 'an HPA controller that may not ask for the metric itself',
    text: 'Warning\tFailedGetPodsMetric\thorizontalpodautoscaler/ferry\tunable to get metric tide_level: unable to fetch metrics from custom metrics API: pods.custom.metrics.k8s.io "*" is forbidden: User "system:serviceaccount:kube-system:horizontal-pod-autoscaler" cannot get resource "pods/tide_level" in API group "custom.metrics.k8s.io" in the namespace "harbour"',
    answer: 'diagnosed',
    api: CUSTOM,
    cause: 'aggregated-request-forbidden',
  },
  {
    what: 'an adapter that answered minutes after its Prometheus refused that it knows no metric: that is no end of it',
    text: lines(
      '$ kubectl logs deploy/prometheus-adapter',
      at(
        '09:00:00',
        'E',
        'provider.go:229',
        'unable to update list of all metrics: unable to fetch metrics for query "{}": Get "http://prometheus.quay.svc:9090/api/v1/series": dial tcp 10.96.3.3:9090: connect: connection refused',
      ),
      at('09:05:00', 'E', 'wrap.go:54', 'the server could not find the metric tide_level for pods'),
    ),
    answer: 'diagnosed',
    api: CUSTOM,
    cause: 'backend-dependency-failing',
  },
  {
    what: 'a check that fails each day at two',
    text: lines(...['05', '06', '07', '08'].map((day) => dayAt(day, '02:00:07'))),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'scheduled-operation',
  },
  {
    what: 'a check that fails each day, at any time',
    text: lines(dayAt('05', '02:00:07'), dayAt('06', '07:10:00'), dayAt('07', '01:00:00'), dayAt('08', '11:30:00')),
    answer: 'diagnosed',
    api: TIDES,
    notCause: 'scheduled-operation',
  },
  {
    what: 'what grep leaves of a condition, folded',
    text: lines(
      `$ kubectl get apiservice ${TIDES} -o yaml | grep -A3 message`,
      `    message: 'failing or missing response from ${PATH}:`,
      `      Get "${PATH}": tls: failed to verify`,
      '      certificate: x509: certificate is valid for localhost, not tide-gauge.harbour.svc',
      "      '",
      '    reason: FailedDiscoveryCheck',
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'serving-certificate-name-mismatch',
  },
  {
    what: "the storage of OpenShift's own servers, which is the control plane's",
    text: lines('v1.tides.openshift.io', '$ kubectl logs tide-apiserver', klog('W', 'logging.go:59', ETCD_AWAY)),
    answer: 'diagnosed',
    cause: 'etcd-slow',
    notCause: 'backend-storage-failing',
  },
  {
    what: 'the storage of another server, which is its own',
    text: lines(TIDES, '$ kubectl logs tide-apiserver', klog('W', 'logging.go:59', ETCD_AWAY)),
    answer: 'diagnosed',
    cause: 'backend-storage-failing',
  },
  {
    what: 'a controller of the cluster that has no rights',
    text: `gauges.tides.example.com is forbidden: User "system:serviceaccount:kube-system:horizontal-pod-autoscaler${MAY_NOT}`,
    answer: 'diagnosed',
    cause: 'aggregated-request-forbidden',
  },
  {
    what: 'a command with a name, taken for one without',
    text: `$ kubectl get --raw /apis/tides.example.com/v1\nError from server (Forbidden): forbidden: User "system:anonymous" cannot get path "/apis/tides.example.com/v1"`,
    answer: 'diagnosed',
    api: TIDES,
    cause: 'discovery-forbidden',
  },
  {
    what: "a kubelet's line of a pod that is called like a server",
    text: kubelet('tide-apiserver-6f7c9d5b44-7xk2p'),
    answer: 'diagnosed',
    cause: 'pod-crash-looping',
  },
  {
    what: 'long waits in a limiter, and no answer',
    text: `$ kubectl logs tide-gauge-0\n${waited('11.4s')}`,
    answer: 'diagnosed',
    cause: 'client-side-throttled',
  },
  {
    what: 'a catalogue of OLM that was lost again',
    text: lines(catalogue('READY'), NO_CATALOGUE, catalogue('TRANSIENT_FAILURE')),
    answer: 'diagnosed',
    cause: 'backend-dependency-failing',
  },
  {
    what: 'a policy that admits nobody, beside a check whose time is over',
    text: timedOutBesidePolicyOf('harbour'),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'network-policy-blocking',
  },
  {
    what: 'a policy of another namespace, beside a check whose time is over',
    text: timedOutBesidePolicyOf('quay'),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'connection-timed-out',
    notCause: 'network-policy-blocking',
  },
  {
    what: 'a server that is down, and says which file is missing',
    text: lines(
      klog('F', 'main.go:71', 'unable to run: open /cert/tls.crt: no such file or directory'),
      `${TIDES}   harbour/tide-gauge   False (MissingEndpoints)   5m`,
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'bad-flag-or-config',
  },
  {
    what: 'what an adapter asks over gRPC and does not answer in time',
    text: noStatus('&status.Error{s:(*status.Status)(0xc000052bd0)}: rpc error: code = DeadlineExceeded desc = context deadline exceeded'),
    answer: 'diagnosed',
    cause: 'backend-dependency-failing',
  },
  {
    what: 'what an adapter asks, and is refused by',
    text: noStatus(
      '&url.Error{Op:"Get", URL:"http://tide-watch.harbour.svc:9090/tides", Err:(*net.OpError)(0xc000052bd0)}: Get "http://tide-watch.harbour.svc:9090/tides": dial tcp 10.96.3.3:9090: connect: connection refused',
    ),
    answer: 'diagnosed',
    cause: 'backend-dependency-failing',
  },
  {
    what: 'an error of a handler that is none of the API',
    text: noStatus('&errors.errorString{s:"tide table is empty"}: tide table is empty'),
    answer: 'diagnosed',
    cause: 'backend-server-error',
  },
  {
    what: 'a metric of a ScaledObject that there is not',
    text: noStatus(
      '&status.Error{s:(*status.Status)(0xc000052bd0)}: rpc error: code = Unknown desc = error when getting metric values error getting scalers ScaledObject.keda.sh "canoe" not found',
    ),
    answer: 'diagnosed',
    cause: 'bad-flag-or-config',
  },
  {
    what: 'an etcd that is full, in the words of a quota',
    text: lines(
      klog(
        'E',
        'status.go:71',
        'apiserver received an error that is not an metav1.Status: rpc error: code = ResourceExhausted desc = etcdserver: mvcc: database space exceeded',
      ),
      `${TIDES}   harbour/tide-gauge   False (FailedDiscoveryCheck)   5m`,
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'etcd-out-of-space',
  },
  {
    what: 'an alert that fires behind one that has ended',
    text: `[RESOLVED] KubeAggregatedAPIDown (v1.buoys.example.com)\n[FIRING:1] KubeAggregatedAPIDown (${TIDES})\nKubernetes aggregated API ${TIDES}/default has been only 71.2% available over the last 10m.\ndial tcp 10.96.7.7:443: connect: connection refused`,
    answer: 'diagnosed',
    api: TIDES,
    cause: 'connection-refused',
  },
  {
    what: 'an error half a minute before a list that was answered',
    text: lines(
      '$ kubectl logs tide-gauge-0',
      at('09:00:00', 'E', 'gauge.go:9', 'dial tcp 10.96.9.9:5432: connect: connection refused'),
      at('09:00:30', 'I', 'wrap.go:47', 'GET /apis/tides.example.com/v1/gauges: (7.9ms) 200 [[Go-http-client/2.0] 192.0.2.1:4680]'),
    ),
    answer: 'diagnosed',
    api: TIDES,
  },
  {
    what: 'its own process that the kernel killed',
    text: `[12.5] Memory cgroup out of memory: Killed process 4711 (tide-gauge) total-vm:812000kB, anon-rss:2kB\n${TIDES}   harbour/tide-gauge   False (MissingEndpoints)   3d`,
    answer: 'diagnosed',
    api: TIDES,
    cause: 'out-of-memory-killed',
  },
  {
    what: 'a kubelet that speaks of another pod',
    text: lines(
      klog(
        'E',
        'pod_workers.go:1301',
        '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"ferry\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=ferry\\"" pod="quay/ferry-6d4f9-8hhsx" podUID="1f"',
      ),
      klog(
        'E',
        'remote_available_controller.go:460',
        `${TIDES} failed with: failing or missing response from ${PATH}: Get "${PATH}": dial tcp 10.96.7.7:443: i/o timeout`,
      ),
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'connection-timed-out',
    notCause: 'pod-crash-looping',
  },
  {
    what: 'a kubelet that speaks of its own pod',
    text: lines(
      klog(
        'E',
        'pod_workers.go:1301',
        '"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"gauge\\" with CrashLoopBackOff: \\"back-off 5m0s restarting failed container=gauge\\"" pod="harbour/tide-gauge-6d4f9-8hhsx" podUID="1f"',
      ),
      `${TIDES}   harbour/tide-gauge   False (MissingEndpoints)   3d`,
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'pod-crash-looping',
  },
  {
    what: 'a client that waits for its own limiter, and nothing else',
    text: lines(
      '# APIService under diagnosis: v1.tides.example.com',
      klog(
        'I',
        'request.go:697',
        'Waited for 1.2s due to client-side throttling, not priority and fairness, request: GET:https://10.96.0.1:443/apis/tides.example.com/v1',
      ),
    ),
    answer: 'diagnosed',
    cause: 'client-side-throttled',
  },
  {
    what: 'a server that asks for an API version that is gone, in a message that YAML folded',
    text: lines(
      '# APIService under diagnosis: v1.tides.example.com',
      'Discovery failed for some groups, 1 failing: unable to retrieve the',
      '      complete list of server APIs: tides.example.com/v1: an error on the server',
      String.raw`      ("Internal Server Error: \"/apis/tides.example.com/v1?timeout=32s\": the server`,
      '      could not find the requested resource") has prevented the request from succeeding',
    ),
    answer: 'diagnosed',
    cause: 'software-defect',
  },
  {
    what: 'a group of the kube-apiserver that it lists and does not serve',
    text: 'deletion of namespace harbour failed: unable to retrieve the complete list of server APIs: events.k8s.io/v1: the server could not find the requested resource',
    answer: 'diagnosed',
    cause: 'discovery-stale',
  },
  {
    what: 'webhooks that the kube-apiserver does not reach, beside an API that fails its check',
    text: lines(
      'v1.tides.example.com   harbour/tide-gauge   False (FailedDiscoveryCheck)   9m',
      'Error from server (InternalError): Internal error occurred: failed calling webhook "tides.example.com": failed to call webhook: Post "https://tide-gauge.harbour.svc:443/mutate?timeout=10s": context deadline exceeded',
    ),
    answer: 'diagnosed',
    cause: 'connection-timed-out',
  },
  {
    what: 'a kubelet that the kube-apiserver turns away',
    text: lines(
      '# APIService under diagnosis: v1.tides.example.com',
      'W0105 09:00:13.100000    1178 status_manager.go:476] Failed to update status for pod "tide-0_harbour(83d5)": the server has received too many requests and has asked us to try again later (put pods tide-0)',
    ),
    answer: 'diagnosed',
    cause: 'apiserver-overloaded',
  },
  {
    what: 'a server whose dependency shows a certificate of another CA',
    text: lines(
      '$ kubectl logs -n harbour deploy/tide-gauge',
      '# APIService under diagnosis: v1.tides.example.com',
      'W0105 09:00:13.100000       1 logging.go:59] [core] [Channel #1 SubChannel #5] grpc: addrConn.createTransport failed to connect to {Addr: "tide-store.harbour.svc:7000", }. Err: connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
    ),
    answer: 'diagnosed',
    cause: 'dependency-certificate-untrusted',
  },
  {
    what: 'a server that does not take the certificate of the kube-apiserver',
    text: lines(
      '$ kubectl logs -n harbour deploy/tide-gauge',
      '# APIService under diagnosis: v1.tides.example.com',
      'E0105 09:00:13.100000       1 reflector.go:205] "Failed to watch" err="failed to list *v1.ConfigMap: Get \\"https://10.96.0.1:443/api/v1/namespaces/kube-system/configmaps?limit=500\\": tls: failed to verify certificate: x509: certificate signed by unknown authority"',
    ),
    answer: 'diagnosed',
    cause: 'dependency-certificate-untrusted',
    notCause: 'kube-apiserver-unreachable-from-backend',
  },
  {
    what: 'a kube-apiserver that a client does not reach',
    text: 'Unable to connect to the server: dial tcp 192.0.2.2:6443: i/o timeout',
    answer: 'diagnosed',
    cause: 'apiserver-unavailable',
    notCause: 'connection-timed-out',
  },
  {
    what: 'no route, in the words of 1.13',
    text: old('dial tcp 10.96.7.7:443: connect: no route to host'),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'host-unreachable',
  },
  {
    what: 'a network that is unreachable, in the words of 1.30: an answer, not silence',
    text: 'failing or missing response from https://10.96.7.7:443/apis/tides.example.com/v1: Get "https://10.96.7.7:443/apis/tides.example.com/v1": dial tcp 10.96.7.7:443: connect: network is unreachable',
    answer: 'diagnosed',
    cause: 'host-unreachable',
  },
  {
    what: 'refused, in the words of 1.13',
    text: old('dial tcp 10.96.7.7:443: connect: connection refused'),
    answer: 'diagnosed',
    cause: 'connection-refused',
  },
  {
    what: 'a time-out, in the words of 1.13',
    text: old('dial tcp 10.96.7.7:443: i/o timeout'),
    answer: 'diagnosed',
    cause: 'connection-timed-out',
  },
  {
    what: 'a client that gave up, in the words of 1.13',
    text: old('net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)'),
    answer: 'diagnosed',
    cause: 'connection-timed-out',
  },
  { what: 'an end of file, in the words of 1.13', text: old('EOF'), answer: 'diagnosed', cause: 'connection-reset' },
  {
    what: 'a certificate, in the words of 1.13',
    text: old('x509: certificate has expired or is not yet valid'),
    answer: 'diagnosed',
    cause: 'serving-certificate-expired',
  },
  { what: 'a handshake, in the words of 1.13', text: old('net/http: TLS handshake timeout'), answer: 'diagnosed', cause: 'backend-slow' },
  {
    what: 'a socket of the tunnel',
    text: 'Error from server: error dialing backend: read unix @->/tunnel-uds/socket: read: connection reset by peer',
    answer: 'diagnosed',
    cause: 'tunnel-down',
  },
  ...[
    [
      'a proxy of an EgressSelectorConfiguration that refuses',
      'proxy error from 192.0.2.40:8131 while dialing 10.245.0.20:8443, code 502: 502 Bad Gateway',
    ],
    [
      'one that does not allow the address',
      'proxy error from 192.0.2.40:8131 while dialing 10.245.0.20:8443, code 403: 403 Forbidden',
      'tunnel-refuses-backend',
    ],
    ['one that closes', 'reading HTTP response from CONNECT to 10.245.0.20:8443 via proxy 192.0.2.40:8131 failed: unexpected EOF'],
    ['one that is not there', 'dial tcp 192.0.2.40:8131: connect: connection refused'],
    ['one whose socket is not there', 'dial unix /run/egress.socket: connect: no such file or directory'],
  ].map(([what = '', why, cause = 'tunnel-down']) => ({
    what,
    text: `status:\n  conditions:\n  - message: 'failing or missing response from https://10.245.0.20:8443/apis/wardle.example.com/v1alpha1: Get "https://10.245.0.20:8443/apis/wardle.example.com/v1alpha1": ${why}'\n    reason: FailedDiscoveryCheck\n    status: "False"\n    type: Available`,
    answer: 'diagnosed' as const,
    cause,
  })),
  {
    what: 'an out-of-memory kill in the words of an old kernel',
    text: '[ 12.4] Out of memory: Kill process 4711 (tide-gauge) score 1068 or sacrifice child',
    answer: 'diagnosed',
    cause: 'out-of-memory-killed',
  },
  {
    what: 'the same of the kube-apiserver',
    text: '[ 12.4] Out of memory: Kill process 4711 (kube-apiserver) score 1068 or sacrifice child',
    answer: 'diagnosed',
    cause: 'node-under-pressure',
  },
  {
    what: 'requests turned away',
    text: lines(
      '$ kubectl logs -n kube-system kube-apiserver-a',
      klog('I', 'maxinflight.go:111', 'GET /api/v1/services?resourceVersion=0: (7.054µs) 429 [[kubelet/v1.10] 192.0.2.10:41957]'),
    ),
    answer: 'diagnosed',
    cause: 'apiserver-overloaded',
  },
  {
    what: 'a disk of etcd that takes seconds',
    text: '{"level":"warn","ts":"2026-01-05T09:00:00Z","caller":"wal/wal.go:806","msg":"slow fdatasync","took":"7.454439372s","expected-duration":"1s"}',
    answer: 'diagnosed',
    cause: 'etcd-slow',
  },
  {
    what: 'checks of the kube-apiserver',
    text: "$ kubectl get --raw '/readyz?verbose'\n[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/apiservice-discovery-controller failed: reason withheld\nreadyz check failed",
    answer: 'diagnosed',
    cause: 'etcd-slow',
    notCause: 'pod-crash-looping',
  },
  {
    what: 'events of a cluster in which another workload crashes',
    text: lines(
      '$ kubectl get events -A',
      'default       12m   Warning   BackOff   pod/ferry-6d5f9c9b7d-x2x2p            Back-off restarting failed container ferry in pod ferry-6d5f9c9b7d-x2x2p',
      'kube-system   5m    Warning   Evicted   pod/metrics-server-6d94bc8694-q5tdq   The node was low on resource: ephemeral-storage. Threshold quantity: 5Gi, available: 3Gi.',
    ),
    answer: 'diagnosed',
    api: METRICS,
    cause: 'pod-evicted',
  },
  {
    what: 'two pods described, the other one killed for memory',
    text: lines(
      'Name:         ferry-6d5f9c9b7d-x2x2p',
      'Containers:',
      '  ferry:',
      '    State:          Waiting',
      '      Reason:       CrashLoopBackOff',
      '    Last State:     Terminated',
      '      Reason:       OOMKilled',
      '      Exit Code:    137',
      '    Restart Count:  51',
      '',
      'Name:         metrics-server-6d94bc8694-zk4lw',
      'Containers:',
      '  metrics-server:',
      '    State:          Running',
      '    Ready:          False',
      '    Restart Count:  0',
      'Events:',
      '  Type     Reason     Age   From     Message',
      '  Warning  Unhealthy  2m (x9 over 10m)  kubelet  Readiness probe failed: HTTP probe failed with statuscode: 500',
    ),
    answer: 'diagnosed',
    api: METRICS,
    cause: 'pod-probe-failing',
  },
  {
    what: 'words of a person beside a log line',
    text: lines(
      'Last month the serving certificate had expired, but this time that is not what we see.',
      '```',
      klog(
        'E',
        'available_controller.go:524',
        `${TIDES} failed with: failing or missing response from ${PATH}: Get "${PATH}": dial tcp 10.96.7.7:443: i/o timeout`,
      ),
      '```',
    ),
    answer: 'diagnosed',
    cause: 'connection-timed-out',
    notCause: 'serving-certificate-expired',
  },
  {
    what: 'words that a server behind an API prints too, from the kube-apiserver itself: the proxy is in its own way',
    text: klog(
      'E',
      'available_controller.go:524',
      `${TIDES} failed with: failing or missing response from ${PATH}: Get "${PATH}": proxyconnect tcp: dial tcp 192.0.2.80:3128: connect: connection refused`,
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'proxy-in-the-way',
  },
  {
    what: 'a node that is not scraped, where nothing shows that the API answers',
    text: lines('$ kubectl logs deploy/metrics-server', ONE_NODE),
    answer: 'diagnosed',
    api: METRICS,
    cause: 'kubelet-scrape-failing',
  },
  {
    what: 'a client that finds no address of the kube-apiserver',
    text: lines(
      `# APIService under diagnosis: ${TIDES}`,
      '$ kubectl get tides',
      'Unable to connect to the server: dial tcp: lookup harbour.example.com on 127.0.0.53:53: server misbehaving',
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'dns-failing',
    notCause: 'apiserver-unavailable',
  },
  {
    what: 'a control plane that does not reach the nodes either',
    text: lines(
      'Error from server: error dialing backend: dial tcp 192.0.2.10:10250: connect: no route to host',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)',
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'host-unreachable',
  },
  {
    what: 'a server that has no metrics a minute after it had none',
    text: lines(
      '$ kubectl logs -n kube-system deploy/metrics-server',
      at('09:00:20', 'I', 'server.go:192', '"Failed probe" probe="metric-storage-ready" err="no metrics to serve"'),
      at('09:01:30', 'I', 'server.go:192', '"Failed probe" probe="metric-storage-ready" err="no metrics to serve"'),
    ),
    answer: 'diagnosed',
    api: METRICS,
    cause: 'kubelet-scrape-failing',
  },
  {
    what: 'the certificate of the front proxy taken for a user',
    text: lines(`# ${TIDES}`, `${FORBIDDEN}front-proxy-client${MAY_NOT}`),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'front-proxy-name-not-allowed',
  },
  {
    what: 'a pod that is ready, and restarts since it was made',
    text: lines(
      `# ${TIDES}`,
      '$ kubectl get pods -n harbour',
      'NAME                          READY   STATUS    RESTARTS      AGE',
      'tides-7c9f8d6b5-abcde         1/1     Running   3 (20s ago)   6m28s',
    ),
    answer: 'diagnosed',
    api: TIDES,
    cause: 'pod-restarting',
  },
  {
    what: 'a metric of which the adapter knows no query',
    text: 'unable to get external metric harbour/tide-level/nil: unable to fetch metrics from external metrics API: no metric query found',
    answer: 'diagnosed',
    api: EXTERNAL,
    cause: 'bad-flag-or-config',
  },
  {
    what: 'a table without endpoints',
    text: '$ kubectl -n kube-system get endpoints metrics-server\nNAME             ENDPOINTS   AGE\nmetrics-server   <none>      12m',
    answer: 'diagnosed',
    api: METRICS,
    cause: 'no-ready-endpoints',
  },
  {
    what: 'a release in a line of the server',
    text: lines(
      'time="2026-01-05T09:00:00Z" level=info msg="connection established. cluster-version: v1.34.1"',
      'time="2026-01-05T09:00:01Z" level=error msg="PackageManifest list failed" error="rpc error: code = Unavailable desc = connection error: desc = \\"transport: Error while dialing dial tcp 10.0.4.3:50051: i/o timeout\\"" component=packageserver',
    ),
    answer: 'diagnosed',
    api: 'v1.packages.operators.coreos.com',
  },
  {
    what: 'an API that nobody serves',
    text: 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from API: the server could not find the requested resource (get pods.metrics.k8s.io)',
    answer: 'diagnosed',
    api: METRICS,
    cause: 'version-not-served',
  },
  {
    what: 'one API that answers beside one that does not',
    text: lines(
      `${TIDES}   harbour/tide-gauge   True   30d`,
      klog(
        'E',
        'available_controller.go:524',
        `v1.buoys.example.com failed with: failing or missing response from https://10.96.8.8:443/apis/buoys.example.com/v1: bad status from https://10.96.8.8:443/apis/buoys.example.com/v1: 404`,
      ),
    ),
    answer: 'diagnosed',
    api: ['v1.buoys.example.com', TIDES],
    cause: 'version-not-served',
  },
  {
    what: 'two errors of two APIs',
    text: lines(
      klog(
        'E',
        'available_controller.go:524',
        `${CUSTOM} failed with: failing or missing response from https://10.96.8.8:443/apis/custom.metrics.k8s.io/v1beta1: bad status from https://10.96.8.8:443/apis/custom.metrics.k8s.io/v1beta1: 404`,
      ),
      klog(
        'E',
        'available_controller.go:524',
        `${EXTERNAL} failed with: failing or missing response from https://10.96.9.9:443/apis/external.metrics.k8s.io/v1beta1: Get "https://10.96.9.9:443/apis/external.metrics.k8s.io/v1beta1": dial tcp 10.96.9.9:443: connect: connection refused`,
      ),
    ),
    answer: 'diagnosed',
    api: [CUSTOM, EXTERNAL],
  },
];

export const ANSWERS: readonly AnswerRow[] = [...NOTHING, ...HEALTHY, ...ERRS, ...DIAGNOSED];
