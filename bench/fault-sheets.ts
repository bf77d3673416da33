import type { CauseId } from '../src/domain/ids.ts';
import { observed } from '../src/domain/observed.ts';
import { healthyWorkload } from '../test/support/healthy.ts';
import {
  ALL,
  certificate,
  changed,
  checkFailed,
  dying,
  klog,
  NO_ENDPOINTS,
  noAddresses,
  notReady,
  pod,
  type Situation,
  unreachable,
  waiting,
  withMetrics,
} from '../test/support/situation.ts';

/** With --enable-aggregator-routing the kube-apiserver asks an endpoint, not the Service. */
const AT = 'https://10.1.0.5:10250/apis/tides.example.com/v1';

export interface FaultSheet extends Situation {
  readonly id: string;
  readonly cause: CauseId;
  /** Other categories that a careful reader could defend. */
  readonly also?: readonly string[];
}

/**
 * Judges the catalogue on texts that it was not written with: none of them stands in test/correlations/tables, a test compares.
 * Kubernetes words them; the images, nodes, policies, addresses and the numbers in them are others.
 */
export const FAULT_SHEETS: readonly FaultSheet[] = [
  {
    id: 'crash loop',
    cause: 'pod-crash-looping',
    ...NO_ENDPOINTS,
    events: [
      [
        'BackOff',
        'Pod',
        'Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour(5b0a6f6e-6a51-4c3f-9a0e-2f6f3c1d7e44)',
      ],
    ],
    facts: (moment) => ({ api: dying(moment, 'Error', 1) }),
  },
  {
    id: 'out of memory',
    cause: 'out-of-memory-killed',
    ...NO_ENDPOINTS,
    events: [
      [
        'BackOff',
        'Pod',
        'Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour(5b0a6f6e-6a51-4c3f-9a0e-2f6f3c1d7e44)',
      ],
    ],
    facts: (moment) => ({
      api: {
        ...dying(moment, 'OOMKilled', 137),
        resources: observed([{ pod: 'tide-gauge-7c9f8d6b5-abcde', container: 'server', memoryUsageRatio: 0.99 }]),
      },
    }),
  },
  {
    id: 'panic',
    cause: 'panic',
    ...NO_ENDPOINTS,
    lines: ['panic: assignment to entry in nil map'],
    events: [
      [
        'BackOff',
        'Pod',
        'Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour(5b0a6f6e-6a51-4c3f-9a0e-2f6f3c1d7e44)',
      ],
    ],
    facts: (moment) => ({ api: dying(moment, 'Error', 2) }),
  },
  {
    id: 'unknown flag',
    cause: 'bad-flag-or-config',
    ...NO_ENDPOINTS,
    lines: ['Error: unknown flag: --metric-resolutoin'],
    events: [
      [
        'BackOff',
        'Pod',
        'Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour(5b0a6f6e-6a51-4c3f-9a0e-2f6f3c1d7e44)',
      ],
    ],
    facts: (moment) => ({
      api: { ...dying(moment, 'Error', 1), ...changed('rollout', 'Deployment harbour/tide-gauge', moment.since - 20_000) },
    }),
  },
  {
    id: 'image missing',
    cause: 'image-pull-failing',
    ...NO_ENDPOINTS,
    events: [
      [
        'Failed',
        'Pod',
        'Failed to pull image "registry.example.com/tide-gauge:2.0.1": rpc error: code = NotFound desc = failed to pull and unpack image: not found',
      ],
    ],
    facts: () => ({ api: waiting('ImagePullBackOff', 'Back-off pulling image "registry.example.com/tide-gauge:2.0.1"') }),
  },
  {
    id: 'ConfigMap missing',
    cause: 'container-config-invalid',
    ...NO_ENDPOINTS,
    events: [['Failed', 'Pod', 'Error: configmap "tide-gauge-settings" not found']],
    facts: () => ({ api: waiting('CreateContainerConfigError', 'configmap "tide-gauge-settings" not found') }),
  },
  {
    id: 'readiness fails',
    cause: 'pod-probe-failing',
    ...NO_ENDPOINTS,
    probes: { aggregator: 'service_unavailable', list: 'service_unavailable', service: 'connection_refused' },
    events: [['Unhealthy', 'Pod', 'Readiness probe failed: HTTP probe failed with statuscode: 500']],
    facts: () => ({ api: pod({ readinessFlips: 1 }, { running: true }) }),
  },
  {
    id: 'no room',
    cause: 'pod-unschedulable',
    ...NO_ENDPOINTS,
    events: [
      ['FailedScheduling', 'Pod', '0/5 nodes are available: 2 node(s) had untolerated taint {dedicated: quay}, 3 Insufficient cpu.'],
    ],
    facts: () => ({
      api: {
        ...pod(
          {
            phase: 'Pending',
            scheduled: false,
            unschedulable: '0/5 nodes are available: 2 node(s) had untolerated taint {dedicated: quay}, 3 Insufficient cpu.',
          },
          { running: false },
        ),
        endpoints: noAddresses,
      },
    }),
  },
  {
    id: 'evicted',
    cause: 'pod-evicted',
    also: ['pod-instability'],
    ...NO_ENDPOINTS,
    events: [['Evicted', 'Pod', 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 612Mi.']],
    facts: () => ({
      api: {
        ...pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage.' }, { running: false }),
        endpoints: noAddresses,
      },
    }),
  },
  {
    id: 'node gone',
    cause: 'node-not-ready',
    ...NO_ENDPOINTS,
    probes: ALL('connection_timeout'),
    events: [['NodeNotReady', 'Pod', 'Node is not ready']],
    facts: ({ since }) => ({
      api: pod({}, { running: true }),
      cluster: {
        nodes: observed([
          { name: 'node-a', ready: false, pressure: [], unschedulable: false, addresses: ['192.0.2.10'], readySince: since },
        ]),
      },
    }),
  },
  {
    id: 'rollout without surge',
    cause: 'rollout-in-progress',
    ...NO_ENDPOINTS,
    events: [['ScalingReplicaSet', 'Deployment', 'Scaled down replica set tide-gauge-5f6c7d8e9 from 1 to 0']],
    facts: ({ since }) => ({
      api: {
        ...pod({ createdAt: since }, { running: true, startedAt: since }),
        workload: observed(healthyWorkload({ available: 0, unavailable: 1, rollingOut: true })),
        ...changed('rollout', 'Deployment harbour/tide-gauge', since - 5000),
      },
    }),
  },
  {
    id: 'scaled to zero',
    cause: 'backend-scaled-to-zero',
    ...NO_ENDPOINTS,
    facts: () => ({
      api: {
        pods: observed([]),
        endpoints: noAddresses,
        workload: observed(healthyWorkload({ replicas: 0, updated: 0, available: 0 })),
      },
    }),
  },
  {
    id: 'quota',
    cause: 'pod-creation-refused',
    ...NO_ENDPOINTS,
    events: [
      [
        'FailedCreate',
        'ReplicaSet',
        'Error creating: pods "tide-gauge-7c9f8d6b5-x" is forbidden: exceeded quota: harbour, requested: pods=1, used: pods=10, limited: pods=10',
      ],
    ],
    facts: () => ({ api: { ...notReady, pods: observed([]), endpoints: noAddresses } }),
  },
  {
    id: 'selector typo',
    cause: 'selector-matches-no-pods',
    ...NO_ENDPOINTS,
    facts: ({ since }) => ({
      api: {
        service: observed({
          type: 'ClusterIP',
          clusterIP: '10.96.7.7',
          selector: { app: 'tide-gague' },
          ports: [{ name: 'https', port: 443, targetPort: '10250' }],
          selectedPods: 0,
        }),
        pods: observed([]),
        endpoints: noAddresses,
        ...changed('service', 'Service harbour/tide-gauge', since - 4000),
      },
    }),
  },
  {
    id: 'service deleted',
    cause: 'service-not-found',
    probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
    condition: ['ServiceNotFound', 'service/tide-gauge in "harbour" is not present'],
    facts: () => ({ api: { service: { state: 'absent' }, endpoints: noAddresses, pods: observed([]) } }),
  },
  {
    id: 'port edited',
    cause: 'service-port-mismatch',
    probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
    condition: ['ServicePortError', 'service/tide-gauge in "harbour" is not listening on port 443'],
    facts: ({ since }) => ({
      api: {
        service: observed({
          type: 'ClusterIP',
          clusterIP: '10.96.7.7',
          selector: { app: 'tide-gauge' },
          ports: [{ name: 'https', port: 8443, targetPort: '10250' }],
          selectedPods: 1,
        }),
        ...changed('service', 'Service harbour/tide-gauge', since - 4000),
      },
    }),
  },
  {
    id: 'server listens elsewhere',
    cause: 'connection-refused',
    also: ['misconfiguration'],
    probes: ALL('connection_refused'),
    details: unreachable('dial tcp 10.1.0.5:10250: connect: connection refused'),
    condition: checkFailed(`Get "${AT}": dial tcp 10.1.0.5:10250: connect: connection refused`),
    facts: () => ({}),
  },
  {
    id: 'packets dropped by a policy',
    cause: 'network-policy-blocking',
    probes: ALL('connection_timeout'),
    details: unreachable('context deadline exceeded'),
    condition: checkFailed(
      `Get "${AT}": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    ),
    facts: ({ since }) => ({
      api: {
        policy: observed({
          verdict: 'blocks',
          why: 'NetworkPolicy harbour/quay-only selects the pods and admits nothing',
          selecting: ['quay-only'],
          notEvaluated: [],
          lastChange: since - 3000,
        }),
        ...changed('network-policy', 'NetworkPolicy harbour/quay-only', since - 3000),
      },
    }),
  },
  {
    id: 'packets dropped on the way',
    cause: 'connection-timed-out',
    probes: ALL('connection_timeout'),
    details: unreachable('dial tcp 10.1.0.5:10250: i/o timeout'),
    condition: checkFailed(
      `Get "${AT}": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    ),
    facts: () => ({}),
  },
  {
    id: 'only the control plane is cut off',
    cause: 'aggregator-path-blocked',
    // The prober calls the aggregator's own deadline an answer that did not come in time.
    probes: { aggregator: 'response_timeout', list: 'response_timeout' },
    details: unreachable('context deadline exceeded'),
    condition: checkFailed(
      `Get "${AT}": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    ),
    facts: () => ({}),
  },
  {
    id: 'connections reset',
    cause: 'connection-reset',
    probes: ALL('connection_reset'),
    details: unreachable('read tcp 10.0.0.1:41234->10.1.0.5:10250: read: connection reset by peer'),
    condition: checkFailed(`Get "${AT}": read tcp 10.0.0.1:41234->10.1.0.5:10250: read: connection reset by peer`),
    facts: () => ({}),
  },
  {
    id: 'no route',
    cause: 'host-unreachable',
    probes: ALL('host_unreachable'),
    details: unreachable('dial tcp 10.1.0.5:10250: connect: no route to host'),
    condition: checkFailed(`Get "${AT}": dial tcp 10.1.0.5:10250: connect: no route to host`),
    facts: () => ({}),
  },
  {
    id: 'tunnel down',
    cause: 'tunnel-down',
    probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
    details: unreachable('proxy error from 127.0.0.1:8131 while dialing 10.1.0.5:10250, code 503: 503 Service Unavailable'),
    condition: checkFailed(`Get "${AT}": proxy error from 127.0.0.1:8131 while dialing 10.1.0.5:10250, code 503: 503 Service Unavailable`),
    facts: withMetrics((ticks) => ({ egressDialFailures: ticks * 2 })),
  },
  {
    id: 'certificate expired',
    cause: 'serving-certificate-expired',
    details: unreachable(
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-05T09:03:00Z is after 2026-01-05T09:02:00Z',
    ),
    condition: checkFailed(
      `Get "${AT}": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-05T09:03:00Z is after 2026-01-05T09:02:00Z`,
    ),
    facts: (moment) => ({ api: certificate({ notAfter: moment.since / 1000 }, moment, 'certificate_expired') }),
  },
  {
    id: 'certificate for another name',
    cause: 'serving-certificate-name-mismatch',
    condition: checkFailed(
      `Get "${AT}": tls: failed to verify certificate: x509: certificate is valid for quay.harbour.svc, not tide-gauge.harbour.svc`,
    ),
    facts: (moment) => ({ api: certificate({ dnsNames: ['quay.harbour.svc'], nameMatches: false }, moment, 'certificate_name_mismatch') }),
  },
  {
    id: 'caBundle of yesterday',
    cause: 'ca-bundle-mismatch',
    condition: checkFailed(`Get "${AT}": tls: failed to verify certificate: x509: certificate signed by unknown authority`),
    facts: (moment) => ({
      api: certificate({ verifiedByCaBundle: false, issuer: 'CN=other-ca' }, moment, 'certificate_unknown_authority'),
    }),
  },
  {
    id: 'front proxy not trusted',
    cause: 'request-header-ca-mismatch',
    also: ['authn-authz'],
    probes: { aggregator: 'unauthorized', list: 'unauthorized' },
    condition: checkFailed(`bad status from ${AT}: 401`),
    lines: [klog('"Unable to authenticate the request" err="x509: certificate signed by unknown authority"')],
    facts: () => ({}),
  },
  {
    id: 'no auth-delegator',
    cause: 'delegated-auth-failing',
    probes: { list: 'server_error' },
    details: {
      list: 'subjectaccessreviews.authorization.k8s.io is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
    },
    lines: [
      klog(
        '"Unhandled Error" err="subjectaccessreviews.authorization.k8s.io is forbidden: User \\"system:serviceaccount:harbour:tide-gauge\\" cannot create resource \\"subjectaccessreviews\\" in API group \\"authorization.k8s.io\\" at the cluster scope"',
      ),
    ],
    facts: () => ({ api: { rights: observed({ authReader: true, authDelegator: false }) } }),
  },
  {
    id: 'discovery forbidden',
    cause: 'discovery-forbidden',
    probes: { aggregator: 'forbidden', list: 'forbidden' },
    condition: checkFailed(`bad status from ${AT}: 403`),
    facts: () => ({}),
  },
  {
    id: 'backend limits requests',
    cause: 'rate-limited',
    probes: { list: 'too_many_requests' },
    facts: ({ ticks }) => ({
      api: {
        backendMetrics: observed({
          delegatedAuthnFailures: 0,
          delegatedAuthzFailures: 0,
          tlsHandshakeErrors: 0,
          rejectedRequests: ticks * 5,
        }),
      },
    }),
  },
  {
    id: 'client limits itself',
    cause: 'client-side-throttled',
    probes: { aggregator: 'response_timeout', list: 'response_timeout', service: 'response_timeout', endpoint: 'response_timeout' },
    lines: [
      'I0105 09:02:00.000000       1 request.go:697] Waited for 5.2s due to client-side throttling, not priority and fairness, request: GET:https://10.0.0.1:443/api/v1/pods',
    ],
    facts: () => ({}),
  },
  {
    id: 'version not served',
    cause: 'version-not-served',
    probes: { aggregator: 'not_found', list: 'not_found', service: 'not_found', endpoint: 'not_found' },
    condition: checkFailed(`bad status from ${AT}: 404`),
    facts: () => ({}),
  },
  {
    id: 'throttled CPU',
    cause: 'cpu-throttled',
    probes: ALL('response_timeout', 'response_timeout'),
    facts: () => ({
      api: {
        resources: observed([
          { pod: 'tide-gauge-7c9f8d6b5-abcde', container: 'server', cpuThrottledRatio: 0.95, cpuUsageRatio: 1, memoryUsageRatio: 0.4 },
        ]),
      },
    }),
  },
  {
    id: 'storage hangs',
    cause: 'backend-storage-failing',
    probes: { list: 'response_timeout' },
    facts: () => ({}),
  },
  {
    id: 'slow backend',
    cause: 'backend-slow',
    probes: ALL('response_timeout', 'gateway_timeout'),
    facts: () => ({}),
  },
  {
    id: 'its Prometheus is down',
    cause: 'backend-dependency-failing',
    probes: { list: 'server_error' },
    lines: [
      klog(
        'unable to fetch metrics from prometheus: Get "http://prometheus:9090/api/v1/query": dial tcp 10.96.3.3:9090: connect: connection refused',
      ),
    ],
    facts: () => ({}),
  },
  {
    id: 'apiserver overloaded',
    cause: 'apiserver-overloaded',
    also: ['rate-limiting'],
    probes: { aggregator: 'too_many_requests', list: 'too_many_requests' },
    facts: withMetrics((ticks) => ({ rejectedRequests: ticks * 50, inflightRatio: 0.99, inflightRequests: 400, queuedRequests: 120 })),
  },
  {
    id: 'etcd slow',
    cause: 'etcd-slow',
    probes: { aggregator: 'response_timeout', list: 'response_timeout' },
    facts: withMetrics(() => ({ etcdLatencySeconds: 2.5, requestLatencySeconds: 3.1 }), {
      seconds: 3,
      phases: { connect: 0.001, tls: 0.005, response: 3, transfer: 0.001 },
    }),
  },
];
