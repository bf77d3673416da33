import { observed, UNOBSERVED } from '../../src/domain/observed.ts';
import { PROBE_DURATION_BUCKETS, type ProbeRequest, type ProbeResult, type ProbeTally, type Vantage } from '../../src/domain/probe.ts';
import {
  type ApiFacts,
  type ClusterFacts,
  type ContainerFacts,
  type PodFacts,
  SNAPSHOT_SCHEMA,
  type Snapshot,
  type WorkloadFacts,
} from '../../src/domain/snapshot.ts';
import { SOURCES } from '../../src/domain/sources.ts';

/** A Monday morning. Tests state only what differs from a healthy cluster. */
export const NOW = Date.UTC(2026, 0, 5, 9, 0, 0);

export function healthyContainer(differs: Partial<ContainerFacts> = {}): ContainerFacts {
  return {
    name: 'server',
    init: false,
    ready: true,
    running: true,
    startedAt: NOW - 86_400_000,
    restarts: 0,
    restartTimes: [],
    limits: { cpuCores: 0.5, memoryBytes: 256 * 2 ** 20 },
    args: ['--secure-port=10250'],
    ...differs,
  };
}

export function healthyPod(differs: Partial<PodFacts> = {}): PodFacts {
  return {
    name: 'tide-gauge-7c9f8d6b5-abcde',
    uid: 'pod-1',
    node: 'node-a',
    ip: '10.1.0.5',
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    scheduled: true,
    createdAt: NOW - 86_400_000,
    labels: { app: 'tide-gauge' },
    owner: 'ReplicaSet/tide-gauge-7c9f8d6b5',
    readinessFlips: 0,
    containers: [healthyContainer()],
    ...differs,
  };
}

export function probeResult(differs: Partial<ProbeResult> = {}): ProbeResult {
  return {
    vantage: 'aggregator',
    request: 'discovery',
    target: '10.0.0.1:443',
    at: NOW,
    ok: true,
    status: 200,
    seconds: 0.012,
    phases: { connect: 0.001, tls: 0.005, response: 0.005, transfer: 0.001 },
    connection: 'fresh',
    ...differs,
  };
}

export function healthyTally(vantage: Vantage, request: ProbeRequest = 'discovery', differs: Partial<ProbeTally> = {}): ProbeTally {
  return {
    vantage,
    request,
    target: vantage === 'endpoint' ? '10.1.0.5:10250' : '10.0.0.1:443',
    attempts: 360,
    failures: {},
    last: probeResult({ vantage, request }),
    lastOk: NOW,
    durationBuckets: [...PROBE_DURATION_BUCKETS.map(() => 360), 360],
    durationSum: 4.3,
    ...differs,
  };
}

export function healthyWorkload(differs: Partial<WorkloadFacts> = {}): WorkloadFacts {
  return {
    kind: 'Deployment',
    name: 'tide-gauge',
    replicas: 1,
    updated: 1,
    available: 1,
    unavailable: 0,
    rollingOut: false,
    stuck: false,
    ...differs,
  };
}

