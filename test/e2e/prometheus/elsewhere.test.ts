import { describe, expect, it } from 'vitest';
import { above, last } from '../../../src/domain/criterion.ts';
import { documentedElsewhere } from '../../../src/generate/elsewhere.ts';
import { printYaml } from '../../../src/generate/formats/plain-rule.ts';
import { printRules } from '../../../src/generate/formats/rule-formats.ts';
import { DEFAULT_OPTIONS, OTHER_EXPORTERS } from '../../../src/generate/options.ts';
import { diagnosisGroup } from '../../../src/generate/recording-rules.ts';
import { SERIES } from '../../../src/generate/series.ts';
import { SMALL_CATALOGUE } from '../../generate/small-catalogue.ts';
import { currentPromtool, inFolder, PROMTOOL, run } from './support/promtool.ts';

type Series = readonly [series: string, values: string];

/** Two APIs of one Service with two pods, and a third API of another. */
const CLUSTER: readonly Series[] = [
  [
    'aggregated_api_info{cluster="c", apiservice="v1.tides.example.com", backend_namespace="harbour", backend_service="tide-gauge"}',
    '1x60',
  ],
  [
    'aggregated_api_info{cluster="c", apiservice="v2.tides.example.com", backend_namespace="harbour", backend_service="tide-gauge"}',
    '1x60',
  ],
  [
    'aggregated_api_info{cluster="c", apiservice="v1.moorings.example.com", backend_namespace="harbour", backend_service="moorings"}',
    '1x60',
  ],
  ['kube_endpoint_address{cluster="c", namespace="harbour", endpoint="tide-gauge", ip="10.1.0.5", ready="true"}', '1x60'],
  ['kube_endpoint_address{cluster="c", namespace="harbour", endpoint="tide-gauge", ip="10.1.0.6", ready="false"}', '1x60'],
  ['kube_endpoint_address{cluster="c", namespace="harbour", endpoint="tide-gauge-metrics", ip="10.1.0.5", ready="true"}', '1x60'],
  ['kube_endpoint_address{cluster="c", namespace="harbour", endpoint="moorings", ip="10.1.0.7", ready="true"}', '1x60'],
  ['kube_pod_info{cluster="c", namespace="harbour", pod="gauge-a", pod_ip="10.1.0.5"}', '1x60'],
  ['kube_pod_info{cluster="c", namespace="harbour", pod="gauge-b", pod_ip="10.1.0.6"}', '1x60'],
  ['kube_pod_info{cluster="c", namespace="harbour", pod="mooring-a", pod_ip="10.1.0.7"}', '1x60'],
  ['kube_pod_info{cluster="c", namespace="harbour", pod="pending", pod_ip=""}', '1x60'],
  [
    'aggregated_api_backend_restarts_total{cluster="c", apiservice="v1.tides.example.com", backend_pod="gauge-a", backend_container="server"}',
    '0x60',
  ],
];
const pod = (metric: string, name: string, labels = '') => `${metric}{cluster="c", namespace="harbour", pod="${name}"${labels}}`;
const apiserver = (metric: string, instance: string, labels = '') =>
  `${metric}{cluster="c", job="kube-apiserver", instance="${instance}"${labels}}`;

