/**
 * An exposition of the size and shape of a busy kube-apiserver's: about 8 MB, 43,000 series, of which a dozen families are
 * wanted. Deterministic.
 */
export function kubeApiserverText(): string {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const count = () => String(Math.floor(random() * 1e6));
  const seconds = () => (random() * 1e4).toFixed(9);
  const parts: string[] = [];
  const head = (name: string, type: string) =>
    parts.push(`# HELP ${name} [STABLE] What ${name} says, in as many words as upstream has for it.\n# TYPE ${name} ${type}\n`);
  const histogram = (name: string, labels: readonly string[], bounds: readonly number[]) => {
    head(name, 'histogram');
    for (const label of labels) {
      for (const bound of bounds) parts.push(`${name}_bucket{${label},le="${bound}"} ${count()}\n`);
      parts.push(`${name}_bucket{${label},le="+Inf"} ${count()}\n${name}_sum{${label}} ${seconds()}\n${name}_count{${label}} ${count()}\n`);
    }
  };
  const plain = (name: string, type: string, labels: readonly string[]) => {
    head(name, type);
    for (const label of labels) parts.push(`${name}${label === '' ? '' : `{${label}}`} ${count()}\n`);
  };

  const verbs = ['APPLY', 'DELETE', 'GET', 'LIST', 'PATCH', 'POST', 'PUT', 'WATCH'];
  const resources = Array.from({ length: 80 }, (_, i) => [`group${i % 20}.example.com`, `resources${i}`] as const);
  const requests = resources.flatMap(([group, resource]) =>
    verbs.map(
      (verb) =>
        `component="apiserver",dry_run="",group="${group}",resource="${resource}",scope="cluster",subresource="",verb="${verb}",version="v1"`,
    ),
  );
  const latencies = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
  const short = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const perResource = resources.map(([group, resource]) => `group="${group}",operation="get",resource="${resource}"`);
  const priorities = Array.from({ length: 12 }, (_, i) => `flow_schema="schema-${i}",priority_level="level-${i % 6}"`);
  const names = resources.map(([group], i) => `name="v${i}.${group}"`);

  plain('aggregator_unavailable_apiservice', 'gauge', names);
  plain(
    'aggregator_unavailable_apiservice_total',
    'counter',
    names.slice(0, 8).map((name) => `${name},reason="FailedDiscoveryCheck"`),
  );
  histogram('apiserver_admission_controller_admission_duration_seconds', requests.slice(0, 240), short);
  plain('apiserver_audit_event_total', 'counter', ['']);
  plain('apiserver_current_inflight_requests', 'gauge', ['request_kind="mutating"', 'request_kind="readOnly"']);
  plain('apiserver_flowcontrol_current_executing_seats', 'gauge', priorities);
  plain('apiserver_flowcontrol_current_inqueue_requests', 'gauge', priorities);
  plain('apiserver_flowcontrol_nominal_limit_seats', 'gauge', priorities.slice(0, 6));
  plain(
    'apiserver_flowcontrol_rejected_requests_total',
    'counter',
    priorities.map((label) => `${label},reason="queue-full"`),
  );
  histogram(
    'apiserver_flowcontrol_request_wait_duration_seconds',
    priorities.map((label) => `execute="true",${label}`),
    short,
  );
  plain('apiserver_request_aborts_total', 'counter', requests.slice(0, 20));
  histogram('apiserver_request_duration_seconds', requests, latencies);
  histogram('apiserver_request_sli_duration_seconds', requests.slice(0, 480), latencies);
  plain(
    'apiserver_request_terminations_total',
    'counter',
    requests.slice(0, 20).map((label) => `code="503",${label.replace('"apiserver"', '"aggregator"')}`),
  );
  plain(
    'apiserver_request_total',
    'counter',
    requests.map((label) => `code="200",${label}`),
  );
  histogram('apiserver_response_sizes', requests.slice(0, 300), [1000, 10_000, 100_000, 1e6, 1e7, 1e8, 1e9]);
  plain(
    'apiserver_storage_objects',
    'gauge',
    resources.map(([, resource]) => `resource="${resource}"`),
  );
  histogram('etcd_request_duration_seconds', perResource, latencies);
  plain('etcd_request_errors_total', 'counter', perResource);
  plain('go_goroutines', 'gauge', ['']);
  plain('process_start_time_seconds', 'gauge', ['']);
  histogram(
    'rest_client_request_duration_seconds',
    verbs.map((verb) => `host="10.0.0.1:443",verb="${verb}"`),
    short,
  );
  histogram('workqueue_queue_duration_seconds', names.slice(0, 60), short);
  return parts.join('');
}