export function healthyApi(differs: Partial<ApiFacts> = {}): ApiFacts {
  const name = differs.name ?? 'v1.tides.example.com';
  return {
    name,
    group: name.slice(name.indexOf('.') + 1),
    version: name.slice(0, name.indexOf('.')),
    backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
    insecureSkipTLSVerify: false,
    caBundle: { sha256: 'c0ffee', valid: true, notAfterSeconds: NOW / 1000 + 31_536_000, subjects: ['CN=harbour-ca'] },
    createdAt: NOW - 30 * 86_400_000,
    condition: observed({ status: 'True', reason: 'Passed', message: 'all checks passed', lastTransition: NOW - 86_400_000 }),
    transitions: { True: 0, False: 0, Unknown: 0 },
    service: observed({
      type: 'ClusterIP',
      clusterIP: '10.96.7.7',
      selector: { app: 'tide-gauge' },
      ports: [{ name: 'https', port: 443, targetPort: '10250' }],
      selectedPods: 1,
    }),
    endpoints: observed({
      ready: 1,
      notReady: 0,
      terminating: 0,
      slices: 1,
      portServed: true,
      addresses: [{ ip: '10.1.0.5', port: 10250, ready: true, pod: 'tide-gauge-7c9f8d6b5-abcde', node: 'node-a' }],
    }),
    pods: observed([healthyPod()]),
    workload: observed(healthyWorkload()),
    probes: [healthyTally('aggregator'), healthyTally('aggregator', 'list'), healthyTally('service'), healthyTally('endpoint')],
    events: observed({ counts: [], recent: [] }),
    neighbours: observed([]),
    logs: observed({
      lines: { info: 1000, warning: 0, error: 0, fatal: 0, unknown: 0 },
      matches: [],
      dropped: { budget: 0, truncated: 0, gap: 0 },
      unknownTemplates: [],
      lastWords: [],
    }),
    policy: observed({
      verdict: 'admits',
      why: 'no NetworkPolicy selects a backend pod',
      selecting: [],
      egress: (['kube-apiserver', 'dns', 'dependency'] as const).map((peer) => ({
        peer,
        name: peer,
        verdict: 'admits',
        why: 'no NetworkPolicy selects a backend pod for egress',
      })),
      notEvaluated: [],
    }),
    neighbourCpu: observed([{ node: 'node-a', cpus: 4, taken: 0.4, top: [{ object: 'kube-system/coredns-0', cpus: 0.4 }] }]),
    resources: observed([
      { pod: 'tide-gauge-7c9f8d6b5-abcde', container: 'server', cpuThrottledRatio: 0, cpuUsageRatio: 0.1, memoryUsageRatio: 0.3 },
    ]),
    backendMetrics: observed({ delegatedAuthnFailures: 0, delegatedAuthzFailures: 0, tlsHandshakeErrors: 0, rejectedRequests: 0 }),
    rights: observed({ authReader: true, authDelegator: true }),
    textMatches: [],
    changes: [],
    ...differs,
  };
}

export function healthyCluster(differs: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    serverVersion: 'v1.36.3',
    nodes: observed([
      { name: 'node-a', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.10'], readySince: NOW - 86_400_000 },
      { name: 'node-b', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.11'], readySince: NOW - 86_400_000 },
    ]),
    apiservers: [
      {
        instance: '192.0.2.2:6443',
        control: healthyTally('control'),
        metrics: observed({
          unavailable: {},
          unavailableTotal: {},
          terminations: 0,
          aborts: 0,
          rejectedRequests: 0,
          queuedRequests: 0,
          inflightRequests: 4,
          inflightRatio: 0.01,
          etcdLatencySeconds: 0.004,
          etcdErrors: 0,
          etcdErrorRatio: 0,
          requestLatencySeconds: 0.01,
          serverErrors: 0,
          egressDialFailures: 0,
          egressDialsWaiting: 0,
          startTimeSeconds: NOW / 1000 - 86_400,
        }),
      },
    ],
    frontProxyCa: observed({
      notAfterSeconds: NOW / 1000 + 31_536_000,
      subjects: ['CN=front-proxy-ca'],
      allowedNames: ['front-proxy-client'],
    }),
    cronJobs: observed([]),
    systemEvents: observed([]),
    changes: [],
    apiserverLogs: UNOBSERVED,
    ...differs,
  };
}

export function healthySnapshot(
  differs: { time?: number; apis?: readonly ApiFacts[]; cluster?: Partial<ClusterFacts>; sources?: Snapshot['sources'] } = {},
): Snapshot {
  const time = differs.time ?? NOW;
  return {
    schema: SNAPSHOT_SCHEMA,
    time,
    cluster: healthyCluster(differs.cluster),
    apis: differs.apis ?? [healthyApi()],
    sources: differs.sources ?? SOURCES.map((source) => ({ source, state: 'ok' as const, lastSuccess: time })),
  };
}
