import type { AnswerRow } from './answers.ts';

const lines = (...all: readonly string[]) => all.join('\n');
const PEARLS = 'v1.pearls.example.org';
const POD = 'oyster-api-5f6c7d8b9-x2kqp';
const URL = 'https://10.96.5.5:443/apis/pearls.example.org/v1';
const row = (available: string) => `${PEARLS}   reef/oyster-api   ${available}   60d`;
const DOWN = row('False (FailedDiscoveryCheck)');
const UP = row('True');
const LATE = `Error from server (Timeout): the server was unable to return a response in the time allotted, but may still be processing requests (get pearls.pearls.example.org)`;
const AWAY = 'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get pearls.pearls.example.org)';
const refused = (day: string) =>
  `E${day} 09:00:01.000000       1 remote_available_controller.go:448] ${PEARLS} failed with: failing or missing response from ${URL}: Get "${URL}": dial tcp 10.96.5.5:443: connect: connection refused`;
const vanished = `failing or missing response from ${URL}: Get "${URL}": dial tcp 10.96.5.5:443: i/o timeout`;

const ON_BANK = lines(
  '$ kubectl get pods -n reef -o wide',
  'NAME                         READY   STATUS    RESTARTS   AGE   IP          NODE     NOMINATED NODE   READINESS GATES',
  `${POD}   1/1     Running   0          60d   10.3.0.9    bank-1   <none>           <none>`,
);
const STAMPS = 'Mon, 05 Jan 2026 09:00:00 +0000   Mon, 05 Jan 2026 08:50:00 +0000';
const described = (node: string, ...conditions: readonly string[]) =>
  lines(`$ kubectl describe node ${node}`, `Name:               ${node}`, 'Unschedulable:      false', 'Conditions:', ...conditions);
const memory = (status: string, reason: string) =>
  `  MemoryPressure   ${status}   ${STAMPS}   ${reason}   kubelet has something to say of its memory`;
const SHORT = memory('True', 'KubeletHasInsufficientMemory');
const nodeEvents = (...rows: readonly string[]) =>
  lines('$ kubectl get events -A', 'NAMESPACE   LAST SEEN   TYPE   REASON   OBJECT   MESSAGE', ...rows);
const pressed = (age: string, node: string) =>
  `default   ${age}   Normal   NodeHasDiskPressure   node/${node}   Node ${node} status is now: NodeHasDiskPressure`;
const relieved = (age: string) =>
  `default   ${age}   Normal   NodeHasNoDiskPressure   node/bank-1   Node bank-1 status is now: NodeHasNoDiskPressure`;

const documents = (namespace: string) =>
  lines(
    'apiVersion: v1',
    'kind: Node',
    'metadata:',
    '  name: bank-1',
    'status:',
    '  conditions:',
    '  - message: kubelet has insufficient PID available',
    '    reason: KubeletHasInsufficientPID',
    '    status: "True"',
    '    type: PIDPressure',
    '  - reason: KubeletReady',
    '    status: "True"',
    '    type: Ready',
    '---',
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: salt-meter-6d7f8c9b5-8wz4t',
    '  namespace: reef',
    'spec:',
    '  nodeName: bank-1',
    '---',
    'apiVersion: apiregistration.k8s.io/v1',
    'kind: APIService',
    'metadata:',
    `  name: ${PEARLS}`,
    'spec:',
    '  service:',
    '    name: salt-meter',
    `    namespace: ${namespace}`,
    'status:',
    '  conditions:',
    '  - reason: FailedDiscoveryCheck',
    '    status: "False"',
    '    type: Available',
  );

/** The pod works again after this end. */
const worksAgain = ({ reason = 'OOMKilled', restarts = 14, from = 'Mon, 05 Jan 2026 08:10:00 +0000' } = {}) =>
  lines(
    `$ kubectl describe pod -n reef ${POD}`,
    `Name:             ${POD}`,
    'Namespace:        reef',
    'Containers:',
    '  server:',
    '    State:          Running',
    '      Started:      Mon, 05 Jan 2026 08:50:00 +0000',
    '    Last State:     Terminated',
    `      Reason:       ${reason}`,
    '      Exit Code:    137',
    `      Started:      ${from}`,
    '      Finished:     Mon, 05 Jan 2026 08:49:58 +0000',
    '    Ready:          True',
    `    Restart Count:  ${restarts}`,
  );
