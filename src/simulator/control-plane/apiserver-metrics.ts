import type { AvailabilityCounters } from '../aggregator/availability.ts';
import type { Connections } from '../aggregator/connections.ts';
import type { ProxyCounters } from '../aggregator/proxy.ts';
import type { Store } from '../store.ts';
import { createExposition, type Exposition } from './exposition.ts';
import type { Load } from './load.ts';

export interface ApiserverState {
  readonly store: Store;
  readonly load: Load;
  readonly connections: Connections;
  /** Unix milliseconds */
  readonly startedAt: number;
  readonly proxy: ProxyCounters;
  readonly availability: AvailabilityCounters;
}

/** Resources that a usual cluster has traffic for; gives the exposition its thousands of series. */
const TRAFFIC: readonly (readonly [group: string, version: string, resource: string])[] = [
  ['', 'v1', 'pods'],
  ['', 'v1', 'nodes'],
  ['', 'v1', 'services'],
  ['', 'v1', 'configmaps'],
  ['', 'v1', 'secrets'],
  ['', 'v1', 'events'],
  ['', 'v1', 'namespaces'],
  ['', 'v1', 'serviceaccounts'],
  ['', 'v1', 'persistentvolumeclaims'],
  ['apps', 'v1', 'deployments'],
  ['apps', 'v1', 'replicasets'],
  ['apps', 'v1', 'daemonsets'],
  ['batch', 'v1', 'jobs'],
  ['batch', 'v1', 'cronjobs'],
  ['coordination.k8s.io', 'v1', 'leases'],
  ['discovery.k8s.io', 'v1', 'endpointslices'],
  ['networking.k8s.io', 'v1', 'networkpolicies'],
  ['policy', 'v1', 'poddisruptionbudgets'],
  ['rbac.authorization.k8s.io', 'v1', 'rolebindings'],
  ['storage.k8s.io', 'v1', 'csinodes'],
];
const VERBS = ['GET', 'LIST', 'WATCH', 'PUT', 'PATCH', 'POST'] as const;
const REQUEST_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const ETCD_BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const FLOW_SCHEMAS = [
  ['system-nodes', 'system'],
  ['kube-controller-manager', 'workload-high'],
  ['kube-system-service-accounts', 'workload-low'],
  ['service-accounts', 'workload-low'],
  ['global-default', 'global-default'],
  ['catch-all', 'catch-all'],
] as const;

export function renderApiserverMetrics(state: ApiserverState): string {
  const out = createExposition();
  writeAggregator(out, state);
  writeRequests(out, state);
  writeSaturation(out, state);
  writeFlowControl(out, state.load);
  writeEtcd(out, state);
  writeProcess(out, state);
  return out.text();
}

function writeAggregator(out: Exposition, { store, availability, proxy, connections }: ApiserverState): void {
  out.family(
    'aggregator_unavailable_apiservice',
    'gauge',
    '[ALPHA] Gauge of APIServices which are marked as unavailable broken down by APIService name.',
  );
  for (const { metadata, spec } of store.apiservices.values())
    if (!spec.service) out.sample('aggregator_unavailable_apiservice', { name: metadata.name }, 0);
  for (const [name, value] of availability.unavailable) out.sample('aggregator_unavailable_apiservice', { name }, value);
  out.family(
    'aggregator_unavailable_apiservice_total',
    'counter',
    '[ALPHA] Counter of APIServices which are marked as unavailable broken down by APIService name and reason.',
  );
  for (const { name, reason, count } of availability.unavailableTotal.values())
    out.sample('aggregator_unavailable_apiservice_total', { name, reason }, count);
  out.family('apiserver_request_terminations_total', 'counter', '[ALPHA] Number of requests which apiserver terminated in self-defense.');
  for (const { group, component, code, count } of proxy.terminations.values())
    out.sample(
      'apiserver_request_terminations_total',
      { code, component, group, resource: '', scope: 'cluster', subresource: '', verb: 'GET', version: '' },
      count,
    );
  out.family(
    'apiserver_request_aborts_total',
    'counter',
    '[ALPHA] Number of requests which apiserver aborted possibly due to a timeout, for each group, version, verb, resource, subresource and scope',
  );
  for (const [group, count] of proxy.aborts)
    out.sample(
      'apiserver_request_aborts_total',
      { group, resource: '', scope: 'cluster', subresource: '', verb: 'GET', version: '' },
      count,
    );
  out.family(
    'apiserver_egress_dialer_dial_failure_count',
    'counter',
    '[ALPHA] Dial failure count, labeled by the protocol (http-connect or grpc), transport (tcp or uds), and stage (connect or proxy).',
  );
  if (connections.egress.dialFailures > 0)
    out.sample(
      'apiserver_egress_dialer_dial_failure_count',
      { protocol: 'grpc', stage: 'connect', transport: 'uds' },
      connections.egress.dialFailures,
    );
}

