import { expect } from 'vitest';
import type { Fault } from '../../../src/simulator/faults/fault.ts';
import type { FaultId } from '../../../src/simulator/faults/list.ts';
import type { ScenarioInput } from '../../../src/simulator/scenario.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { eventually } from './client.ts';
import { look, type Observation } from './observe.ts';

const refused = { service: /ECONNREFUSED/, condition: /^False MissingEndpoints: .* have no addresses with port name "https"$/ };
const certificate = (words: RegExp) => ({ condition: new RegExp(`^False FailedDiscoveryCheck: .*${words.source}`), endpoint: /^403$/ });
const hidden = { condition: /^True Passed/ };

/** What each fault moves. Whatever matches here must not match before the fault, unless `hidden` says that it stays as it was. */
export const SHOWS: Readonly<Record<string, Observation>> = {
  'aggregator-path-blocked': {
    condition: /^False FailedDiscoveryCheck: .*Client\.Timeout exceeded/,
    discovery: /^503 service unavailable/,
  },
  'backend-dependency-failing': { list: /^500 .*unable to fetch metrics/, log: /unable to fetch metrics from prometheus/ },
  'backend-slow': { condition: /^False FailedDiscoveryCheck: .*Client\.Timeout exceeded while awaiting headers\)$/ },
  'backend-storage-hung': { list: /^504 .*request did not complete/, log: /addrConn\.createTransport failed/ },
  'bad-flag-or-config': { ...refused, pod: /CrashLoopBackOff/, log: /unknown flag: --secure-prot/, objects: /--secure-prot=/ },
  'ca-bundle-mismatch': certificate(/signed by unknown authority \(possibly because of/),
  'ca-bundle-replaced': certificate(/signed by unknown authority$/),
  'cilium-policy-blocking': { condition: /^False FailedDiscoveryCheck/, endpoint: /timeout/ },
  'cluster-network-policy-blocking': { list: /^500 .*i\/o timeout/, log: /i\/o timeout/ },
  'client-side-throttled': { list: /^500 .*client rate limiter Wait/, log: /client-side throttling, not priority and fairness/ },
  'connection-refused': {
    condition: /^False FailedDiscoveryCheck: .*connect: connection refused$/,
    service: /ECONNREFUSED/,
    endpoint: /ECONNREFUSED/,
  },
  'connection-reset': {
    condition: /^False FailedDiscoveryCheck: .*connection reset by peer$/,
    service: /ECONNRESET/,
    endpoint: /ECONNRESET/,
  },
  'connection-timed-out': { condition: /^False FailedDiscoveryCheck: .*Client\.Timeout exceeded/, service: /timeout/, endpoint: /timeout/ },
  'container-config-invalid': { ...refused, pod: /CreateContainerConfigError/, event: /^Warning Failed: Error: secret "\S+" not found/ },
  'cpu-throttled': { cadvisor: /cfs_throttled_periods_total\{[^}]*pod="cpu-throttled-[^}]*\} [1-9]/, list: /^503 / },
  'delegated-auth-failing': {
    list: /^500 .*subjectaccessreviews\.authorization\.k8s\.io is forbidden/,
    log: /Failed to make webhook authorizer request/,
    backendMetrics: /apiserver_delegated_authz_request_total\{code="403"\} [1-9]/,
  },
  'discovery-forbidden': { condition: /^False FailedDiscoveryCheck: .*: 403$/, log: /treat all requests as anonymous/ },
  'dns-failing': { condition: /^False FailedDiscoveryCheck: .*no such host$/, service: /no ClusterIP/ },
  'dns-failing-in-backend': { list: /^500 .*server misbehaving/, log: /lookup \S+ on \S+: server misbehaving/ },
  'egress-policy-blocking': { list: /^500 .*i\/o timeout/, log: /i\/o timeout/, objects: /stays-home/ },
  'image-pull-failing': { ...refused, pod: /ImagePullBackOff/, event: /^Normal BackOff: Back-off pulling image/ },
  'liveness-failing': { ...refused, pod: /"exitCode":137/, event: /^Normal Killing: Container \S+ failed liveness probe/ },
  'memory-near-limit': { cadvisor: /memory_working_set_bytes\{[^}]*pod="memory-near-limit-[^}]*\} 261\d{6}\n/ },
  'network-policy-blocking': { condition: /^False FailedDiscoveryCheck/, endpoint: /timeout/, objects: /"name":"default-deny"/ },
  'network-policy-changed': { condition: /^False FailedDiscoveryCheck/, endpoint: /timeout/, objects: /198\.51\.100\.0\/24/ },
  'no-ready-endpoints': { ...refused, event: /^Normal Killing: Stopping container/ },
  'node-not-ready': { condition: /^False MissingEndpoints/, pod: /Ready=False NodeNotReady/, objects: /NodeStatusUnknown/ },
  'node-under-pressure': {
    ...refused,
    pod: /Failed Evicted/,
    event: /^Warning FailedScheduling: .*memory-pressure/,
    objects: /KubeletHasInsufficientMemory/,
  },
  'one-replica-bad': { endpoint: /^503$/, discovery: /^503 .*this replica has lost its cache/ },
  'out-of-memory-killed': { ...refused, pod: /"reason":"OOMKilled","exitCode":137/ },
  'packet-loss': { discovery: /^503 error trying to reach service: context deadline exceeded/ },
  panic: { ...refused, pod: /"exitCode":2/, log: /^panic: runtime error: invalid memory address/m },
  'pod-crash-looping': {
    ...refused,
    pod: /CrashLoopBackOff/,
    event: /^Warning BackOff: Back-off restarting failed container/,
    previousLog: /input\/output error/,
  },
  'pod-evicted': { condition: /^False MissingEndpoints/, pod: /Failed Evicted/, event: /^Warning Evicted: / },
  'pod-probe-failing': {
    ...refused,
    pod: /ContainersNotReady/,
    event: /^Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500/,
  },
  'pod-restarting': { pod: /restarts=[1-9]/, previousLog: /Failed to renew lease/ },
  'pod-unschedulable': { ...refused, pod: /PodScheduled=False Unschedulable: .*Insufficient memory/, event: /^Warning FailedScheduling/ },
  'rate-limited': { condition: /^False FailedDiscoveryCheck: .*: 429$/, backendMetrics: /rejected_requests_total\{[^}]*\} [1-9]/ },
  'request-header-ca-mismatch': { condition: /^False FailedDiscoveryCheck: .*: 401$/, log: /verifying certificate SN=.*unknown authority/ },
  'request-header-config-unreadable': {
    ...refused,
    pod: /CrashLoopBackOff/,
    log: /Unable to get configmap\/extension-apiserver-authentication/,
  },
  'rollout-in-progress': { condition: /^False MissingEndpoints/, pod: /ContainersNotReady/, event: /^Normal Killing: Stopping container/ },
  'scheduled-operation': { list: /^503 .*locked by a running compaction/, objects: /"name":"scheduled-operation-compaction"/ },
  'selector-matches-no-pods': { ...refused },
  'server-listens-elsewhere': { condition: /^False FailedDiscoveryCheck: .*connection refused$/, endpoint: /ECONNREFUSED/ },
  'service-not-found': { condition: /^False ServiceNotFound: service\/\S+ in "\S+" is not present$/ },
  'service-port-mismatch': { condition: /^False ServicePortError: .* is not listening on port \d+$/ },
  'serving-certificate-expired': certificate(/certificate has expired or is not yet valid: current time \S+ is after \S+$/),
  'serving-certificate-name-mismatch': certificate(/certificate is valid for \S+-old\.\S+, localhost, not \S+$/),
  'target-port-wrong': { condition: /^False FailedDiscoveryCheck: .*connection refused$/, service: /ECONNREFUSED/ },
  'version-not-served': { condition: /^False FailedDiscoveryCheck: .*: 404$/ },
  // Faults of the whole cluster.
  'apiserver-overloaded': {
    ...hidden,
    discovery: /^429 Too many requests/,
    apiserverMetrics: /flowcontrol_rejected_requests_total\{[^}]*\} [1-9]/,
  },
  'apiserver-slow': { ...hidden, apiserverMetrics: /apiserver_current_inflight_requests\{request_kind="readOnly"\} 240/ },
  'apiservers-disagree': { condition: /^False FailedDiscoveryCheck/, discovery: /^200 / },
  'etcd-slow': { ...hidden, list: /^500 .*etcdserver: request timed out/, log: /etcdserver: request timed out/ },
  'tunnel-down': {
    condition: /^False FailedDiscoveryCheck: .*No agent available$/,
    apiserverMetrics: /egress_dialer_dial_failure_count\{[^}]*\} [1-9]/,
  },
} satisfies Record<FaultId, Observation>;
/** Stays as it is in a healthy cluster: not asked before the fault. */
const UNMOVED: readonly RegExp[] = [/^403$/, hidden.condition, /^200 /];
/** Seen in the log of the run before once the container runs again. */
const EITHER_LOG = new Set<string | RegExp>([
  SHOWS.panic!.log!,
  SHOWS['bad-flag-or-config']!.log!,
  SHOWS['request-header-config-unreadable']!.log!,
]);
/** Generous: the machine may be busy with other things. */
const WITHIN_MS = 60_000;

