import { describe, expect, it } from 'vitest';
import { ALL_SIGNALS, publishedAtZero } from '../../src/commands/catalogue-options.ts';
import { ABSENT, observed, UNOBSERVED } from '../../src/domain/observed.ts';
import type { ApiFacts } from '../../src/domain/snapshot.ts';
import { SOURCES } from '../../src/domain/sources.ts';
import { renderExposition } from '../../src/expose/exposition.ts';
import { DECLARED_FAMILIES } from '../../src/expose/families/list.ts';
import { FORBIDDEN_LABELS } from '../../src/expose/family.ts';
import { SIGNALS } from '../../src/signals/list.ts';
import { readSignals } from '../../src/signals/read.ts';
import { healthyApi, healthyContainer, healthyPod, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';
import { familyOf, seriesOf } from './parse-exposition.ts';
import { diagnosis, viewOf } from './view.ts';

const textOf = (
  api: Partial<ApiFacts> = {},
  differs: Parameters<typeof viewOf>[1] = {},
  snapshot: Parameters<typeof healthySnapshot>[0] = {},
) => {
  const full = healthySnapshot({ apis: [healthyApi(api)], ...snapshot });
  return renderExposition({ ...viewOf(full, differs), signals: readSignals(full) }, { signals: SIGNALS });
};
const only = (text: string, family: string) => familyOf(text, `aggregated_api_${family}`);
/** Series that are not 0. */
const set = (series: Record<string, number>) => Object.fromEntries(Object.entries(series).filter(([, value]) => value !== 0));

const KILLED = { running: false, ready: false, restarts: 4, terminated: { reason: 'Error', exitCode: 137 } };

describe('declarations', () => {
  it.each(DECLARED_FAMILIES.map((family) => [family.name, family] as const))(
    '%s is named and labelled as Prometheus wants it',
    (name, family) => {
      expect(name).toMatch(/^aggregated_api_[a-z0-9_]+$/);
      expect(name.endsWith('_total')).toBe(family.type === 'counter');
      expect(name.endsWith('_info')).toBe(family.type === 'info');
      expect(family.labels.filter((label) => (FORBIDDEN_LABELS as readonly string[]).includes(label))).toEqual([]);
      expect(family.labels.filter((label) => !/^[a-z][a-z_]*$/.test(label))).toEqual([]);
      expect(family.help).toMatch(/\S.*[.;]$|\.$/);
    },
  );

  it('has no name twice', () => {
    const names = DECLARED_FAMILIES.map((family) => family.name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('gives each family exactly its labels, in order', () => {
    const text = textOf({ changes: [{ what: 'rollout', at: NOW, object: 'x', summary: 'y' }] }, { diagnoses: [diagnosis()] });
    for (const family of DECLARED_FAMILIES)
      for (const name of seriesOf(text).keys()) {
        if (name.split('{')[0] !== family.name) continue;
        expect(
          [...name.matchAll(/([a-z_]+)="/g)].map((match) => match[1]),
          name,
        ).toEqual(family.labels);
      }
  });
});

describe('a healthy API', () => {
  const text = textOf();

  it.each<[string, Record<string, number>]>([
    ['info', { 'group="tides.example.com",version="v1",backend_namespace="harbour",backend_service="tide-gauge"': 1 }],
    ['available', { '': 1 }],
    ['backend_endpoints', { 'state="ready"': 1, 'state="not_ready"': 0, 'state="terminating"': 0 }],
    ['condition_transitions_total', { 'to="True"': 0, 'to="False"': 0, 'to="Unknown"': 0 }],
    ['network_policies', { 'verdict="admits"': 1, 'verdict="blocks"': 0, 'verdict="undetermined"': 0 }],
    ['backend_memory_usage_ratio', { 'backend_pod="tide-gauge-7c9f8d6b5-abcde",backend_container="server"': 0.3 }],
    ['exporter_apis', { '': 1 }],
    ['diagnosis', {}],
    ['diagnosis_confidence', {}],
    ['failure_period_seconds', {}],
    ['deleted_timestamp_seconds', {}],
  ])('has %s', (family, expected) => {
    expect(only(text, family)).toEqual(expected);
  });

  it('has one current value of condition_reason', () => {
    expect(Object.values(set(only(text, 'condition_reason')))).toEqual([1]);
  });

  it.each(['probe_failures_total', 'backend_terminations_total', 'backend_waiting', 'events_total', 'probe_phase_seconds'])(
    'has no series of %s, where nothing happened',
    (family) => expect(only(text, family)).toEqual({}),
  );

  it('has an error ratio of 0 for each vantage that looked: nothing failed, and that was observed', () => {
    expect(only(text, 'error_ratio')).toEqual({ 'vantage="aggregator"': 0, 'vantage="service"': 0, 'vantage="endpoint"': 0 });
  });

  it('has a series of the pattern that there is', () => {
    expect(only(text, 'failure_pattern')).toEqual({ 'pattern="none"': 1 });
  });

  it('has at most 120 series, and of each that a rule asks at 0 one from the beginning', () => {
    const snapshot = healthySnapshot();
    const published = seriesOf(
      renderExposition({ ...viewOf(snapshot), signals: readSignals(snapshot) }, { signals: ALL_SIGNALS, askedAtZero: publishedAtZero() }),
    );
    expect([...published.keys()].filter((name) => name.includes('apiservice=')).length).toBeLessThanOrEqual(120);
    expect(published.get('aggregated_api_failing{apiservice="v1.tides.example.com"}')).toBe('0');
    expect(published.get('aggregated_api_vantage_failures_total{apiservice="v1.tides.example.com",vantage="aggregator"}')).toBe('0');
    expect([...published.keys()].filter((name) => name.startsWith('aggregated_api_recent_failures'))).toEqual([]);
  });

  it('says of every source that it answers', () => {
    expect(Object.values(only(text, 'exporter_source_up'))).toEqual(SOURCES.map(() => 1));
  });
});

describe('what differs', () => {
  it.each<[string, Partial<ApiFacts>, string, Record<string, number>]>([
    ['a False condition', { condition: observed({ status: 'False', reason: 'MissingEndpoints', message: '' }) }, 'available', { '': 0 }],
    ['an Unknown condition', { condition: observed({ status: 'Unknown', reason: 'x', message: '' }) }, 'available', {}],
    ['no condition', { condition: ABSENT }, 'available', {}],
    ['a condition that was not observed', { condition: UNOBSERVED }, 'condition_reason', {}],
    [
      'a reason nobody knows',
      { condition: observed({ status: 'False', reason: 'Tired', message: '' }) },
      'condition_reason',
      { 'reason="other"': 1 },
    ],
    ['no slices', { endpoints: ABSENT }, 'backend_endpoints', {}],
    ['endpoints not visible', { endpoints: { state: 'forbidden', rule: 'x' } }, 'backend_endpoints', {}],
    [
      'restarts',
      { pods: observed([healthyPod({ containers: [healthyContainer({ restarts: 3 })] })]) },
      'backend_restarts_total',
      { 'backend_pod="tide-gauge-7c9f8d6b5-abcde",backend_container="server"': 3 },
    ],
    [
      'a container that no kubelet has reported on yet: it has not restarted',
      { pods: observed([healthyPod({ phase: 'Pending', containers: [healthyContainer({ running: false, ready: false })] })]) },
      'backend_restarts_total',
      { 'backend_pod="tide-gauge-7c9f8d6b5-abcde",backend_container="server"': 0 },
    ],
    [
      'a pod that was killed, and says of its container how',
      { pods: observed([healthyPod({ phase: 'Failed', containers: [healthyContainer(KILLED)] })]) },
      'backend_restarts_total',
      { 'backend_pod="tide-gauge-7c9f8d6b5-abcde",backend_container="server"': 4 },
    ],
    [
      'a container that waits',
      { pods: observed([healthyPod({ containers: [healthyContainer({ waiting: { reason: 'CrashLoopBackOff', message: '' } })] })]) },
      'backend_waiting',
      { 'backend_pod="tide-gauge-7c9f8d6b5-abcde",backend_container="server",reason="CrashLoopBackOff"': 1 },
    ],
    [
      'events, known and not',
      {
        events: observed({
          counts: [
            { reason: 'Unhealthy', kind: 'Pod', count: 4 },
            { reason: 'Failed', kind: 'Job', count: 2 },
            { reason: 'SomethingNew', kind: 'Pod', count: 1 },
            { reason: 'SomethingElse', kind: 'Sprocket', count: 1 },
          ],
          recent: [],
        }),
      },
      'events_total',
      { 'reason="Unhealthy",object_kind="Pod"': 4, 'reason="Failed",object_kind="Job"': 2, 'reason="other",object_kind="other"': 2 },
    ],
    [
      'signatures that occurred',
      {
        logs: observed({
          lines: { info: 1, warning: 0, error: 0, fatal: 0, unknown: 0 },
          matches: [{ signature: 'dial-refused', speaker: 'aggregated-server', count: 5, lastAt: NOW, sample: 'secret' }],
          dropped: { budget: 0, truncated: 0, gap: 0 },
          unknownTemplates: [],
          lastWords: [],
        }),
      },
      'log_matches_total',
      { 'speaker="aggregated-server",signature="dial-refused"': 5 },
    ],
    [
      'two changes of one kind: the newer',
      {
        changes: [
          { what: 'rollout', at: NOW - 5000, object: 'x', summary: 'y' },
          { what: 'rollout', at: NOW - 9000, object: 'x', summary: 'y' },
        ],
      },
      'last_change_timestamp_seconds',
      { 'what="rollout"': NOW / 1000 - 5 },
    ],
  ])('%s', (_, api, family, expected) => {
    expect(only(textOf(api), family)).toEqual(expect.objectContaining(expected));
    expect(set(only(textOf(api), family))).toEqual(set(expected));
  });

  it('does not say of a rejected pod without a status of its containers that they never restarted', () => {
    const rejected = healthyPod({ phase: 'Failed', reason: 'OutOfcpu', containers: [healthyContainer({ running: false, ready: false })] });
    expect(only(textOf({ pods: observed([rejected]) }), 'backend_restarts_total')).toEqual({});
  });

  it('sums the targets of one vantage', () => {
    const probes = [
      healthyTally('endpoint', 'discovery', { target: '10.1.0.5:1', attempts: 10, failures: { connection_refused: 4 } }),
      healthyTally('endpoint', 'discovery', { target: '10.1.0.6:1', attempts: 5, failures: { connection_refused: 1, other: 1 } }),
    ];
    const text = textOf({ probes });
    expect(only(text, 'probes_total')).toEqual({ 'vantage="endpoint",request="discovery"': 15 });
    expect(set(only(text, 'probe_failures_total'))).toEqual({
      'vantage="endpoint",request="discovery",reason="connection_refused"': 5,
      'vantage="endpoint",request="discovery",reason="other"': 1,
    });
  });

  it('has no series at all for a vantage that is not probed', () => {
    expect(textOf({ probes: [healthyTally('aggregator')] })).not.toMatch(/vantage="(service|endpoint)"/);
  });

  it('prints the histogram of a vantage, cumulative, with +Inf', () => {
    const text = textOf({ probes: [healthyTally('service')] });
    expect(text).toContain('probe_duration_seconds_bucket{apiservice="v1.tides.example.com",vantage="service",le="0.025"} 360\n');
    expect(text).toContain('probe_duration_seconds_bucket{apiservice="v1.tides.example.com",vantage="service",le="1.0"} 360\n');
    expect(text).toContain('probe_duration_seconds_bucket{apiservice="v1.tides.example.com",vantage="service",le="+Inf"} 360\n');
    expect(text).toContain('probe_duration_seconds_sum{apiservice="v1.tides.example.com",vantage="service"} 4.3\n');
    expect(text).toContain('probe_duration_seconds_count{apiservice="v1.tides.example.com",vantage="service"} 360\n');
  });

  it.each([
    [
      { verifiedByCaBundle: true, nameMatches: true, verifiedBySystem: false },
      { 'against="ca_bundle"': 1, 'against="system"': 0 },
    ],
    [
      { verifiedByCaBundle: true, nameMatches: false, verifiedBySystem: false },
      { 'against="ca_bundle"': 0, 'against="system"': 0 },
    ],
    [
      { verifiedByCaBundle: false, nameMatches: true, verifiedBySystem: true },
      { 'against="ca_bundle"': 0, 'against="system"': 1 },
    ],
    [{ nameMatches: true, verifiedBySystem: true }, { 'against="system"': 1 }],
  ])('judges a certificate %j', (judged, expected) => {
    const certificate = {
      notBefore: 0,
      notAfter: 2_000_000_000,
      subject: 's',
      issuer: 'i',
      dnsNames: [],
      serverName: 'n',
      fingerprint256: 'f',
      ...judged,
    };
    const text = textOf({ probes: [healthyTally('endpoint', 'discovery', { last: probeResult({ vantage: 'endpoint', certificate }) })] });
    expect(only(text, 'backend_certificate_verified')).toEqual(expected);
    expect(only(text, 'backend_certificate_not_after_timestamp_seconds')).toEqual({ '': 2_000_000_000 });
  });

  it('names the top cause and the confidence of each that was weighed', () => {
    const text = textOf({}, { diagnoses: [diagnosis()] });
    expect(only(text, 'diagnosis')).toEqual({ 'cause="out-of-memory-killed",category="resource-pressure"': 1 });
    expect(only(text, 'diagnosis_confidence')).toEqual({
      'cause="out-of-memory-killed",category="resource-pressure"': 0.93,
      'cause="pod-crash-looping",category="pod-instability"': 0.05,
    });
  });

  it('publishes the period while the pattern is periodic', () => {
    const text = textOf({}, { patterns: { 'v1.tides.example.com': { name: 'periodic', onsets: [], periodSeconds: 900 } } });
    expect(set(only(text, 'failure_pattern'))).toEqual({ 'pattern="periodic"': 1 });
    expect(only(text, 'failure_period_seconds')).toEqual({ '': 900 });
  });

  it('leaves one series of an API that was deleted while broken', () => {
    const text = textOf({ deletedAt: NOW - 1000 }, { diagnoses: [diagnosis()] });
    expect([...seriesOf(text).keys()].filter((name) => name.includes('apiservice='))).toEqual([
      'aggregated_api_deleted_timestamp_seconds{apiservice="v1.tides.example.com"}',
    ]);
  });

  it.each([
    ['ok', 1, 0],
    ['absent', 1, 0],
    ['pending', 0, 0],
    ['stale', 0, 0],
    ['failed', 0, 0],
    ['forbidden', 0, 1],
  ] as const)('publishes a source that is %s as up %i, forbidden %i', (state, up, forbidden) => {
    const text = textOf({}, {}, { sources: [{ source: 'logs', state }] });
    expect(only(text, 'exporter_source_up')).toEqual({ 'source="logs"': up });
    expect(only(text, 'exporter_source_forbidden')).toEqual({ 'source="logs"': forbidden });
    expect(only(text, 'exporter_source_last_success_timestamp_seconds')).toEqual({});
  });

  it('leaves out a source that is switched off', () => {
    expect(only(textOf({}, {}, { sources: [{ source: 'logs', state: 'disabled' }] }), 'exporter_source_up')).toEqual({});
  });
});

describe('what never becomes a label', () => {
  it('is a message, an address, a port or a log line', () => {
    const text = textOf({
      condition: observed({ status: 'False', reason: 'FailedDiscoveryCheck', message: 'failing at https://10.9.8.7:6543/apis' }),
      probes: [
        healthyTally('endpoint', 'discovery', {
          target: '10.9.8.7:6543',
          last: probeResult({ ok: false, reason: 'other', detail: 'the log line' }),
        }),
      ],
    });
    expect(text).not.toMatch(/10\.9\.8\.7|6543|the log line|failing at/);
  });
});

describe('whom an API hurts', () => {
  const hurt = {
    autoscaler: observed([{ kind: 'autoscaler', name: 'web', says: 'HPA harbour/web cannot scale' } as const]),
    namespace: observed([]),
    webhook: { state: 'forbidden', rule: 'webhooks: list' } as const,
    controller: UNOBSERVED,
    client: UNOBSERVED,
  };

  it('is counted by kind; one that was not observed has no series, and nobody is 0', () => {
    expect(only(textOf({ hurt, hurtUnlisted: { autoscaler: 11 } }), 'impact')).toEqual({
      'kind="autoscaler"': 12,
      'kind="namespace"': 0,
    });
  });

  it('is nothing while nobody is looked for', () => {
    expect(only(textOf(), 'impact')).toEqual({});
  });
});
