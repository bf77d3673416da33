import { type Levels, ofCluster, type SignalElsewhere } from './levels.ts';

/** A series of every kube-apiserver, present from the start: what 0 means is 0, not absence. */
const ALWAYS = 'apiserver_request_total';

/** Counters over all instances; one whose first event is still to come counts as 0. */
const summed = (signal: string, metric: string, ...matchers: readonly string[]): SignalElsewhere => ({
  signal,
  expr: (levels) => {
    const sum = (name: string, ...more: readonly string[]) =>
      `sum by (${levels.cluster}) (${name}{${[levels.kubeApiserver, ...more].join(', ')}})`;
    return ofCluster(levels, `${sum(metric, ...matchers)} or 0 * ${sum(ALWAYS)}`);
  },
});

const rateByInstance = (levels: Levels, metric: string, ...matchers: readonly string[]): string =>
  `sum by (${levels.with('instance')}) (rate(${metric}{${[levels.kubeApiserver, ...matchers].join(', ')}}[${levels.rateWindow}]))`;

/** Of the instance of which it is largest; one that was asked nothing has none. */
const largestQuotient = (levels: Levels, of: string, by: string): string =>
  ofCluster(levels, `max by (${levels.cluster}) (${of} / (${by} > 0))`);

/** Mean of a histogram, of the slowest instance. */
const slowest = (signal: string, histogram: string, ...matchers: readonly string[]): SignalElsewhere => ({
  signal,
  expr: (levels) => {
    const rate = (part: string) => rateByInstance(levels, `${histogram}_${part}`, ...matchers);
    return largestQuotient(levels, rate('sum'), rate('count'));
  },
});

function judgements(levels: Levels, fold: 'max' | 'min' | 'count'): string {
  const gauge = `label_replace(aggregator_unavailable_apiservice{${levels.kubeApiserver}}, "apiservice", "$1", "name", "(.+)")`;
  return `${fold} by (${levels.with('apiservice')}) (${gauge})`;
}

export const KUBE_APISERVER_SIGNALS: readonly SignalElsewhere[] = [
  summed('apiserver-rejected', 'apiserver_flowcontrol_rejected_requests_total'),
  summed('apiserver-server-errors', 'apiserver_request_total', 'code=~"5.."'),
  summed('aggregator-terminations', 'apiserver_request_terminations_total', 'component="aggregator"'),
  summed('aggregator-aborts', 'apiserver_request_aborts_total'),
  summed('etcd-errors', 'etcd_request_errors_total'),
  summed('tunnel-dial-failures', 'apiserver_egress_dialer_dial_failure_count'),
  {
    signal: 'etcd-error-ratio',
    expr: (levels) => {
      const requests = rateByInstance(levels, 'etcd_request_duration_seconds_count');
      // Without its first error an instance has no series of errors.
      return largestQuotient(levels, `(${rateByInstance(levels, 'etcd_request_errors_total')} or 0 * ${requests})`, requests);
    },
  },
  slowest('etcd-seconds', 'etcd_request_duration_seconds'),
  slowest('apiserver-seconds', 'apiserver_request_duration_seconds', 'verb!~"WATCH|CONNECT"'),
  {
    signal: 'apiserver-queued',
    expr: (levels) =>
      ofCluster(
        levels,
        `max by (${levels.cluster}) (sum by (${levels.with('instance')}) (apiserver_current_inqueue_requests{${levels.kubeApiserver}}))`,
      ),
  },
  {
    signal: 'apiserver-started',
    expr: (levels) => ofCluster(levels, `max by (${levels.cluster}) (process_start_time_seconds{${levels.kubeApiserver}})`),
  },
  {
    signal: 'apiservers-judge-differently',
    expr: (levels) => `(${judgements(levels, 'max')} - ${judgements(levels, 'min')}) and ${judgements(levels, 'count')} > 1`,
  },
];