/** Signal, what the other exporter says, and what it means for the three APIs at 10:00; undefined = nothing. */
const CASES: readonly (readonly [signal: string, series: readonly Series[], both: number | undefined, other: number | undefined])[] = [
  [
    'restarts',
    [
      [pod('kube_pod_container_status_restarts_total', 'gauge-a', ', container="server"'), '3x60'],
      [pod('kube_pod_container_status_restarts_total', 'gauge-b', ', container="server"'), '4x60'],
    ],
    7,
    0,
  ],
  [
    'waiting-crash-loop',
    [[pod('kube_pod_container_status_waiting_reason', 'gauge-b', ', container="server", reason="CrashLoopBackOff"'), '1x60']],
    1,
    0,
  ],
  [
    'waiting-image-pull',
    [[pod('kube_pod_container_status_waiting_reason', 'gauge-b', ', container="server", reason="ErrImagePull"'), '1x60']],
    1,
    0,
  ],
  ['waiting-config-error', [], 0, 0],
  [
    'ended-out-of-memory',
    [
      [pod('kube_pod_container_status_last_terminated_reason', 'gauge-a', ', container="server", reason="OOMKilled"'), '1x60'],
      [pod('kube_pod_container_status_last_terminated_timestamp', 'gauge-a', ', container="server"'), '300x60'],
    ],
    1,
    0,
  ],
  [
    'pods-ready',
    [
      [pod('kube_pod_status_ready', 'gauge-a', ', condition="true"'), '1x60'],
      [pod('kube_pod_status_ready', 'mooring-a', ', condition="true"'), '1x60'],
    ],
    1,
    1,
  ],
  ['endpoints-ready', [], 1, 1],
  ['endpoints-not-ready', [], 1, 0],
  [
    'nodes-not-ready',
    [
      ['kube_node_info{cluster="c", node="node-a"}', '1x60'],
      ['kube_node_info{cluster="c", node="node-b"}', '1x60'],
      ['kube_node_status_condition{cluster="c", node="node-a", condition="Ready", status="true"}', '1x60'],
      ['kube_node_status_condition{cluster="c", node="node-b", condition="Ready", status="true"}', '0x60'],
    ],
    1,
    1,
  ],
  [
    'apiserver-server-errors',
    [
      [apiserver('apiserver_request_total', 'a', ', code="500"'), '2x60'],
      [apiserver('apiserver_request_total', 'b', ', code="200"'), '9x60'],
    ],
    2,
    2,
  ],
  ['apiserver-rejected', [[apiserver('apiserver_request_total', 'a', ', code="200"'), '9x60']], 0, 0],
  [
    'apiserver-queued',
    [
      [apiserver('apiserver_current_inqueue_requests', 'a', ', request_kind="readOnly"'), '2x60'],
      [apiserver('apiserver_current_inqueue_requests', 'b', ', request_kind="readOnly"'), '5x60'],
    ],
    5,
    5,
  ],
  [
    'etcd-error-ratio',
    [
      [apiserver('etcd_request_errors_total', 'a'), '0+3x60'],
      [apiserver('etcd_request_duration_seconds_count', 'a'), '0+6x60'],
      [apiserver('etcd_request_duration_seconds_count', 'b'), '0+6x60'],
    ],
    0.5,
    0.5,
  ],
  [
    'etcd-seconds',
    [
      [apiserver('etcd_request_duration_seconds_sum', 'a'), '0+3x60'],
      [apiserver('etcd_request_duration_seconds_count', 'a'), '0+6x60'],
    ],
    0.5,
    0.5,
  ],
  [
    'apiserver-started',
    [
      [apiserver('process_start_time_seconds', 'a'), '100x60'],
      [apiserver('process_start_time_seconds', 'b'), '200x60'],
    ],
    200,
    200,
  ],
];

const PER_API: readonly (readonly [signal: string, series: readonly Series[], api: string, value: number])[] = [
  [
    'apiservers-judge-differently',
    [
      [apiserver('aggregator_unavailable_apiservice', 'a', ', name="v1.tides.example.com"'), '0x60'],
      [apiserver('aggregator_unavailable_apiservice', 'b', ', name="v1.tides.example.com"'), '1x60'],
    ],
    'v1.tides.example.com',
    1,
  ],
  [
    'cpu-throttled',
    [
      [pod('container_cpu_cfs_throttled_periods_total', 'gauge-a', ', container="server"'), '0+3x60'],
      [pod('container_cpu_cfs_periods_total', 'gauge-a', ', container="server"'), '0+4x60'],
    ],
    'v1.tides.example.com',
    0.75,
  ],
  [
    'memory-usage',
    [
      [pod('container_memory_working_set_bytes', 'gauge-a', ', container="server"'), '90x60'],
      [pod('container_spec_memory_limit_bytes', 'gauge-a', ', container="server"'), '100x60'],
    ],
    'v1.tides.example.com',
    0.9,
  ],
  [
    'cpu-usage',
    [
      [pod('container_cpu_usage_seconds_total', 'gauge-a', ', container="server"'), '0+15x60'],
      [pod('container_spec_cpu_quota', 'gauge-a', ', container="server"'), '100000x60'],
      [pod('container_spec_cpu_period', 'gauge-a', ', container="server"'), '100000x60'],
    ],
    'v1.tides.example.com',
    0.5,
  ],
];