const LONG_RUN = { restarts: 1, from: 'Mon, 22 Dec 2025 08:10:00 +0000' };
const KILLED_DOCUMENT = lines(
  'apiVersion: v1',
  'kind: Pod',
  'metadata:',
  `  name: ${POD}`,
  '  namespace: reef',
  'status:',
  '  containerStatuses:',
  '  - lastState:',
  '      terminated:',
  '        exitCode: 137',
  '        finishedAt: "2026-01-05T08:59:59Z"',
  '        reason: OOMKilled',
  '        startedAt: "2026-01-05T08:10:00Z"',
  '    ready: true',
  '    restartCount: 14',
  '    state:',
  '      running:',
  '        startedAt: "2026-01-05T09:00:02Z"',
);
const restarts = (count: string, age: string) =>
  lines(
    '$ kubectl get pods -n reef',
    'NAME                         READY   STATUS    RESTARTS   AGE',
    `${POD}   1/1     Running   ${count}   ${age}`,
  );

const top = (cpu: string) =>
  lines('$ kubectl top pods -n reef', 'NAME                         CPU(cores)   MEMORY(bytes)', `${POD}   ${cpu}   60Mi`);
const limited = (...limits: readonly string[]) =>
  lines(
    '$ kubectl get deploy -n reef oyster-api -o yaml',
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata:',
    '  name: oyster-api',
    '  namespace: reef',
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    ...limits.flatMap((cpu) => ['      - resources:', '          limits:', `            cpu: ${cpu}`]),
  );
const cpuStat = (throttled: number, namespace = 'reef') =>
  lines(
    `$ kubectl exec -n ${namespace} ${POD} -- cat /sys/fs/cgroup/cpu.stat`,
    'usage_usec 8412345678',
    'nr_periods 120000',
    `nr_throttled ${throttled}`,
  );
const counters = (pod: string) =>
  lines(
    `container_cpu_cfs_periods_total{container="server",namespace="reef",pod="${pod}"} 120000 1767600000000`,
    `container_cpu_cfs_throttled_periods_total{container="server",namespace="reef",pod="${pod}"} 9.6e+04 1767600000000`,
  );

const denyAll = (...metadata: readonly string[]) =>
  lines(
    'apiVersion: networking.k8s.io/v1',
    'kind: NetworkPolicy',
    'metadata:',
    '  name: nobody',
    ...metadata,
    'spec:',
    '  podSelector: {}',
    '  policyTypes: [Ingress]',
  );

const CRON_HEAD = 'NAME   SCHEDULE   TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE';
const cronJob = (schedule: string, active: number, last: string, suspended = 'False') =>
  lines('$ kubectl get cronjobs -n reef', CRON_HEAD, `reef-sweep   ${schedule}   <none>   ${suspended}   ${active}   ${last}   60d`);
const EVENTS = lines('$ kubectl get events -n reef', 'LAST SEEN   TYPE   REASON   OBJECT   MESSAGE');
const failing = (...ages: readonly string[]) =>
  lines(
    EVENTS,
    ...ages.map((age) => `${age}   Warning   Unhealthy   pod/${POD}   Readiness probe failed: HTTP probe failed with statuscode: 500`),
  );
const made = (...ages: readonly string[]) =>
  lines(EVENTS, ...ages.map((age) => `${age}   Normal   SuccessfulCreate   cronjob/reef-sweep   Created job reef-sweep-${age}`));

const NODES: readonly AnswerRow[] = [
  {
    what: 'its node is short of memory',
    text: lines(DOWN, ON_BANK, described('bank-1', SHORT)),
    cause: 'node-under-pressure',
    answer: 'diagnosed',
  },
  {
    what: 'its node has enough of everything',
    text: lines(DOWN, ON_BANK, described('bank-1', memory('False', 'KubeletHasSufficientMemory'))),
    answer: 'errs-cause-unknown',
  },
  { what: 'another node is short', text: lines(DOWN, ON_BANK, described('bank-2', SHORT)), answer: 'errs-cause-unknown' },
  { what: 'its node is short, and it answers', text: lines(UP, ON_BANK, described('bank-1', SHORT)), answer: 'healthy' },
  {
    what: 'the kubelet of its node no longer reports',
    text: lines(
      DOWN,
      ON_BANK,
      described('bank-1', `  Ready   Unknown   ${STAMPS}   NodeStatusUnknown   Kubelet stopped posting node status.`),
    ),
    cause: 'node-not-ready',
    answer: 'diagnosed',
  },
  {
    what: 'the kubelet of its node reports',
    text: lines(DOWN, ON_BANK, described('bank-1', `  Ready   True   ${STAMPS}   KubeletReady   kubelet is posting ready status`)),
    answer: 'errs-cause-unknown',
  },
  {
    what: 'an event of its node',
    text: lines(DOWN, ON_BANK, nodeEvents(pressed('2m', 'bank-1'))),
    cause: 'node-under-pressure',
    answer: 'diagnosed',
  },
  { what: 'an event of another node', text: lines(DOWN, ON_BANK, nodeEvents(pressed('2m', 'bank-2'))), answer: 'errs-cause-unknown' },
  {
    what: 'an event of its node that a newer one has ended, above or below it',
    text: lines(DOWN, ON_BANK, nodeEvents(relieved('2m'), pressed('7m', 'bank-1'))),
    answer: 'errs-cause-unknown',
  },
  {
    what: 'an event of its node that is newer than its end',
    text: lines(DOWN, ON_BANK, nodeEvents(pressed('2m', 'bank-1'), relieved('7m'))),
    cause: 'node-under-pressure',
    answer: 'diagnosed',
  },
  {
    what: 'documents of a node, a pod without its state, and the APIService that names its Service',
    text: documents('reef'),
    api: PEARLS,
    cause: 'node-under-pressure',
    answer: 'diagnosed',
  },
  { what: 'the same of a Service in another namespace', text: documents('quay'), api: PEARLS, answer: 'errs-cause-unknown' },
];

