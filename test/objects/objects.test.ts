import { describe, expect, it } from 'vitest';
import type { SourceStatus } from '../../src/domain/sources.ts';
import { createRunHistory } from '../../src/objects/cron-jobs.ts';
import { ENDPOINT_SLICES, endpointFacts, type SlicePort } from '../../src/objects/endpoint-slices.ts';
import { createEventLog } from '../../src/objects/event-log.ts';
import { type EventRecord, readEvent } from '../../src/objects/events.ts';
import { NODES, nodeChange } from '../../src/objects/nodes.ts';
import { SERVICES } from '../../src/objects/services.ts';
import { WORKLOADS, workloadChanges, workloadOf } from '../../src/objects/workloads.ts';
import { observedValueFrom } from '../../src/observe/discovery/coverage.ts';
import { worstOf } from '../../src/source/status.ts';
import { NOW } from '../support/healthy.ts';
import { deployment, endpoint, node, service, slice } from '../support/kube-objects.ts';

describe('workloads', () => {
  /** As the scale subresource records its writer. */
  const scaledBy = (manager: string) => ({
    managedFields: [
      {
        manager,
        operation: 'Update',
        subresource: 'scale',
        apiVersion: 'apps/v1',
        time: '2026-01-05T09:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ],
  });
  const [deployments, daemonSets, statefulSets] = WORKLOADS.map((spec) => (raw: unknown) => spec.project(raw)!.facts);
  const progressing = (status: string, reason: string) => ({ conditions: [{ type: 'Progressing', status, reason }] });
  it.each([
    ['at rest', deployment(), { rollingOut: false, stuck: false, available: 1 }],
    [
      'whose pod crashes, which is no rollout',
      deployment({ status: { availableReplicas: undefined, unavailableReplicas: 1 } }),
      { rollingOut: false, available: 0, unavailable: 1 },
    ],
    ['not observed yet', deployment({ metadata: { generation: 2 } }), { rollingOut: true }],
    ['with old pods', deployment({ status: { replicas: 2 } }), { rollingOut: true }],
    ['whose new pods are all there and not ready', deployment({ status: progressing('True', 'ReplicaSetUpdated') }), { rollingOut: true }],
    [
      'over its deadline',
      deployment({ status: { ...progressing('False', 'ProgressDeadlineExceeded'), replicas: 2 } }),
      { rollingOut: true, stuck: true },
    ],
    ['paused', deployment({ status: progressing('Unknown', 'DeploymentPaused') }), { rollingOut: false, stuck: false }],
    [
      'scaled to zero',
      deployment({ spec: { replicas: 0 }, status: { replicas: undefined, updatedReplicas: undefined, availableReplicas: undefined } }),
      { replicas: 0, rollingOut: false },
    ],
  ])('a Deployment %s', (_name, object, facts) => {
    expect(deployments!(object)).toMatchObject({ kind: 'Deployment', ...facts });
  });

  const daemonSet = (status: object) => ({
    metadata: { name: 'd', namespace: 'n', generation: 3 },
    spec: { template: {} },
    status: {
      observedGeneration: 3,
      desiredNumberScheduled: 4,
      updatedNumberScheduled: 4,
      numberAvailable: 3,
      numberUnavailable: 1,
      ...status,
    },
  });
  const statefulSet = (status: object, spec: object = {}) => ({
    metadata: { name: 's', namespace: 'n', generation: 1 },
    spec: { replicas: 3, template: {}, ...spec },
    status: { observedGeneration: 1, currentRevision: 'a', updateRevision: 'a', readyReplicas: 2, ...status },
  });
  it.each([
    ['DaemonSet at rest', daemonSets, daemonSet({}), { kind: 'DaemonSet', replicas: 4, available: 3, unavailable: 1, rollingOut: false }],
    ['DaemonSet in a rollout', daemonSets, daemonSet({ updatedNumberScheduled: 1 }), { rollingOut: true }],
    [
      'StatefulSet at rest',
      statefulSets,
      statefulSet({}),
      { kind: 'StatefulSet', replicas: 3, available: 2, unavailable: 1, rollingOut: false },
    ],
    ['StatefulSet in a rollout', statefulSets, statefulSet({ updateRevision: 'b' }), { rollingOut: true }],
    [
      'StatefulSet that waits for somebody to delete its pods',
      statefulSets,
      statefulSet({ updateRevision: 'b' }, { updateStrategy: { type: 'OnDelete' } }),
      { rollingOut: false },
    ],
  ])('%s', (_name, facts, object, expected) => {
    expect(facts!(object)).toMatchObject(expected);
  });

  it.each([
    ['ReplicaSet/web-admin-5d4f', { 'pod-template-hash': '5d4f' }, 'Deployment/web-admin'],
    ['ReplicaSet/web-admin-5d4f', {}, 'ReplicaSet/web-admin-5d4f'],
    ['DaemonSet/agent', {}, 'DaemonSet/agent'],
    [undefined, {}, undefined],
  ])('owner %s with labels %j is %s', (owner, labels, workload) => {
    expect(workloadOf({ owner, labels })).toBe(workload);
  });

  it.each([
    [deployment(), []],
    [deployment({ status: { availableReplicas: 0 } }), []],
    [deployment({ image: 'registry.example.com/tide-gauge:2.0' }), [['rollout', 'new image server=registry.example.com/tide-gauge:2.0']]],
    [deployment({ spec: { replicas: 3 } }), [['scaling', 'scaled 1 → 3']]],
    [
      deployment({ spec: { replicas: 3 }, metadata: scaledBy('kube-controller-manager') }),
      [['scaling', 'scaled 1 → 3 by a HorizontalPodAutoscaler']],
    ],
    [deployment({ spec: { replicas: 3 }, metadata: scaledBy('kubectl') }), [['scaling', 'scaled 1 → 3']]],
    [
      deployment({ image: 'registry.example.com/tide-gauge:2.0', spec: { replicas: 3 } }),
      [
        ['rollout', 'new image server=registry.example.com/tide-gauge:2.0'],
        ['scaling', 'scaled 1 → 3'],
      ],
    ],
  ])('an edit is told by kind and in words (%#)', (after, told) => {
    const spec = WORKLOADS[0]!;
    const made = workloadChanges(spec.project(deployment())!, spec.project(after)!);
    expect(made.map(({ what, summary }) => [what, summary])).toEqual(told);
  });

  it('is not scaled by an autoscaler that did so before', () => {
    const spec = WORKLOADS[0]!;
    const by = scaledBy('kube-controller-manager');
    const [made] = workloadChanges(
      spec.project(deployment({ metadata: by }))!,
      spec.project(deployment({ spec: { replicas: 3 }, metadata: by }))!,
    );
    expect(made?.summary).toBe('scaled 1 → 3');
  });

  it('tells a restart from another new template', () => {
    const spec = WORKLOADS[0]!;
    const template = (annotations: object, more: object = {}) =>
      spec.project(
        deployment({ spec: { template: { metadata: { labels: { app: 'tide-gauge' }, annotations }, spec: { containers: [], ...more } } } }),
      )!;
    const restarted = template({ 'kubectl.kubernetes.io/restartedAt': '2026-01-05T09:00:00Z' });
    expect(workloadChanges(template({}), restarted)).toEqual([{ what: 'rollout', summary: 'restarted' }]);
    expect(workloadChanges(template({}), template({}, { priorityClassName: 'high' }))).toEqual([
      { what: 'rollout', summary: 'new pod template' },
    ]);
  });
});

describe('EndpointSlices', () => {
  const facts = (port: Partial<SlicePort>, ...slices: Parameters<typeof slice>[0][]) =>
    endpointFacts(
      slices.map((differs) => ENDPOINT_SLICES.project(slice(differs))!),
      { portName: 'https', ipFamily: 'IPv4', ...port },
    );
  const unnamed = [{ name: '', port: 443 }];
  it.each([
    ['one ready', facts({}, {}), { ready: 1, notReady: 0, portServed: true }],
    ['readiness not said, which is ready', facts({}, { endpoints: [{ addresses: ['10.1.0.5'], conditions: {} }] }), { ready: 1 }],
    ['not ready', facts({}, { endpoints: [endpoint({ conditions: { ready: false } })] }), { ready: 0, notReady: 1 }],
    [
      'terminating, and ready because the Service publishes addresses that are not',
      facts({}, { endpoints: [endpoint({ conditions: { ready: true, serving: true, terminating: true } })] }),
      { ready: 1, notReady: 0, terminating: 0 },
    ],
    [
      'terminating, serving still',
      facts({}, { endpoints: [endpoint({ conditions: { ready: false, serving: true, terminating: true } })] }),
      { ready: 0, notReady: 0, terminating: 1 },
    ],
    ['in two slices at once', facts({}, {}, { name: 'b' }), { ready: 1, slices: 2 }],
    ['a port of another name', facts({ portName: 'metrics' }, {}), { ready: 1, portServed: false, addresses: [] }],
    ['an unnamed port', facts({ portName: '' }, { ports: unnamed }), { portServed: true, addresses: [{ port: 443 }] }],
    [
      'a port whose name is null, which matches nothing',
      facts({ portName: '' }, { ports: [{ name: null, port: 443 }] }),
      { portServed: false },
    ],
    ['a named target that no pod has', facts({}, { ports: [{ name: 'https', port: null }] }), { portServed: false }],
    ['no Service to be seen, and one port', facts({ portName: undefined }, { ports: unnamed }), { portServed: true }],
    [
      'no Service to be seen, and two ports',
      facts({ portName: undefined }, { ports: [...unnamed, { name: 'b', port: 1 }] }),
      { portServed: false },
    ],
    [
      'an FQDN, which nobody resolves',
      facts({}, { addressType: 'FQDN', endpoints: [{ addresses: ['evil.example'] }] }),
      { ready: 1, addresses: [] },
    ],
    ['none', facts({}), { ready: 0, slices: 0, portServed: false }],
    ['null endpoints', facts({}, { endpoints: null, ports: null }), { ready: 0, slices: 1, portServed: false }],
  ])('%s', (_name, found, expected) => {
    expect(found).toMatchObject(expected);
  });

  it('without a Service’s name are nobody’s', () => {
    expect(ENDPOINT_SLICES.project({ metadata: { name: 'x', namespace: 'y' }, addressType: 'IPv4' })).toBeUndefined();
  });
});

describe('Services', () => {
  it.each([
    ['an empty selector as none', { selector: {} }, { selector: null }],
    ['a headless one', { clusterIP: 'None' }, { clusterIP: 'None' }],
    ['a target port left out', { ports: [{ port: 443 }] }, { ports: [{ name: '', port: 443, targetPort: '443' }] }],
    ['a named target port', { ports: [{ port: 443, targetPort: 'https' }] }, { ports: [{ name: '', port: 443, targetPort: 'https' }] }],
  ])('read %s', (_name, spec, expected) => {
    expect(SERVICES.project(service({ spec }))).toMatchObject(expected);
  });

  it('with a port that is none are malformed', () => {
    expect(() => SERVICES.project(service({ spec: { ports: [{ port: 'https' }] } }))).toThrow(
      'spec.ports.port is "https"; 1 to 65535 is allowed',
    );
  });
});

describe('nodes', () => {
  const booted = (bootID: unknown) => node('node-a', { status: { nodeInfo: { bootID } } });
  const conditions = (...list: [string, string][]) =>
    node('node-a', { status: { conditions: list.map(([type, status]) => ({ type, status })) } });
  it.each([
    [conditions(['Ready', 'True']), { ready: true, pressure: [] }],
    [conditions(['Ready', 'False'], ['MemoryPressure', 'True']), { ready: false, pressure: ['memory'] }],
    [conditions(['Ready', 'Unknown'], ['DiskPressure', 'Unknown']), { ready: false, pressure: [] }],
    [conditions(['PIDPressure', 'True'], ['NetworkUnavailable', 'True']), { ready: undefined, pressure: ['pid', 'network'] }],
    [node('node-a', { spec: { unschedulable: true } }), { ready: true, unschedulable: true, addresses: ['192.0.2.10'] }],
  ])('%#', (object, facts) => {
    expect(NODES.project(object)).toMatchObject(facts);
  });

  it.each([
    [node(), undefined],
    [conditions(['Ready', 'False'], ['DiskPressure', 'True']), 'became NotReady, disk pressure began'],
    [node('node-a', { spec: { unschedulable: true } }), 'was cordoned'],
    [booted('b'), 'was booted anew'],
    [booted('a'), undefined],
    [booted(undefined), undefined],
    [booted(7), undefined],
  ])('a change is told in words (%#)', (after, summary) => {
    expect(
      nodeChange(NODES.project({ ...node(), status: { ...(node().status as object), nodeInfo: { bootID: 'a' } } })!, NODES.project(after)!),
    ).toBe(summary);
  });
});

describe('events', () => {
  const metadata = { name: 'e', namespace: 'harbour', uid: 'e-1', creationTimestamp: '2026-01-05T08:00:00Z' };
  const involvedObject = { kind: 'Pod', namespace: 'harbour', name: 'p' };
  it.each([
    [
      'legacy',
      {
        metadata,
        involvedObject,
        message: 'm',
        firstTimestamp: '2026-01-05T08:00:00Z',
        lastTimestamp: '2026-01-05T08:30:00Z',
        count: 7,
        eventTime: null,
      },
      { at: Date.UTC(2026, 0, 5, 8, 30), firstAt: Date.UTC(2026, 0, 5, 8), count: 7, message: 'm' },
    ],
    [
      'new, once',
      { metadata, regarding: involvedObject, note: 'n', eventTime: '2026-01-05T08:10:00.123456Z', lastTimestamp: null, count: 0 },
      { at: Date.UTC(2026, 0, 5, 8, 10, 0, 123), count: 1, message: 'n', name: 'p' },
    ],
    [
      'new, a series',
      { metadata, involvedObject, eventTime: '2026-01-05T08:10:00Z', series: { count: 5, lastObservedTime: '2026-01-05T08:40:00Z' } },
      { at: Date.UTC(2026, 0, 5, 8, 40), count: 5 },
    ],
    [
      'of events.k8s.io, legacy',
      {
        metadata,
        regarding: involvedObject,
        deprecatedCount: 3,
        deprecatedFirstTimestamp: '2026-01-05T08:00:00Z',
        deprecatedLastTimestamp: '2026-01-05T08:20:00Z',
      },
      { at: Date.UTC(2026, 0, 5, 8, 20), count: 3 },
    ],
    ['without any time but its creation', { metadata, involvedObject }, { at: Date.UTC(2026, 0, 5, 8), count: 1, type: 'Normal' }],
  ])('%s', (_name, raw, expected) => {
    expect(readEvent(raw)).toMatchObject(expected);
  });

  const record = (differs: Partial<EventRecord> = {}): EventRecord => ({
    uid: 'e',
    type: 'Warning',
    reason: 'Unhealthy',
    kind: 'Pod',
    namespace: 'n',
    name: 'p',
    message: 'm',
    firstAt: NOW,
    at: NOW,
    count: 1,
    node: undefined,
    ...differs,
  });

  it('are counted by what grew: not a repeat, not a smaller count, not the time before', () => {
    const log = createEventLog({ clock: () => NOW });
    const counts = () => log.facts('a').counts.map(({ count }) => count);
    log.record(record({ at: NOW - 1, count: 50 }), ['a']);
    expect(counts()).toEqual([]);
    log.record(record({ firstAt: NOW - 1, at: NOW, count: 52 }), ['a']);
    log.record(record({ at: NOW, count: 52 }), ['a']);
    log.record(record({ at: NOW, count: 3 }), ['a']);
    expect(counts()).toEqual([2]);
    log.record(record({ uid: 'long', firstAt: NOW - 1, at: NOW, count: 9 }), ['a']);
    expect(counts()).toEqual([3]);
  });

  it('go on counting for the API of a pod that is gone', () => {
    const log = createEventLog({ clock: () => NOW });
    log.record(record(), ['a']);
    log.record(record({ count: 2 }), []);
    expect(log.facts('a').counts).toEqual([{ reason: 'Unhealthy', kind: 'Pod', count: 2 }]);
  });

  it('that came before their pod was known are given to its API then', () => {
    const log = createEventLog({ clock: () => NOW });
    log.record(record({ count: 2 }), []);
    log.reassign('a', ({ name }) => name === 'p');
    log.reassign('a', ({ name }) => name === 'p');
    expect(log.facts('a')).toMatchObject({ counts: [{ count: 2 }], recent: [{ object: 'n/p', count: 2 }] });
    log.forget('a');
    expect(log.facts('a')).toEqual({ counts: [], recent: [] });
  });

  it('are bounded: 200 recent per API, newest last, an hour, and reasons', () => {
    let now = NOW;
    const log = createEventLog({ clock: () => now });
    for (let i = 0; i < 6_000; i++) log.record(record({ uid: `e${i}`, reason: `R${i}`, at: NOW + i, firstAt: NOW + i }), ['a']);
    const { recent, counts } = log.facts('a');
    expect([recent.length, recent.at(-1)?.reason, counts.length]).toEqual([200, 'R5999', 201]);
    expect(counts.find(({ reason }) => reason === 'other')?.count).toBe(5_800);
    now = NOW + 3_600_000 + 6_000;
    expect(log.facts('a').recent).toEqual([]);
  });
});

describe('CronJobs', () => {
  it('keep a bounded history of their runs, without repeats', () => {
    const history = createRunHistory();
    for (let i = 0; i < 100; i++)
      for (const type of ['added', 'modified'] as const)
        history.observe({
          type,
          key: 'b/c',
          live: true,
          object: { namespace: 'b', name: 'c', schedule: '* * * * *', suspended: false, lastSchedule: NOW + i * 60_000 },
        });
    const runs = history.facts()[0]!.runs;
    expect([runs.length, runs[0], runs.at(-1)]).toEqual([64, NOW + 36 * 60_000, NOW + 99 * 60_000]);
  });
});

describe('coverage', () => {
  const status = (state: SourceStatus['state'], more: Partial<SourceStatus> = {}): SourceStatus => ({ source: 'pods', state, ...more });
  it.each([
    [status('ok'), { state: 'observed', value: 7 }],
    [status('forbidden', { rule: 'pods: list, watch' }), { state: 'forbidden', rule: 'pods: list, watch' }],
    [status('pending'), { state: 'unobserved', why: 'the source pods has not answered yet' }],
    [status('stale', { message: 'GET /p: x' }), { state: 'unobserved', why: 'the source pods has not answered for a while: GET /p: x' }],
    [status('failed'), { state: 'unobserved', why: 'the source pods failed' }],
    [status('absent'), { state: 'unobserved', why: 'pods: this cluster has no such resource type' }],
    [status('disabled'), { state: 'unobserved', why: 'the source pods is switched off by the configuration' }],
  ])('of %j', (given, observed) => {
    expect(observedValueFrom(given, () => 7)).toEqual(observed);
  });

  it.each([
    [['ok', 'ok'], 'ok'],
    [['ok', 'absent'], 'absent'],
    [['ok', 'stale', 'pending'], 'stale'],
    [['failed', 'forbidden'], 'forbidden'],
    [['forbidden', 'unauthorised'], 'unauthorised'],
    [[], 'pending'],
  ] as const)('of several sources %j is %s', (states, combined) => {
    expect(
      worstOf(
        'workloads',
        states.map((state, i) => status(state, { lastSuccess: 10 - i })),
      ),
    ).toMatchObject({ source: 'workloads', state: combined, ...(states.length > 0 ? { lastSuccess: 11 - states.length } : {}) });
  });
});