const OPTIONS = { ...DEFAULT_OPTIONS, with: OTHER_EXPORTERS };
const NAMES = documentedElsewhere().flatMap(({ signals }) => signals);
const CATALOGUE = {
  ...SMALL_CATALOGUE,
  signals: [
    ...SMALL_CATALOGUE.signals,
    ...NAMES.map((name) => ({
      name,
      help: '',
      kind: 'gauge' as const,
      metric: `aggregated_api_${name.replaceAll('-', '_')}`,
      source: 'pods' as const,
    })),
  ],
  causes: [
    {
      ...SMALL_CATALOGUE.causes[0]!,
      supersedes: [],
      evidence: [{ id: 'endpoints-gone', when: above(last('endpoints-not-ready'), 0), weight: 'strong' as const, says: '' }],
    },
  ],
};
const RULES = printRules({ groups: [diagnosisGroup(CATALOGUE, OPTIONS)], notes: [] }, 'prometheus', { name: 'rules', options: OPTIONS })[0]!
  .content;

async function complaints(
  promtool: string,
  series: readonly Series[],
  expressions: readonly { expr: string; exp_samples: readonly object[] }[],
): Promise<string> {
  const test = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '30s',
    tests: [
      {
        interval: '30s',
        input_series: [...CLUSTER, ...series].map(([name, values]) => ({ series: name, values })),
        promql_expr_test: expressions.map((expression) => ({ ...expression, eval_time: '10m' })),
      },
    ],
  };
  return inFolder({ 'rules.yaml': RULES, 'test.yaml': printYaml(test) }, async (folder) => {
    const { code, output } = await run(promtool, ['test', 'rules', 'test.yaml'], folder);
    return code === 0 ? '' : output;
  });
}

describe.each([PROMTOOL, 'current'])('signals from other exporters, by promtool %s', (which) => {
  const promtool = which === 'current' ? currentPromtool() : which;

  it.each(CASES)('%s', async (signal, series, both, other) => {
    const sample = (apiservice: string, value: number | undefined) =>
      value === undefined ? [] : [{ labels: `{cluster="c", apiservice="${apiservice}"}`, value }];
    const expr = `max by (cluster, apiservice) (${SERIES.elsewhere}{signal="${signal}"})`;
    expect(
      await complaints(promtool, series, [
        {
          expr,
          exp_samples: [
            ...sample('v1.tides.example.com', both),
            ...sample('v2.tides.example.com', both),
            ...sample('v1.moorings.example.com', other),
          ],
        },
      ]),
    ).toBe('');
  });

  it.each(PER_API)('%s', async (signal, series, apiservice, value) => {
    const expr = `round(max by (cluster, apiservice) (${SERIES.elsewhere}{signal="${signal}"}), 0.0001)`;
    expect(
      await complaints(promtool, series, [{ expr, exp_samples: [{ labels: `{cluster="c", apiservice="${apiservice}"}`, value }] }]),
    ).toBe('');
  });

  it('count only where the exporter itself says nothing', async () => {
    const errs = ['v1.tides', 'v2.tides', 'v1.moorings'].map(
      (api): Series => [`aggregated_api_failing{cluster="c", apiservice="${api}.example.com"}`, '1x60'],
    );
    const own: Series = ['aggregated_api_endpoints_not_ready{cluster="c", apiservice="v1.tides.example.com"}', '0x60'];
    expect(
      await complaints(
        promtool,
        [own, ...errs],
        [
          {
            expr: `max by (cluster, apiservice) (${SERIES.evidence}{evidence="endpoints-gone"})`,
            exp_samples: [{ labels: '{cluster="c", apiservice="v2.tides.example.com"}', value: 4 }],
          },
        ],
      ),
    ).toBe('');
  });
});

describe('the table above', () => {
  it('covers what is documented', () => {
    const tested = new Set<string>([...CASES.map(([signal]) => signal), ...PER_API.map(([signal]) => signal)]);
    const untested = NAMES.filter((name) => !tested.has(name));
    // The same expressions with other names.
    expect(untested.sort()).toEqual([
      'aggregator-aborts',
      'aggregator-terminations',
      'apiserver-seconds',
      'etcd-errors',
      'last-out-of-memory',
      'tunnel-dial-failures',
      'waiting-create-error',
    ]);
  });
});
