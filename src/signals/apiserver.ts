import { observedValue } from '../domain/observed.ts';
import type { ProbeTally } from '../domain/probe.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiserverMetrics, ClusterFacts } from '../domain/snapshot.ts';
import { count, flag, largest, seconds, total } from './reading.ts';
import { passingSeconds } from './targets.ts';

type Read = (metrics: ApiserverMetrics) => number | undefined;

const readings = (cluster: ClusterFacts, read: Read): number[] =>
  cluster.apiservers
    .map(({ metrics }) => observedValue(metrics))
    .map((metrics) => metrics && read(metrics))
    .filter((value) => value !== undefined);

const control = (cluster: ClusterFacts): ProbeTally[] =>
  cluster.apiservers.map((instance) => instance.control).filter((tally) => tally !== undefined);

const worst = (name: string, metric: string, help: string, read: Read): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: `aggregated_api_apiserver_${metric}`,
  source: 'apiserver-metrics',
  observe: (_api, cluster) => largest(readings(cluster, read)),
});

const summed = (name: string, metric: string, help: string, read: Read): Signal => ({
  name,
  help,
  kind: 'counter',
  metric: `aggregated_api_apiserver_${metric}_total`,
  source: 'apiserver-metrics',
  observe: (_api, cluster) => total(readings(cluster, read)),
});

/** The kube-apiserver: our control probes of it and its own /metrics, the worst instance or the sum of all. */
export const APISERVER_SIGNALS: readonly Signal[] = [
  {
    name: 'control-failing',
    help: 'Share of the kube-apiservers whose own /readyz failed at the last control probe, 0 to 1.',
    kind: 'gauge',
    metric: 'aggregated_api_apiserver_control_failing',
    source: 'probes',
    observe(_api, cluster) {
      const tallies = control(cluster);
      return tallies.length === 0 ? undefined : count(tallies, (tally) => !tally.last.ok) / tallies.length;
    },
  },
  {
    name: 'control-passing',
    help: 'For how long /readyz of each kube-apiserver has passed, seconds, at most 600; 0 while one fails or comes and goes.',
    kind: 'gauge',
    metric: 'aggregated_api_apiserver_control_passing_seconds',
    source: 'probes',
    observe: (_api, cluster, time) => passingSeconds(control(cluster), time),
  },
  {
    name: 'control-seconds',
    help: 'Duration of the slowest last control probe of a kube-apiserver.',
    kind: 'gauge',
    metric: 'aggregated_api_apiserver_control_seconds',
    source: 'probes',
    observe: (_api, cluster) => largest(control(cluster).map((tally) => tally.last.seconds)),
  },
  worst(
    'apiserver-inflight',
    'inflight_ratio',
    'Requests in flight, as a share of the maximum; the busiest instance.',
    (m) => m.inflightRatio,
  ),
  worst(
    'apiserver-queued',
    'queued_requests',
    'Requests that wait in a queue of priority and fairness; the busiest instance.',
    (m) => m.queuedRequests,
  ),
  worst(
    'etcd-seconds',
    'etcd_latency_seconds',
    'Mean duration of a request to etcd since the reading before; the slowest instance.',
    (m) => m.etcdLatencySeconds,
  ),
  worst(
    'apiserver-seconds',
    'request_latency_seconds',
    'Mean duration of a request, watches left out, since the reading before; the slowest instance.',
    (m) => m.requestLatencySeconds,
  ),
  summed(
    'apiserver-rejected',
    'rejected_requests',
    'Requests rejected by API priority and fairness, or given up by their clients in its queues, over all instances.',
    (m) => m.rejectedRequests,
  ),
  {
    ...summed(
      'apiserver-server-errors',
      'server_errors',
      'Requests answered with 5xx by the kube-apiserver itself, over all instances.',
      (m) => m.serverErrors,
    ),
    asks: 'Does the kube-apiserver itself answer with errors?',
  },
  {
    ...summed(
      'aggregator-terminations',
      'terminations',
      'Requests that the aggregator ended because the API was unavailable, over all instances.',
      (m) => m.terminations,
    ),
    asks: 'How many requests did the aggregator refuse without asking the backend?',
  },
  {
    ...summed('aggregator-aborts', 'aborts', 'Requests that were aborted after the answer had begun, over all instances.', (m) => m.aborts),
    asks: 'How many answers of the backend were cut?',
  },
  worst(
    'etcd-error-ratio',
    'etcd_error_ratio',
    'Share of the requests to etcd that failed, since the reading before; the worst instance.',
    (m) => m.etcdErrorRatio,
  ),
  summed('etcd-errors', 'etcd_errors', 'Requests to etcd that failed, over all instances.', (m) => m.etcdErrors),
  summed(
    'tunnel-dial-failures',
    'egress_dial_failures',
    'Dials through the egress proxy (Konnectivity) that failed, over all instances.',
    (m) => m.egressDialFailures,
  ),
  summed(
    'tunnel-dials-waiting',
    'egress_dials_waiting',
    'Dials through the egress proxy (Konnectivity) that began since the reading before and have neither failed nor been made, over all instances.',
    (m) => m.egressDialsWaiting,
  ),
  worst(
    'tunnel-dial-seconds',
    'egress_dial_seconds',
    'Mean time of a dial through the egress proxy (Konnectivity), since the reading before; the slowest instance.',
    (m) => m.egressDialSeconds,
  ),
  {
    name: 'apiserver-started',
    help: 'When the youngest kube-apiserver process started, Unix time.',
    kind: 'timestamp',
    metric: 'aggregated_api_apiserver_start_timestamp_seconds',
    source: 'apiserver-metrics',
    observe: (_api, cluster) => largest(readings(cluster, (m) => m.startTimeSeconds)),
  },
  {
    name: 'apiservers-judge-differently',
    help: '1 while some kube-apiservers hold the API unavailable and others do not (aggregator_unavailable_apiservice), else 0.',
    kind: 'gauge',
    metric: 'aggregated_api_apiserver_judgements_differ',
    source: 'apiserver-metrics',
    observe(api, cluster) {
      const judgements = readings(cluster, (m) => m.unavailable[api.name]);
      return judgements.length < 2 ? undefined : flag(new Set(judgements).size > 1);
    },
  },
  {
    name: 'apiserver-log-errors',
    help: 'Lines of the severities error and fatal in the logs of the kube-apiservers, where they are visible.',
    asks: 'Does the kube-apiserver complain about anything at all?',
    kind: 'counter',
    metric: 'aggregated_api_apiserver_log_error_lines_total',
    source: 'logs',
    observe(_api, cluster) {
      const lines = observedValue(cluster.apiserverLogs)?.lines;
      return lines && lines.error + lines.fatal;
    },
  },
  {
    name: 'control-changed',
    help: 'When a control probe of a kube-apiserver last failed, Unix time.',
    kind: 'timestamp',
    metric: 'aggregated_api_apiserver_last_failure_timestamp_seconds',
    source: 'probes',
    observe: (_api, cluster) => seconds(largest(control(cluster).map((tally) => tally.lastFailure?.at))),
  },
];
