/** What is said of an API where a text shows the same trouble of its server's, and of another's. */
export interface WhoseRow {
  readonly rule: string;
  /** The trouble is of the API's server. */
  readonly own: string;
  /** The same trouble of what looks alike. */
  readonly other: string;
  readonly cause: string;
}

const lines = (...all: readonly string[]) => all.join('\n');
const TIDES = 'v1.tides.example.com';
/** The API fails, and the text names its Service. */
const FAILS = `${TIDES}   harbour/gauge-api   False (MissingEndpoints)   1d`;
/** The API fails, and the text does not tell what serves it. */
const UNKNOWN_SERVER = `Error from server (ServiceUnavailable): the server is currently unable to handle the request (get tides.tides.example.com)`;
const METRICS = 'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get nodes.metrics.k8s.io)';
const crash = (pod: string) => `${pod}   0/1   CrashLoopBackOff   7 (2m50s ago)   12m`;
const row = (namespace: string, pod: string) => `${namespace}   ${crash(pod)}`;
const backOff = (namespace: string, object: string) =>
  `${namespace}   2m   Warning   BackOff   ${object}   Back-off restarting failed container server`;
const killed = (name: string, ...more: readonly string[]) =>
  lines(
    `Name:             ${name}`,
    ...more,
    'Containers:',
    '  server:',
    '    State:          Waiting',
    '      Reason:       CrashLoopBackOff',
    '    Last State:     Terminated',
    '      Reason:       OOMKilled',
    '      Exit Code:    137',
    '    Ready:          False',
    '    Restart Count:  51',
  );
const document = (name: string, namespace: string, ...metadata: readonly string[]) =>
  lines(
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    ...metadata,
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    'spec:',
    '  volumes:',
    '  - name: gauge-api-token',
    'status:',
    '  containerStatuses:',
    '  - name: server',
    '    ready: false',
    '    restartCount: 9',
    '    state:',
    '      waiting:',
    '        reason: ImagePullBackOff',
  );
const SERVICE = lines(
  'Name:              gauge-api',
  'Namespace:         harbour',
  'Selector:          tier=water,app=gauge',
  'Type:              ClusterIP',
  'Session Affinity:  None',
);
const NODES = (name: string) =>
  lines(
    'NAME     STATUS     ROLES    AGE   VERSION',
    `${name}   NotReady   <none>   9d   v1.34.1`,
    'node-z   Ready      <none>   9d   v1.34.1',
  );
const asked = `E0105 09:00:00.000000       1 available_controller.go:524] ${TIDES} failed with: failing or missing response from https://10.1.2.3:6443/apis/tides.example.com/v1: EOF`;