const CONTAINERS: readonly AnswerRow[] = [
  {
    what: 'killed for want of memory again and again, and works again',
    text: lines(AWAY, worksAgain()),
    cause: 'out-of-memory-killed',
    answer: 'diagnosed',
  },
  {
    what: 'ended otherwise, and works again',
    text: lines(AWAY, worksAgain({ reason: 'Error' })),
    cause: 'pod-restarting',
    answer: 'diagnosed',
  },
  {
    what: 'killed once after two weeks',
    text: lines(AWAY, worksAgain(LONG_RUN)),
    notCause: 'out-of-memory-killed',
    answer: 'errs-cause-unknown',
  },
  { what: 'killed once after two weeks, and answers', text: lines(UP, worksAgain(LONG_RUN)), answer: 'healthy' },
  { what: 'killed again and again, and answers', text: lines(UP, worksAgain()), cause: 'out-of-memory-killed', answer: 'diagnosed' },
  {
    what: 'refused while it was killed, by its document',
    text: lines(refused('0105'), KILLED_DOCUMENT),
    cause: 'out-of-memory-killed',
    answer: 'diagnosed',
  },
  {
    what: 'refused, and what was killed has run for weeks since',
    text: lines(refused('0105'), KILLED_DOCUMENT, '2026-01-25T09:00:00Z oyster-api has nothing to say'),
    cause: 'connection-refused',
    answer: 'diagnosed',
  },
  { what: 'six restarts in five months', text: lines(UP, restarts('6 (2d ago)', '150d')), answer: 'healthy' },
  { what: 'six restarts in six days', text: lines(UP, restarts('6 (9h ago)', '6d')), cause: 'pod-restarting', answer: 'diagnosed' },
  {
    what: 'three restarts in six weeks, and an error',
    text: lines(AWAY, restarts('3 (2d ago)', '41d')),
    notCause: 'pod-restarting',
    answer: 'errs-cause-unknown',
  },
  {
    what: 'three restarts in four days, and an error',
    text: lines(AWAY, restarts('3 (2d ago)', '4d')),
    cause: 'pod-restarting',
    answer: 'diagnosed',
  },
];

const CPU: readonly AnswerRow[] = [
  { what: 'at its CPU limit, and late', text: lines(LATE, limited('100m'), top('99m')), cause: 'cpu-throttled', answer: 'diagnosed' },
  { what: 'far below its CPU limit, and late', text: lines(LATE, limited('100m'), top('31m')), cause: 'backend-slow', answer: 'diagnosed' },
  {
    what: 'at one of two limits that differ',
    text: lines(LATE, limited('100m', '2'), top('99m')),
    cause: 'backend-slow',
    answer: 'diagnosed',
  },
  {
    what: 'a container at its CPU limit',
    text: lines(
      LATE,
      limited('100m'),
      '$ kubectl top pods -n reef --containers',
      'POD                          NAME     CPU(cores)   MEMORY(bytes)',
      `${POD}   sidecar   1m   9Mi`,
      `${POD}   server   100m   60Mi`,
    ),
    cause: 'cpu-throttled',
    answer: 'diagnosed',
  },
  { what: 'throttled in most periods', text: lines(DOWN, LATE, cpuStat(96_000)), cause: 'cpu-throttled', answer: 'diagnosed' },
  { what: 'throttled in few periods', text: lines(DOWN, LATE, cpuStat(300)), cause: 'backend-slow', answer: 'diagnosed' },
  {
    what: 'a pod of another namespace is throttled',
    text: lines(DOWN, LATE, cpuStat(96_000, 'quay')),
    cause: 'backend-slow',
    answer: 'diagnosed',
  },
  { what: 'throttled by the counters of the kubelet', text: lines(DOWN, counters(POD)), cause: 'cpu-throttled', answer: 'diagnosed' },
  { what: 'another pod is throttled by the counters of the kubelet', text: lines(DOWN, counters('ferry-0')), answer: 'errs-cause-unknown' },
  { what: 'throttled in most periods, and answers', text: lines(UP, cpuStat(96_000)), answer: 'healthy' },
];

