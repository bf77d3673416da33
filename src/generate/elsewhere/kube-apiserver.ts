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

/** Mean of a histogram, of the slowest instance. */
const slowest = (signal: string, histogram: string, ...matchers: readonly string[]): SignalElsewhere => ({
  signal,
  expr: (levels) => {
    const rate = (part: string) =>
      `sum by (${levels.with('instance')}) (rate(${histogram}_${part}{${[levels.kubeApiserver, ...matchers].join(', ')}}[${levels.rateWindow}]))`;
    return ofCluster(levels, `max by (${levels.cluster}) (${rate('sum')} / (${rate('count')} > 0))`);
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
      const rate = (metric: string) =>
        `sum by (${levels.with('instance')}) (rate(${metric}{${levels.kubeApiserver}}[${levels.rateWindow}]))`;
      const requests = rate('etcd_request_duration_seconds_count');
      // Without its first error an instance has no series of errors.
      const errors = `(${rate('etcd_request_errors_total')} or 0 * ${requests})`;
      return ofCluster(levels, `max by (${levels.cluster}) (${errors} / (${requests} > 0))`);
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