export const WHOSE: readonly WhoseRow[] = [
  {
    rule: 'the name of the Service, in a list of the cluster',
    own: lines(FAILS, '', row('harbour', 'gauge-api-7c9f8d6b5-x2x2p'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    other: lines(FAILS, '', row('harbour', 'gaugeless-7c9f8d6b5-x2x2p'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the namespace of the Service',
    own: lines(FAILS, '', row('harbour', 'gauge-api-7c9f8d6b5-x2x2p')),
    other: lines(FAILS, '', row('mole', 'gauge-api-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the namespace that the command asks for',
    own: lines(FAILS, '$ kubectl -n harbour get pods', crash('gauge-api-7c9f8d6b5-x2x2p')),
    other: lines(FAILS, '$ kubectl -n mole get pods', crash('gauge-api-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'a Service with a word behind that Services have',
    own: lines(FAILS.replace('gauge-api', 'gauge-service'), '', row('harbour', 'gauge-7c9f8d6b5-x2x2p')),
    other: lines(
      FAILS.replace('gauge-api', 'gauge-service'),
      '',
      row('harbour', 'gau-7c9f8d6b5-x2x2p'),
      row('harbour', 'ferry-7c9f8d6b5-x2x2p'),
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the name itself before one that goes on',
    own: lines(
      FAILS,
      '',
      row('harbour', 'gauge-api-7c9f8d6b5-x2x2p'),
      'harbour   gauge-api-exporter-7c9f8d6b5-z9z9p   1/1   Running   0   3d',
    ),
    other: lines(
      FAILS,
      '',
      'harbour   gauge-api-7c9f8d6b5-x2x2p   1/1   Running   0   3d',
      row('harbour', 'gauge-api-exporter-7c9f8d6b5-z9z9p'),
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'labels that its Service selects',
    own: lines(
      FAILS,
      SERVICE,
      killed('mareograph-7c9f8d6b5-x2x2p', 'Namespace:        harbour', 'Labels:           app=gauge', '                  tier=water'),
    ),
    other: lines(
      FAILS,
      SERVICE,
      killed('mareograph-7c9f8d6b5-x2x2p', 'Namespace:        harbour', 'Labels:           app=gauge', '                  tier=land'),
      killed('ferry-0'),
    ),
    cause: 'out-of-memory-killed',
  },
  {
    rule: 'labels of a document that its Service selects',
    own: lines(FAILS, SERVICE, document('mareograph-0', 'harbour', '  labels:', '    app: gauge', '    tier: water')),
    other: lines(
      FAILS,
      SERVICE,
      document('mareograph-0', 'harbour', '  labels:', '    app: gauge', '    tier: land'),
      killed('ferry-0', 'Namespace:        harbour'),
    ),
    cause: 'image-pull-failing',
  },
  {
    rule: 'the label that says which program it is',
    own: lines(FAILS, '$ kubectl -n harbour get pods -l app=gauge-api', crash('mareograph-7c9f8d6b5-x2x2p')),
    other: lines(FAILS, '$ kubectl -n harbour get pods -l app=ferry', crash('mareograph-7c9f8d6b5-x2x2p'), crash('ferry-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the label that says which program it is, in a column',
    own: lines(
      FAILS,
      '$ kubectl -n harbour get pods --show-labels',
      `${crash('mareograph-7c9f8d6b5-x2x2p')}   app=gauge-api,tier=water`,
      'ferry-0   1/1   Running   0   3d   app=ferry',
    ),
    other: lines(
      FAILS,
      '$ kubectl -n harbour get pods --show-labels',
      'mareograph-7c9f8d6b5-x2x2p   1/1   Running   0   3d   app=gauge-api,tier=water',
      `${crash('ferry-0')}   app=ferry`,
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the name behind its kind',
    own: lines(METRICS, crash('pod/metrics-server-7c9f8d6b5-x2x2p'), 'pod/ferry-0   1/1   Running   0   3d'),
    other: lines(METRICS, 'pod/metrics-server-7c9f8d6b5-x2x2p   1/1   Running   0   3d', crash('pod/ferry-0')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the description that a message stands in',
    own: lines(
      METRICS,
      killed('metrics-server-0').replace('OOMKilled', 'Error'),
      '      Message:      panic: runtime error: invalid memory address or nil pointer dereference',
    ),
    other: lines(
      METRICS,
      killed('ferry-0').replace('OOMKilled', 'Error'),
      '      Message:      panic: runtime error: invalid memory address or nil pointer dereference',
    ),
    cause: 'panic',
  },
  {
    rule: 'the description of the node that its pod is on',
    own: lines(
      FAILS,
      '',
      'harbour   gauge-api-0   0/1   Running   0   3d   10.0.0.9   node-a',
      '$ kubectl describe node node-a',
      'Name:               node-a',
      'Events:',
      '  Warning  SystemOOM  2m  kubelet  System OOM encountered, victim process: gauge, pid: 4711',
    ),
    other: lines(
      FAILS,
      '',
      'harbour   gauge-api-0   0/1   Running   0   3d   10.0.0.9   node-a',
      '$ kubectl describe node node-b',
      'Name:               node-b',
      'Events:',
      '  Warning  SystemOOM  2m  kubelet  System OOM encountered, victim process: gauge, pid: 4711',
    ),
    cause: 'node-under-pressure',
  },
  {
    rule: 'the address at which it was asked',
    own: lines(
      asked,
      '$ kubectl get pods -A -o wide',
      `${row('harbour', 'mareograph-7c9f8d6b5-x2x2p')}   10.1.2.3   node-a`,
      `${row('harbour', 'ferry-0')}   10.1.2.4   node-a`,
    ),
    other: lines(
      asked,
      '$ kubectl get pods -A -o wide',
      `${row('harbour', 'mareograph-7c9f8d6b5-x2x2p')}   10.1.2.5   node-a`,
      `${row('harbour', 'ferry-0')}   10.1.2.4   node-a`,
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'its controller',
    own: lines(FAILS, killed('gauge-api-x', 'Namespace:        harbour', 'Controlled By:    ReplicaSet/gauge-api-7c9f8d6b5')),
    other: lines(FAILS, killed('x-gauge-api', 'Namespace:        mole', 'Controlled By:    ReplicaSet/ferry-7c9f8d6b5')),
    cause: 'out-of-memory-killed',
  },
  {
    rule: 'a server that is known for the group',
    own: lines(METRICS, row('kube-system', 'metrics-server-7c9f8d6b5-x2x2p')),
    other: lines(METRICS, row('kube-system', 'metrics-collector-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the likeliest of the servers that are known for the group',
    own: lines(
      METRICS,
      row('kube-system', 'metrics-server-7c9f8d6b5-x2x2p'),
      'watch   prometheus-adapter-7c9f8d6b5-x2x2p   1/1   Running   0   3d',
    ),
    other: lines(
      METRICS,
      'kube-system   metrics-server-7c9f8d6b5-x2x2p   1/1   Running   0   3d',
      row('watch', 'prometheus-adapter-7c9f8d6b5-x2x2p'),
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'a release before the name',
    own: lines(METRICS, crash('quay-metrics-server-7c9f8d6b5-x2x2p')),
    other: lines(METRICS, crash('quay-server-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'a word that group and workload share',
    own: lines(UNKNOWN_SERVER, row('harbour', 'tide-gauge-7c9f8d6b5-x2x2p'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    other: lines(UNKNOWN_SERVER, row('harbour', 'tidy-gauge-7c9f8d6b5-x2x2p'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'of several that share a word, the one that is called a server',
    own: lines(
      UNKNOWN_SERVER,
      row('harbour', 'tide-apiserver-7c9f8d6b5-x2x2p'),
      'harbour   tide-painter-7c9f8d6b5-x2x2p   1/1   Running   0   3d',
    ),
    other: lines(
      UNKNOWN_SERVER,
      'harbour   tide-apiserver-7c9f8d6b5-x2x2p   1/1   Running   0   3d',
      row('harbour', 'tide-painter-7c9f8d6b5-x2x2p'),
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'the only workload that is shown, where nothing is known of the server',
    own: lines(UNKNOWN_SERVER, killed('mareograph-0')),
    other: lines(UNKNOWN_SERVER, killed('mareograph-0'), killed('ferry-0')),
    cause: 'out-of-memory-killed',
  },
  {
    rule: 'what somebody shows before what a list of the cluster holds',
    own: lines(UNKNOWN_SERVER, killed('mareograph-0'), '$ kubectl get pods -A', row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    other: lines(UNKNOWN_SERVER, '$ kubectl get pods -A', row('mole', 'ferry-7c9f8d6b5-x2x2p'), row('harbour', 'mareograph-0')),
    cause: 'out-of-memory-killed',
  },
  {
    rule: 'a description is no proof of a server whose name is known',
    own: lines(METRICS, killed('metrics-server-7c9f8d6b5-x2x2p')),
    other: lines(METRICS, killed('ferry-7c9f8d6b5-x2x2p')),
    cause: 'out-of-memory-killed',
  },
  {
    rule: 'a text that names no API: one workload, not two',
    own: crash('mareograph-7c9f8d6b5-x2x2p'),
    other: lines(row('harbour', 'mareograph-7c9f8d6b5-x2x2p'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'a text that names no API: what is called a server of an API, and not the control plane',
    own: lines(row('harbour', 'mareograph-apiserver-7c9f8d6b5-x2x2p'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    other: lines(row('kube-system', 'kube-apiserver-node-a'), row('mole', 'ferry-7c9f8d6b5-x2x2p')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'an event of its pod',
    own: lines(FAILS, '$ kubectl get events -A', backOff('harbour', 'pod/gauge-api-7c9f8d6b5-x2x2p'), backOff('mole', 'pod/ferry-0')),
    other: lines(FAILS, '$ kubectl get events -A', backOff('harbour', 'pod/dredger-7c9f8d6b5-x2x2p'), backOff('mole', 'pod/ferry-0')),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'an event of its pod, in the table of an old kubectl',
    own: lines(
      METRICS,
      'kube-system   2m   12m   31   metrics-server-7c9f8d6b5-x2x2p.15b1c2d3e4f5   Pod   spec.containers{server}   Warning   BackOff   kubelet, node-a   Back-off restarting failed container',
    ),
    other: lines(
      METRICS,
      'mole          2m   12m   31   ferry-7c9f8d6b5-x2x2p.15b1c2d3e4f5            Pod   spec.containers{server}   Warning   BackOff   kubelet, node-a   Back-off restarting failed container',
    ),
    cause: 'pod-crash-looping',
  },
  {
    rule: 'an event of its pod, as an object',
    own: lines(
      METRICS,
      'apiVersion: v1',
      'items:',
      '- apiVersion: v1',
      '  involvedObject:',
      '    kind: Pod',
      '    name: metrics-server-7c9f8d6b5-x2x2p',
      '    namespace: kube-system',
      '  kind: Event',
      '  message: \'Back-off pulling image "registry.example.com/metrics-server:v9"\'',
      '  metadata:',
      '    name: a.17a4',
      '  reason: BackOff',
      '  type: Warning',
      'kind: List',
    ),
    other: lines(
      METRICS,
      'apiVersion: v1',
      'items:',
      '- apiVersion: v1',
      '  involvedObject:',
      '    kind: Pod',
      '    name: ferry-7c9f8d6b5-x2x2p',
      '    namespace: kube-system',
      '  kind: Event',
      '  message: \'Back-off pulling image "registry.example.com/ferry:v9"\'',
      '  metadata:',
      '    name: metrics-server.17a4',
      '  reason: BackOff',
      '  type: Warning',
      'kind: List',
    ),
    cause: 'image-pull-failing',
  },
  {
    rule: 'an event of its ReplicaSet',
    own: lines(
      FAILS,
      'harbour   2m   Warning   FailedCreate   replicaset/gauge-api-7c9f8d6b5   Error creating: pods "gauge-api-7c9f8d6b5-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=9',
    ),
    other: lines(
      FAILS,
      'harbour   2m   Warning   FailedCreate   replicaset/ferry-7c9f8d6b5   Error creating: pods "ferry-7c9f8d6b5-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=9',
    ),
    cause: 'pod-creation-refused',
  },
  {
    rule: 'the description that an event stands in',
    own: lines(
      FAILS,
      'Name:         gauge-api-0',
      'Namespace:    harbour',
      'Events:',
      '  Warning  FailedScheduling  42s (x3 over 12m)  default-scheduler  0/6 nodes are available: 6 Insufficient memory.',
    ),
    other: lines(
      FAILS,
      'Name:         gauge-api-0',
      'Namespace:    mole',
      'Events:',
      '  Warning  FailedScheduling  42s (x3 over 12m)  default-scheduler  0/6 nodes are available: 6 Insufficient memory.',
    ),
    cause: 'pod-unschedulable',
  },
  {
    rule: 'the node that its pod is on',
    own: lines(
      FAILS,
      '',
      'harbour   gauge-api-0   0/1   Running   0   3d   10.0.0.9   node-a',
      'mole   ferry-0   1/1   Running   0   3d   10.0.0.8   node-b',
      NODES('node-a'),
    ),
    other: lines(
      FAILS,
      '',
      'harbour   gauge-api-0   0/1   Running   0   3d   10.0.0.9   node-a',
      'mole   ferry-0   1/1   Running   0   3d   10.0.0.8   node-b',
      NODES('node-b'),
    ),
    cause: 'node-not-ready',
  },
  {
    rule: 'an event of the node that its pod is on',
    own: lines(
      FAILS,
      '',
      'harbour   gauge-api-0   0/1   Running   0   3d   10.0.0.9   node-a',
      'default   2m   Normal   NodeNotReady   node/node-a   Node node-a status is now: NodeNotReady',
    ),
    other: lines(
      FAILS,
      '',
      'harbour   gauge-api-0   0/1   Running   0   3d   10.0.0.9   node-a',
      'default   2m   Normal   NodeNotReady   node/node-b   Node node-b status is now: NodeNotReady',
    ),
    cause: 'node-not-ready',
  },
  {
    rule: 'endpoints of its Service',
    own: lines(UNKNOWN_SERVER, 'NAME         ENDPOINTS      AGE', 'tide-gauge   <none>         1d', 'ferry        10.0.0.9:80   1d'),
    other: lines(UNKNOWN_SERVER, 'NAME         ENDPOINTS      AGE', 'tide-gauge   10.0.0.9:80   1d', 'ferry        <none>         1d'),
    cause: 'no-ready-endpoints',
  },
  {
    rule: 'a Service that does not exist',
    own: lines(METRICS, 'Error from server (NotFound): services "metrics-server" not found'),
    other: lines(METRICS, 'Error from server (NotFound): services "ferry" not found'),
    cause: 'service-not-found',
  },
];
