import { describe, expect, it } from 'vitest';
import { apiserverMetrics, readApiserverMetrics } from '../../../src/observe/apiserver-metrics/reading.ts';
import { HEALTHY_APISERVER } from '../exposition/exposition.ts';

/** A kube-apiserver types every family, in the line before it. */
const typed = (text: string) =>
  text.replace(/^(\w+?)(_sum|_count)?(?=[ {])/gm, (name, family: string) => `# TYPE ${family} untyped\n${name}`);

function read(text: string) {
  const { scanner, reading } = readApiserverMetrics();
  scanner.write(Buffer.from(text.startsWith('#') ? text : typed(text)));
  scanner.end();
  return reading;
}
const metricsOf = (text: string, before?: string) => apiserverMetrics(read(text), before === undefined ? undefined : read(before));

describe('reading the metrics of a kube-apiserver', () => {
  it('reads a healthy one', () => {
    expect(metricsOf(HEALTHY_APISERVER)).toEqual({
      unavailable: { 'v1.tides.example.com': 0, 'v1.apps': 0 },
      unavailableTotal: {},
      terminations: 0,
      aborts: 0,
      rejectedRequests: 0,
      queuedRequests: 0,
      inflightRequests: 5,
      inflightRatio: 0,
      etcdErrors: 0,
      serverErrors: 0,
      startTimeSeconds: 1767513600.5,
    });
  });

  it.each<[string, string, object]>([
    [
      'an API that is unavailable',
      'aggregator_unavailable_apiservice{name="v1.tides.example.com"} 1',
      { unavailable: { 'v1.tides.example.com': 1 } },
    ],
    [
      'transitions, over all reasons',
      'aggregator_unavailable_apiservice_total{name="a",reason="MissingEndpoints"} 2\naggregator_unavailable_apiservice_total{name="a",reason="FailedDiscoveryCheck"} 1',
      { unavailableTotal: { a: 3 } },
    ],
    [
      'terminations by the aggregator only',
      'apiserver_request_terminations_total{code="503",component="aggregator"} 4\napiserver_request_terminations_total{code="504",component="apiserver"} 9',
      { terminations: 4 },
    ],
    ['aborts', 'apiserver_request_aborts_total{group="tides.example.com",verb="LIST"} 2', { aborts: 2 }],
    [
      'rejections',
      'apiserver_flowcontrol_rejected_requests_total{reason="queue-full"} 7\napiserver_flowcontrol_rejected_requests_total{reason="time-out"} 1',
      { rejectedRequests: 8 },
    ],
    ['queues without flow control', 'apiserver_current_inqueue_requests{request_kind="mutating"} 3', { queuedRequests: 3 }],
    ['the inflight ratio without flow control', 'apiserver_current_inflight_requests{request_kind="readOnly"} 300', { inflightRatio: 0.5 }],
    [
      'seats over the limit as full',
      'apiserver_flowcontrol_current_executing_seats 9\napiserver_flowcontrol_nominal_limit_seats 6',
      { inflightRatio: 1 },
    ],
    [
      'no seats of requests that are exempt',
      'apiserver_flowcontrol_current_executing_seats{flow_schema="exempt",priority_level="exempt"} 50\napiserver_flowcontrol_current_executing_seats{flow_schema="global-default",priority_level="global-default"} 2\napiserver_flowcontrol_nominal_limit_seats{priority_level="exempt"} 0\napiserver_flowcontrol_nominal_limit_seats{priority_level="global-default"} 8',
      { inflightRatio: 0.25 },
    ],
    ['etcd errors', 'etcd_request_errors_total{operation="get"} 2', { etcdErrors: 2 }],
    [
      '5xx',
      'apiserver_request_total{code="500"} 2\napiserver_request_total{code="503"} 1\napiserver_request_total{code="200"} 99',
      { serverErrors: 3 },
    ],
    ['egress dials', 'apiserver_egress_dialer_dial_failure_count{stage="connect"} 5', { egressDialFailures: 5 }],
    ['that none of them failed', 'apiserver_egress_dialer_dial_start_total{protocol="grpc"} 5', { egressDialFailures: 0 }],
  ])('reads %s', (_, text, expected) => {
    expect(metricsOf(`${text}\n`)).toMatchObject(expected);
  });

  it('does not take what is absent for zero', () => {
    const metrics = metricsOf('process_start_time_seconds 1\n');
    expect(metrics).not.toHaveProperty('etcdErrors');
    expect(metrics).not.toHaveProperty('inflightRatio');
    expect(metrics).not.toHaveProperty('serverErrors');
    expect(metrics).not.toHaveProperty('egressDialFailures');
  });

  const at = (start: number, etcd: [number, number], list: [number, number], watch: [number, number]) =>
    [
      `process_start_time_seconds ${start}`,
      `etcd_request_duration_seconds_sum{operation="get"} ${etcd[0]}`,
      `etcd_request_duration_seconds_count{operation="get"} ${etcd[1]}`,
      `apiserver_request_duration_seconds_sum{verb="LIST"} ${list[0]}`,
      `apiserver_request_duration_seconds_count{verb="LIST"} ${list[1]}`,
      `apiserver_request_duration_seconds_sum{verb="WATCH"} ${watch[0]}`,
      `apiserver_request_duration_seconds_count{verb="WATCH"} ${watch[1]}`,
      '',
    ].join('\n');
  const before = at(1, [10, 1000], [4, 100], [9000, 10]);

  type Means = { etcdLatencySeconds?: number; etcdErrorRatio?: number; requestLatencySeconds?: number };

  it.each<[string, string, string | undefined, Means]>([
    [
      'from two readings, watches left out',
      at(1, [14, 1200], [9, 200], [18000, 20]),
      before,
      { etcdLatencySeconds: 0.02, etcdErrorRatio: 0, requestLatencySeconds: 0.05 },
    ],
    [
      'with the share of requests to etcd that failed meanwhile',
      `${at(1, [14, 1200], [9, 200], [18000, 20])}etcd_request_errors_total{operation="get"} 32\n`,
      `${before}etcd_request_errors_total{operation="get"} 2\n`,
      { etcdLatencySeconds: 0.02, etcdErrorRatio: 0.15, requestLatencySeconds: 0.05 },
    ],
    ['not from the first one', before, undefined, {}],
    ['not over a restart', at(2, [14, 1200], [9, 200], [0, 0]), before, {}],
    ['not while nothing was asked', before, before, {}],
  ])('knows means %s', (_, now, earlier, expected) => {
    const { etcdLatencySeconds, etcdErrorRatio, requestLatencySeconds } = metricsOf(now, earlier);
    expect(JSON.parse(JSON.stringify({ etcdLatencySeconds, etcdErrorRatio, requestLatencySeconds }))).toEqual(expected);
  });

  it.each<[string, [starts: number, done: number, failed: number], number | undefined]>([
    ['none while each ends', [110, 107, 3], 0],
    ['those that began since and did not end', [120, 100, 3], 10],
    ['none of those that hung before', [117, 107, 3], 0],
    ['nothing where it dials by itself', [0, 0, 0], undefined],
  ])('knows of dials through the egress proxy that wait: %s', (_, [starts, done, failed], waiting) => {
    const dials = (start: number, end: number, failures: number) =>
      [
        'process_start_time_seconds 1',
        ...(start > 0 ? [`apiserver_egress_dialer_dial_start_total{protocol="http_connect",transport="tcp"} ${start}`] : []),
        `apiserver_egress_dialer_dial_duration_seconds_count{protocol="http_connect",transport="tcp"} ${end}`,
        `apiserver_egress_dialer_dial_failure_count{protocol="http_connect",stage="proxy",transport="tcp"} ${failures}\n`,
      ].join('\n');
    expect(metricsOf(dials(starts, done, failed), dials(starts > 0 ? 110 : 0, 100, 3)).egressDialsWaiting).toBe(waiting);
  });

  it('knows how long a dial through the egress proxy takes, of those that were made since the reading before', () => {
    const dials = (seconds: number, count: number) =>
      `process_start_time_seconds 1\napiserver_egress_dialer_dial_duration_seconds_sum ${seconds}\napiserver_egress_dialer_dial_duration_seconds_count ${count}\n`;
    expect(metricsOf(dials(31, 110), dials(1, 100)).egressDialSeconds).toBe(3);
    expect(metricsOf(dials(1, 100), dials(1, 100))).not.toHaveProperty('egressDialSeconds');
  });
});