const POLICIES: readonly AnswerRow[] = [
  {
    what: 'a policy whose file is of its namespace',
    text: lines(DOWN, vanished, '# namespaces/reef/networkpolicies.yaml', denyAll()),
    cause: 'network-policy-blocking',
    answer: 'diagnosed',
  },
  {
    what: 'a policy whose file is of another namespace',
    text: lines(DOWN, vanished, '# namespaces/quay/networkpolicies.yaml', denyAll()),
    cause: 'connection-timed-out',
    answer: 'diagnosed',
  },
  {
    what: 'a policy below a heading of another namespace',
    text: lines(DOWN, vanished, '## Policies of namespace quay', denyAll()),
    cause: 'connection-timed-out',
    answer: 'diagnosed',
  },
  {
    what: 'a policy that somebody asked another namespace for',
    text: lines(DOWN, vanished, '$ kubectl get networkpolicy -n quay -o yaml', denyAll()),
    cause: 'connection-timed-out',
    answer: 'diagnosed',
  },
  {
    what: 'a policy that somebody asked its namespace for',
    text: lines(DOWN, vanished, '$ kubectl get networkpolicy -n reef -o yaml', denyAll()),
    cause: 'network-policy-blocking',
    answer: 'diagnosed',
  },
];

const SCHEDULES: readonly AnswerRow[] = [
  { what: 'events an hour apart', text: lines(DOWN, failing('4m', '64m', '124m')), cause: 'scheduled-operation', answer: 'diagnosed' },
  {
    what: 'events at no even distance',
    text: lines(DOWN, failing('4m', '47m', '124m')),
    notCause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  { what: 'two events an hour apart', text: lines(DOWN, failing('4m', '64m')), notCause: 'scheduled-operation', answer: 'diagnosed' },
  {
    what: 'failures right after each Job of a CronJob',
    text: lines(DOWN, failing('3m', '23m', '43m'), made('4m', '24m', '44m')),
    cause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  {
    what: 'failures between the Jobs of a CronJob',
    text: lines(DOWN, failing('3m', '23m', '43m'), made('14m', '34m', '54m')),
    notCause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  {
    what: 'failures beside a CronJob that runs each minute',
    text: lines(DOWN, failing('3m', '23m', '43m'), made('2m', '3m', '4m', '23m', '24m', '43m', '44m')),
    notCause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  {
    what: 'failures at the runs that a table tells',
    text: lines(DOWN, failing('10s', '20m', '40m'), cronJob('*/20 * * * *', 0, '25s')),
    cause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  {
    what: 'a Job of a CronJob has just begun',
    text: lines(DOWN, cronJob('*/30 * * * *', 1, '12s')),
    cause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  {
    what: 'a Job of a CronJob has just begun, and the text tells why it fails',
    text: lines(DOWN, `failing or missing response from ${URL}: bad status from ${URL}: 403`, cronJob('*/30 * * * *', 1, '12s')),
    cause: 'discovery-forbidden',
    notCause: 'scheduled-operation',
    answer: 'diagnosed',
  },
  { what: 'a CronJob that ran ten minutes ago', text: lines(DOWN, cronJob('*/30 * * * *', 0, '10m')), answer: 'errs-cause-unknown' },
  { what: 'a CronJob that always has just run', text: lines(DOWN, cronJob('*/1 * * * *', 1, '12s')), answer: 'errs-cause-unknown' },
  { what: 'a CronJob that is suspended', text: lines(DOWN, cronJob('*/30 * * * *', 1, '12s', 'True')), answer: 'errs-cause-unknown' },
  { what: 'a Job of a CronJob has just begun, and it answers', text: lines(UP, cronJob('*/30 * * * *', 1, '12s')), answer: 'healthy' },
];

const API_SERVER = lines('$ kubectl logs -n kube-system kube-apiserver-bank-0', refused('0105'));

const SHOWN_ALONE: readonly AnswerRow[] = [
  {
    what: 'the only pod beside the log of a kube-apiserver',
    text: lines(KILLED_DOCUMENT, API_SERVER),
    cause: 'out-of-memory-killed',
    answer: 'diagnosed',
  },
  {
    what: 'one of two pods beside the log of a kube-apiserver',
    text: lines(KILLED_DOCUMENT, '$ kubectl logs -n reef ferry-0', 'I0105 09:00:00.000000       1 main.go:9] sails', API_SERVER),
    cause: 'connection-refused',
    answer: 'diagnosed',
  },
];

/** What kubectl and counters show of nodes, containers, policies and schedules, each beside what looks alike. */
export const STATE_ANSWERS: readonly AnswerRow[] = [...NODES, ...CONTAINERS, ...SHOWN_ALONE, ...CPU, ...POLICIES, ...SCHEDULES];