/** An API of its own for a fault: some of them deny a whole namespace. */
export function apiFor(fault: Pick<Fault, 'id' | 'replicas'>): ScenarioInput['apis'][number] {
  return {
    group: `${fault.id}.example`,
    version: 'v1',
    namespace: fault.id,
    service: fault.id,
    resource: 'things',
    kind: 'Thing',
    replicas: fault.replicas ?? 1,
  };
}

export const nameOf = (fault: Pick<Fault, 'id'>) => `v1.${fault.id}.example`;

async function seen(simulator: Simulator, api: string, shows: Observation, missing: Set<string>): Promise<boolean> {
  for (const [kind, pattern] of Object.entries(shows) as [keyof Observation, RegExp][]) {
    if (!missing.has(kind)) continue;
    const texts = await look(simulator, kind, api);
    if (EITHER_LOG.has(pattern)) texts.push(...(await look(simulator, 'previousLog', api)));
    if (texts.some((text) => pattern.test(text))) missing.delete(kind);
  }
  return missing.size === 0;
}

/** Each part has to be seen once, not all in one moment: a crash loop runs in between. */
async function expectToShow(simulator: Simulator, api: string, shows: Observation): Promise<void> {
  const missing = new Set(Object.keys(shows));
  await eventually(
    () => seen(simulator, api, shows, missing).then((all) => (all ? [] : [...missing])),
    (left) => left.length === 0,
    WITHIN_MS,
  );
}

async function expectNothing(simulator: Simulator, api: string, shows: Observation): Promise<void> {
  for (const [kind, pattern] of Object.entries(shows) as [keyof Observation, RegExp][]) {
    if (UNMOVED.some((known) => known.source === pattern.source)) continue;
    for (const text of await look(simulator, kind, api)) expect(text).not.toMatch(pattern);
  }
}

export const healthy = (simulator: Simulator, api: string) =>
  eventually(async () => (await look(simulator, 'condition', api)).some((text) => text.startsWith('True Passed')), Boolean, WITHIN_MS);

/** Healthy, the fault, what it shows, without the fault, healthy again. */
export async function comeAndGo(simulator: Simulator, id: FaultId): Promise<void> {
  const api = nameOf({ id });
  await healthy(simulator, api);
  await expectNothing(simulator, api, SHOWS[id]!);
  await simulator.inject(id, api);
  await expectToShow(simulator, api, SHOWS[id]!);
  await simulator.clear(id, api);
  await healthy(simulator, api);
  await eventually(async () => (await look(simulator, 'list', api))[0]!.startsWith('200 '), Boolean, WITHIN_MS);
}