function writeRequests(out: Exposition, { load }: ApiserverState): void {
  const combinations = TRAFFIC.length * VERBS.length;
  const total = load.requests.value;
  const seconds = load.requestSecondsTotal.value;
  const each = Math.floor(total / combinations);
  out.family(
    'apiserver_request_total',
    'counter',
    '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  );
  for (const [group, version, resource] of TRAFFIC) {
    const base = { component: 'apiserver', dry_run: '', group, resource, scope: 'cluster', subresource: '', version };
    for (const verb of VERBS) out.sample('apiserver_request_total', { ...base, code: '200', verb }, each);
    out.sample('apiserver_request_total', { ...base, code: '404', verb: 'GET' }, Math.floor(each / 200));
    out.sample('apiserver_request_total', { ...base, code: '500', verb: 'GET' }, Math.floor(load.serverErrors.value / TRAFFIC.length));
  }
  if (load.rejected.value >= 1)
    out.sample(
      'apiserver_request_total',
      {
        code: '429',
        component: 'apiserver',
        dry_run: '',
        group: '',
        resource: 'pods',
        scope: 'cluster',
        subresource: '',
        verb: 'LIST',
        version: 'v1',
      },
      Math.floor(load.rejected.value),
    );
  out.family(
    'apiserver_request_duration_seconds',
    'histogram',
    '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
  );
  for (const [group, version, resource] of TRAFFIC)
    for (const verb of VERBS)
      out.histogram(
        'apiserver_request_duration_seconds',
        { component: 'apiserver', dry_run: '', group, resource, scope: 'cluster', subresource: '', verb, version },
        REQUEST_BUCKETS,
        { count: each, mean: verb === 'WATCH' ? 400 : seconds / total },
      );
}

function writeSaturation(out: Exposition, { load }: ApiserverState): void {
  out.family(
    'apiserver_current_inflight_requests',
    'gauge',
    '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
  );
  out.sample('apiserver_current_inflight_requests', { request_kind: 'readOnly' }, load.inflight);
  out.sample('apiserver_current_inflight_requests', { request_kind: 'mutating' }, Math.ceil(load.inflight / 4));
  out.family(
    'apiserver_current_inqueue_requests',
    'gauge',
    '[ALPHA] Maximal number of queued requests in this apiserver per request kind in last second.',
  );
  out.sample('apiserver_current_inqueue_requests', { request_kind: 'readOnly' }, load.inqueue);
  out.sample('apiserver_current_inqueue_requests', { request_kind: 'mutating' }, 0);
}

function writeFlowControl(out: Exposition, load: Load): void {
  out.family(
    'apiserver_flowcontrol_rejected_requests_total',
    'counter',
    '[BETA] Number of requests rejected by API Priority and Fairness subsystem',
  );
  if (load.rejected.value >= 1)
    out.sample(
      'apiserver_flowcontrol_rejected_requests_total',
      { flow_schema: 'service-accounts', priority_level: 'workload-low', reason: 'queue-full' },
      Math.floor(load.rejected.value),
    );
  out.family(
    'apiserver_flowcontrol_dispatched_requests_total',
    'counter',
    '[BETA] Number of requests executed by API Priority and Fairness subsystem',
  );
  FLOW_SCHEMAS.forEach(([flow_schema, priority_level], index) => {
    out.sample(
      'apiserver_flowcontrol_dispatched_requests_total',
      { flow_schema, priority_level },
      Math.floor(load.requests.value / (index + 3)),
    );
  });
  out.family(
    'apiserver_flowcontrol_current_inqueue_requests',
    'gauge',
    '[BETA] Number of requests currently pending in queues of the API Priority and Fairness subsystem',
  );
  for (const [flow_schema, priority_level] of FLOW_SCHEMAS)
    out.sample(
      'apiserver_flowcontrol_current_inqueue_requests',
      { flow_schema, priority_level },
      flow_schema === 'service-accounts' ? load.inqueue : 0,
    );
  out.family(
    'apiserver_flowcontrol_current_executing_requests',
    'gauge',
    '[BETA] Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
  );
  for (const [flow_schema, priority_level] of FLOW_SCHEMAS)
    out.sample(
      'apiserver_flowcontrol_current_executing_requests',
      { flow_schema, priority_level },
      flow_schema === 'service-accounts' ? Math.floor(load.inflight / 2) : 1,
    );
  out.family(
    'apiserver_flowcontrol_nominal_limit_seats',
    'gauge',
    '[BETA] Nominal number of execution seats configured for each priority level',
  );
  for (const [level, seats] of [
    ['system', 74],
    ['workload-high', 98],
    ['workload-low', 245],
    ['global-default', 49],
    ['catch-all', 13],
  ] as const)
    out.sample('apiserver_flowcontrol_nominal_limit_seats', { priority_level: level }, seats);
}

function writeEtcd(out: Exposition, { load }: ApiserverState): void {
  const operations = ['get', 'list', 'create', 'update'] as const;
  const combinations = TRAFFIC.length * operations.length;
  const count = Math.floor(load.etcdRequests.value / combinations);
  const mean = load.etcdSecondsTotal.value / load.etcdRequests.value;
  out.family('etcd_request_duration_seconds', 'histogram', '[ALPHA] Etcd request latency in seconds for each operation and object type.');
  for (const [group, , resource] of TRAFFIC)
    for (const operation of operations)
      out.histogram('etcd_request_duration_seconds', { group, operation, resource }, ETCD_BUCKETS, { count, mean });
  out.family('etcd_requests_total', 'counter', '[ALPHA] Etcd request counts for each operation and object type.');
  for (const [group, , resource] of TRAFFIC)
    for (const operation of operations) out.sample('etcd_requests_total', { group, operation, resource }, count);
  out.family('etcd_request_errors_total', 'counter', '[ALPHA] Etcd failed request counts for each operation and object type.');
  if (load.etcdErrors.value >= 1)
    out.sample('etcd_request_errors_total', { group: '', operation: 'update', resource: 'configmaps' }, Math.floor(load.etcdErrors.value));
}

function writeProcess(out: Exposition, { store, load, startedAt }: ApiserverState): void {
  out.family('apiserver_storage_objects', 'gauge', '[STABLE] Number of stored objects at the time of last check split by kind.');
  for (const resource of ['pods', 'services', 'nodes', 'deployments'] as const)
    out.sample('apiserver_storage_objects', { resource }, store[resource].size);
  out.family('kubernetes_healthcheck', 'gauge', '[STABLE] This metric records the result of a single healthcheck.');
  for (const name of [
    'ping',
    'log',
    'etcd',
    'poststarthook/apiservice-registration-controller',
    'poststarthook/apiservice-status-remote-available-controller',
  ])
    out.sample('kubernetes_healthcheck', { name, type: 'readyz' }, load.failingChecks.includes(name) ? 0 : 1);
  out.family('workqueue_depth', 'gauge', '[BETA] Current depth of workqueue');
  for (const name of [
    'RemoteAvailabilityController',
    'LocalAvailabilityController',
    'APIServiceRegistrationController',
    'discovery-manager',
  ])
    out.sample('workqueue_depth', { name }, 0);
  out.family('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.');
  out.sample('process_start_time_seconds', {}, startedAt / 1000);
  out.family('go_goroutines', 'gauge', 'Number of goroutines that currently exist.');
  out.sample('go_goroutines', {}, 1800);
}
