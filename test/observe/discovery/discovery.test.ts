import { describe, expect, it } from 'vitest';
import { observed, observedValue } from '../../../src/domain/observed.ts';
import type { TargetChange } from '../../../src/objects/targets.ts';
import type { ObjectFacts } from '../../../src/observe/discovery/object-facts.ts';
import { eventually } from '../../support/eventually.ts';
import {
  apiService,
  configMap,
  deployment,
  endpoint,
  event,
  localApiService,
  node,
  pod,
  service,
  slice,
  written,
} from '../../support/kube-objects.ts';
import { useLoopTime } from '../../support/virtual-time.ts';
import { discover, PATHS } from './running.ts';

useLoopTime();

const NAME = 'v1.tides.example.com';
const HEALTHY = {
  // The core group's is called `v1.` in each cluster.
  apiServices: [apiService(), localApiService(), localApiService('v1.')],
  services: [service()],
  slices: [slice()],
  pods: [pod()],
  nodes: [node()],
  deployments: [deployment()],
};

describe('discovery of a healthy API', () => {
  it('joins APIService, Service, slices, pods and workload', async () => {
    const { discovery, facts } = await discover(HEALTHY);
    expect(discovery.names()).toEqual([NAME]);
    expect(facts()).toMatchObject({
      name: NAME,
      group: 'tides.example.com',
      version: 'v1',
      backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
      insecureSkipTLSVerify: false,
      caBundle: null,
      condition: observed({ status: 'True', reason: 'Passed' }),
      transitions: { True: 0, False: 0, Unknown: 0 },
      service: observed({ type: 'ClusterIP', selectedPods: 1, ports: [{ name: 'https', port: 443, targetPort: '10250' }] }),
      endpoints: observed({ ready: 1, notReady: 0, terminating: 0, slices: 1, portServed: true }),
      pods: observed([
        {
          name: 'tide-gauge-7c9f8d6b5-abcde',
          owner: 'ReplicaSet/tide-gauge-7c9f8d6b5',
          ready: true,
          scheduled: true,
          node: 'node-a',
          containers: [
            {
              name: 'server',
              running: true,
              restarts: 0,
              restartTimes: [],
              args: ['--secure-port=10250'],
              limits: { cpuCores: 0.5, memoryBytes: 2 ** 28 },
            },
          ],
        },
      ]),
      workload: observed({ kind: 'Deployment', name: 'tide-gauge', rollingOut: false, stuck: false }),
    });
    expect(JSON.stringify(facts())).not.toContain('managedFields');
    expect(discovery.nodes()).toEqual(
      observed([
        { name: 'node-a', ready: true, pressure: [], unschedulable: false, addresses: ['192.0.2.10'], readySince: expect.any(Number) },
      ]),
    );
    await eventually(() => discovery.serverVersion() === 'v1.36.3');
  });

  it('finds nothing that it cannot read', async () => {
    const { discovery } = await discover(HEALTHY);
    const status = discovery.source('api-services').status(Date.now());
    expect(status).toMatchObject({ state: 'ok' });
    expect(status).not.toHaveProperty('message');
    expect(status?.refused ?? 0).toBe(0);
  });

  it('gives the other sources a target', async () => {
    const { discovery } = await discover(HEALTHY);
    expect(discovery.targets.all()).toEqual([discovery.targets.get(NAME)]);
    expect(discovery.targets.get(NAME)).toMatchObject({
      addresses: [{ ip: '10.1.0.5', port: 10250, ready: true, pod: 'tide-gauge-7c9f8d6b5-abcde', node: 'node-a' }],
      pods: [
        {
          name: 'tide-gauge-7c9f8d6b5-abcde',
          serviceAccount: 'tide-gauge',
          ports: [{ name: 'https', port: 10250, protocol: 'TCP' }],
          containers: [{ name: 'server', restarts: 0, running: true }],
        },
      ],
    });
  });

  it('never lists an API that discovery would need the aggregator for', async () => {
    const { server } = await discover(HEALTHY);
    expect(server.requests.filter((request) => /^GET \/apis(\?|$)|^GET \/apis\/[^/]+(\?|$)/.test(request))).toEqual([]);
  });

  it('finds the kube-apiservers by the slices of default/kubernetes', async () => {
    const { discovery } = await discover({
      slices: [
        slice({
          name: 'kubernetes',
          namespace: 'default',
          service: 'kubernetes',
          endpoints: [{ addresses: ['192.0.2.2'] }, { addresses: ['192.0.2.3'] }],
          ports: [{ name: 'https', port: 6443 }],
        }),
        slice({
          name: 'kubernetes-6',
          namespace: 'default',
          service: 'kubernetes',
          addressType: 'IPv6',
          endpoints: [{ addresses: ['2001:db8::2'] }],
          ports: [{ name: 'https', port: 6443 }],
        }),
      ],
    });
    expect(discovery.apiservers()).toEqual(['192.0.2.2:6443', '192.0.2.3:6443', '[2001:db8::2]:6443']);
  });
});

describe('what comes and goes', () => {
  it('shows a new APIService at once and drops a deleted healthy one', async () => {
    const { discovery, collection } = await discover(HEALTHY);
    const seen: string[] = [];
    discovery.targets.subscribe(({ kind, target }) => seen.push(`${kind} ${target.name}`));
    const before = performance.now();
    collection('apiServices').set(apiService('v2.winds.example.com'));
    await eventually(() => discovery.names().includes('v2.winds.example.com'));
    expect(performance.now() - before).toBeLessThan(5_000);
    collection('apiServices').delete('v2.winds.example.com');
    await eventually(() => discovery.names().length === 1);
    await eventually(() => expect(seen).toEqual(['added v2.winds.example.com', 'removed v2.winds.example.com']));
    expect(discovery.facts('v2.winds.example.com')).toBeUndefined();
  });

  it('keeps a tombstone of one that is deleted while broken, for a day', async () => {
    let now = Date.now();
    const { discovery, collection, facts } = await discover(
      { ...HEALTHY, apiServices: [apiService(NAME, { available: 'False' })] },
      { now: () => now },
    );
    collection('apiServices').delete(NAME);
    await eventually(() => discovery.targets.all().length === 0);
    expect(discovery.names()).toEqual([NAME]);
    expect(facts()).toMatchObject({ deletedAt: now, condition: observed({ status: 'False', reason: 'MissingEndpoints' }) });
    expect(facts().changes.at(-1)).toMatchObject({ what: 'apiservice', object: `APIService ${NAME}`, summary: 'was deleted' });
    now += 86_400_000 - 1;
    expect(discovery.names()).toEqual([NAME]);
    now += 2;
    expect(discovery.names()).toEqual([]);
  });

  it('asks whether one errs whose condition is True', async () => {
    const { discovery, collection } = await discover(HEALTHY, { isFailing: (name) => name === NAME });
    collection('apiServices').delete(NAME);
    await eventually(() => discovery.targets.all().length === 0);
    expect(discovery.facts(NAME)?.deletedAt).toEqual(expect.any(Number));
  });

  it('gives up the tombstone when the APIService is there again, and keeps its history', async () => {
    const { discovery, collection, facts } = await discover({ ...HEALTHY, apiServices: [apiService(NAME, { available: 'False' })] });
    collection('apiServices').delete(NAME);
    await eventually(() => facts().deletedAt !== undefined);
    collection('apiServices').set(apiService());
    await eventually(() => discovery.targets.all().length === 1);
    expect(facts().deletedAt).toBeUndefined();
    expect(facts().changes.map(({ summary }) => summary)).toEqual(expect.arrayContaining(['was deleted', 'was created']));
  });

  it('leaves APIServices alone that are not ours', async () => {
    const { discovery, collection } = await discover(HEALTHY, { isWatched: (name) => name !== NAME });
    collection('apiServices').set(apiService('v2.winds.example.com'));
    await eventually(() => discovery.names().length > 0);
    expect(discovery.names()).toEqual(['v2.winds.example.com']);
  });

  it('leaves one alone that is not ours and cannot be read', async () => {
    const { discovery, collection } = await discover(HEALTHY, { isWatched: (name) => name !== NAME });
    collection('apiServices').set(apiService(NAME, { spec: { service: 'tide-gauge' } }));
    collection('apiServices').set(apiService('v2.winds.example.com', { spec: { service: 'wind-vane' } }));
    await eventually(() => discovery.names().length > 0);
    expect(discovery.names()).toEqual(['v2.winds.example.com']);
    expect(discovery.unreadable('v2.winds.example.com')).toContain('spec.service');
  });

  it('follows pods, slices and the Service, and tells each change once', async () => {
    const { discovery, collection, facts } = await discover(HEALTHY);
    const changes: TargetChange[] = [];
    discovery.targets.subscribe((change) => changes.push(change));
    collection('pods').set(pod('tide-gauge-7c9f8d6b5-fghij', { status: { phase: 'Pending', conditions: [] } }));
    await eventually(() => changes.length === 1);
    expect(changes[0]).toMatchObject({ kind: 'changed', target: { pods: [{}, {}] } });
    collection('slices').set(
      slice({ endpoints: [endpoint(), endpoint({ ip: '10.1.0.6', pod: 'tide-gauge-7c9f8d6b5-fghij', conditions: { ready: false } })] }),
    );
    await eventually(() => changes.length === 2);
    expect(facts().endpoints).toMatchObject({ value: { ready: 1, notReady: 1 } });
    collection('services').set(service({ spec: { selector: { app: 'other' } } }));
    await eventually(() => changes.length === 3);
    expect(facts().service).toMatchObject({ value: { selectedPods: 0 } });
    // The slices still name them.
    expect(facts().pods).toMatchObject({ value: [{}, {}] });
    collection('services').delete('harbour/tide-gauge');
    await eventually(() => changes.length === 4);
    expect(facts().service).toEqual({ state: 'absent' });
  });

  it('says nothing to targets when only the condition’s text changes', async () => {
    const { discovery, collection, facts } = await discover(HEALTHY);
    const targets: unknown[] = [];
    const names: string[] = [];
    discovery.targets.subscribe((change) => targets.push(change));
    discovery.subscribe((changed) => names.push(...changed));
    collection('apiServices').set(apiService(NAME, { available: 'False', transition: '2026-01-05T08:00:00Z' }));
    await eventually(() => names.includes(NAME));
    expect(targets).toEqual([]);
    expect(facts().transitions).toEqual({ True: 0, False: 1, Unknown: 0 });
  });

  it('loses nothing and invents nothing over a restart of the server', async () => {
    const { discovery, server, sourceState, facts } = await discover(HEALTHY);
    await server.stop();
    await eventually(() => sourceState('pods').state === 'stale' && sourceState('api-services').state === 'stale');
    expect(discovery.names()).toEqual([NAME]);
    expect(facts().condition.state).toBe('unobserved');
    expect(facts().pods).toEqual({ state: 'unobserved', why: expect.stringContaining('pods has not answered for a while') });
    await server.start();
    await eventually(() => sourceState('pods').state === 'ok' && sourceState('api-services').state === 'ok');
    expect(facts().condition.state).toBe('observed');
    expect(facts().changes).toEqual([]);
  });
});

describe('what is not visible', () => {
  it('is forbidden with its rule, and never an empty list', async () => {
    const { facts, sourceState } = await discover(HEALTHY, { forbidden: ['pods'] });
    expect(facts().pods).toEqual({ state: 'forbidden', rule: 'pods: list, watch' });
    expect(facts().service).toMatchObject({ state: 'observed' });
    expect(facts().service).not.toHaveProperty('value.selectedPods');
    expect(facts().endpoints).toMatchObject({ value: { ready: 1 } });
    // Found by the Service's selector instead of the pods' owners.
    expect(facts().workload).toMatchObject({ value: { kind: 'Deployment', name: 'tide-gauge' } });
    expect(sourceState('pods')).toMatchObject({ state: 'forbidden', rule: 'pods: list, watch' });
  });

  it.each([
    ['services', 'service', 'services: list, watch'],
    ['slices', 'endpoints', 'discovery.k8s.io/endpointslices: list, watch'],
    ['deployments', 'workload', 'apps/deployments: list, watch'],
  ] as const)('of forbidden %s makes %s forbidden', async (kind, fact, rule) => {
    const { facts } = await discover(HEALTHY, { forbidden: [kind] });
    expect(facts()[fact]).toEqual({ state: 'forbidden', rule });
  });

  it('takes the slices’ word for the pods when Services are forbidden, and nobody’s when both are', async () => {
    const one = await discover(HEALTHY, { forbidden: ['services'] });
    expect(one.facts().pods).toMatchObject({ value: [{ name: 'tide-gauge-7c9f8d6b5-abcde' }] });
    expect(one.facts().endpoints).toMatchObject({ value: { ready: 1, portServed: true } });
    const both = await discover(HEALTHY, { forbidden: ['services', 'slices'] });
    expect(both.facts().pods).toEqual({ state: 'forbidden', rule: 'services: list, watch' });
  });

  it('opens when the right is given', async () => {
    const { facts, cluster } = await discover(HEALTHY, { forbidden: ['pods'] });
    cluster.forbidden.clear();
    await eventually(() => expect(facts().pods).toMatchObject({ value: [{ name: 'tide-gauge-7c9f8d6b5-abcde' }] }));
  });

  it('does not take a missing resource type for missing objects', async () => {
    const { discovery, sourceState } = await discover(HEALTHY, { absent: ['cronJobs'] });
    await eventually(() => sourceState('cron-jobs').state === 'absent');
    expect(discovery.cronJobs()).toMatchObject({ state: 'unobserved' });
  });

  it('says absent where the Service or the workload is not there', async () => {
    const { facts } = await discover({ apiServices: [apiService()] });
    expect(facts()).toMatchObject({
      service: { state: 'absent' },
      pods: { state: 'absent' },
      workload: { state: 'unobserved' },
      endpoints: { value: { slices: 0, ready: 0, portServed: false } },
    });
  });

  it('says that the condition is absent until the kube-apiserver has judged', async () => {
    const { facts } = await discover({ ...HEALTHY, apiServices: [apiService(NAME, { status: {} })] });
    expect(facts().condition).toEqual({ state: 'absent' });
  });

  it('keeps an APIService that cannot be read visible as not observed', async () => {
    const bad = 'v1.bad.example.com';
    const { discovery, facts, sourceState } = await discover({
      ...HEALTHY,
      apiServices: [apiService(), apiService(bad, { spec: { service: { name: 7 } } })],
    });
    expect(discovery.names()).toEqual([bad, NAME]);
    const blind = {
      state: 'unobserved',
      why: 'the APIService cannot be read: spec.service.namespace is missing; a name is allowed',
    };
    const { condition, service, endpoints, pods, workload, events, caBundle, version, group } = facts(bad);
    expect([condition, service, endpoints, pods, workload, events]).toEqual(Array(6).fill(blind));
    expect([version, group, caBundle]).toEqual(['v1', 'bad.example.com', undefined]);
    expect(sourceState('api-services')).toMatchObject({
      state: 'ok',
      message: expect.stringContaining(`apiservices ${bad}: cannot be read`),
      refused: 1,
    });
  });

  it('watches the ConfigMaps of the other namespaces beside an APIService that never could be read', async () => {
    // It comes first, and which namespace is its own nobody knows.
    const { collection } = await discover({
      ...HEALTHY,
      apiServices: [apiService('v1.bad.example.com', { spec: { service: { name: 7 } } }), apiService()],
    });
    await eventually(() => collection('configMaps').watchers === 1);
  });

  it.each<[string, Record<string, unknown>]>([
    ['spec.service', { service: 5 }],
    ['spec.group', { group: 'tides\r\nHost: x' }],
    ['spec.service.port', { service: { namespace: 'harbour', name: 'tide-gauge', port: 70_000 } }],
    ['spec.insecureSkipTLSVerify', { insecureSkipTLSVerify: 'yes' }],
    ['spec.caBundle', { caBundle: ['x'] }],
  ])(
    'an update with a bad %s hides nothing and says nothing: no tombstone, no change, and all is known again after it',
    async (field, spec) => {
      const { discovery, collection, facts } = await discover(HEALTHY);
      expect(facts().condition.state).toBe('observed');
      collection('apiServices').set(apiService(NAME, { spec }));
      await eventually(() => facts().condition.state === 'unobserved');
      expect(facts().condition).toMatchObject({ why: expect.stringContaining(`${field} is `) });
      expect([facts().deletedAt, facts().changes, discovery.targets.all().map(({ addresses, pods }) => [addresses, pods])]).toEqual([
        undefined,
        [],
        [[[], []]],
      ]);
      collection('apiServices').set(apiService());
      await eventually(() => facts().condition.state === 'observed');
      expect([facts().pods.state, facts().endpoints.state, facts().changes]).toEqual(['observed', 'observed', []]);
      collection('apiServices').set(apiService(NAME, { spec }));
      await eventually(() => facts().condition.state === 'unobserved');
      collection('apiServices').delete(NAME);
      await eventually(() => discovery.names().length === 0);
    },
  );

  it.each<[string, Parameters<typeof discover>[0], (facts: ObjectFacts) => { state: string }]>([
    ['Service', { services: [service({ spec: { selector: 'app=x' } })] }, ({ service }) => service],
    ['EndpointSlice', { slices: [slice({ endpoints: 7 })] }, ({ endpoints }) => endpoints],
    ['Pod', { pods: [pod(undefined, { status: { phase: 5 } })] }, ({ pods }) => pods],
    ['Deployment', { deployments: [deployment({ status: { replicas: -1 } })] }, ({ workload }) => workload],
  ])('a %s that cannot be read is not observed, which is not absent', async (_, objects, factOf) => {
    const { facts } = await discover({ ...HEALTHY, ...objects });
    expect(factOf(facts())).toMatchObject({ state: 'unobserved', why: expect.stringContaining('cannot be read') });
  });

  it.each([65_536, 70_000, -1, 1.5, '443'])(
    'counts the endpoints of a slice whose port is %j, and gives no address of them',
    async (port) => {
      const { facts, sourceState } = await discover({ ...HEALTHY, slices: [slice({ ports: [{ name: 'https', port }] })] });
      expect(facts().endpoints).toMatchObject({ state: 'observed', value: { ready: 1, portServed: true, addresses: [] } });
      expect(sourceState('endpoint-slices')).toMatchObject({
        state: 'ok',
        refused: 1,
        message: `endpointslices harbour/tide-gauge-x1: a value is not used: ports.port is ${JSON.stringify(port)}; 1 to 65535 is allowed`,
      });
    },
  );
});

describe('unusual backends', () => {
  it('has no endpoints and no pods behind an ExternalName, which is not the same as none ready', async () => {
    const { facts } = await discover({
      apiServices: [apiService()],
      services: [
        service({
          spec: { type: 'ExternalName', externalName: 'tides.example.org', selector: undefined, clusterIP: undefined, ports: [] },
        }),
      ],
    });
    expect(facts()).toMatchObject({
      service: { value: { type: 'ExternalName', externalName: 'tides.example.org', selector: null } },
      endpoints: { state: 'absent' },
      pods: { state: 'absent' },
    });
  });

  it('follows manual slices behind a Service without selector', async () => {
    const { facts } = await discover({
      apiServices: [apiService()],
      services: [service({ spec: { selector: undefined } })],
      slices: [slice({ endpoints: [endpoint({ ip: '198.51.100.7', pod: null })] })],
    });
    expect(facts()).toMatchObject({
      endpoints: { value: { ready: 1, addresses: [{ ip: '198.51.100.7', port: 10250 }] } },
      pods: { state: 'absent' },
    });
    expect(facts().service).not.toHaveProperty('value.selectedPods');
  });

  it('counts a dual-stack pod once, in the Service’s first family', async () => {
    const slices = [slice(), slice({ name: 'tide-gauge-v6', addressType: 'IPv6', endpoints: [endpoint({ ip: '2001:db8::5' })] })];
    const { facts } = await discover({ ...HEALTHY, services: [service({ spec: { ipFamilies: ['IPv6', 'IPv4'] } })], slices });
    expect(facts().endpoints).toMatchObject({ value: { ready: 1, slices: 2, addresses: [{ ip: '2001:db8::5' }] } });
  });

  it('tells a port that no slice serves from pods that are not ready', async () => {
    const { facts } = await discover({ ...HEALTHY, slices: [slice({ ports: [] })] });
    expect(facts().endpoints).toMatchObject({ value: { ready: 1, portServed: false, addresses: [] } });
  });

  it('finds the workload of a Service whose pods can’t be made', async () => {
    const { facts } = await discover({
      ...HEALTHY,
      pods: [],
      slices: [slice({ endpoints: [] })],
      deployments: [deployment({ status: { updatedReplicas: 0, availableReplicas: 0, replicas: 0 } })],
    });
    expect(facts().workload).toMatchObject({ value: { name: 'tide-gauge', replicas: 1, updated: 0, rollingOut: true } });
    expect(facts().pods).toEqual(observed([]));
  });
});

describe('pods over time', () => {
  it('remembers restarts and readiness flips, also across a list', async () => {
    const { facts, collection, discovery } = await discover(HEALTHY);
    const thePod = () => observedValue(facts().pods)![0]!;
    const [first, second] = [new Date(Date.now() - 60_000), new Date(Date.now() - 30_000)].map(
      (at) => new Date(Math.floor(at.getTime() / 1000) * 1000),
    );
    const crashed = (restarts: number, at: Date) =>
      pod(undefined, {
        container: {
          restartCount: restarts,
          ready: false,
          lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: at.toISOString() } },
        },
        status: { conditions: [{ type: 'Ready', status: 'False' }] },
      });
    collection('pods').set(crashed(1, first!));
    await eventually(() => thePod().containers[0]!.restartTimes.length === 1);
    collection('pods').set(crashed(2, second!));
    await eventually(() => expect(thePod().containers[0]!.restartTimes).toEqual([first!.getTime(), second!.getTime()]));
    expect(thePod().readinessFlips).toBe(1);
    expect(discovery.targets.get(NAME)!.pods[0]!.containers[0]!.restarts).toBe(2);
    collection('pods').delete('harbour/tide-gauge-7c9f8d6b5-abcde');
    await eventually(() => expect(facts().pods).toEqual(observed([])));
  });
});

describe('events', () => {
  it('are counted once by what their count grew, and go to the API that they concern', async () => {
    const { facts, collection, discovery, sourceState } = await discover(HEALTHY);
    await eventually(() => sourceState('events').state === 'ok');
    const events = () => observedValue(facts().events)!;
    collection('events').set(event('a', { count: 1 }));
    collection('events').set(event('a', { count: 4 }));
    collection('events').set(event('other', { involvedObject: { kind: 'Pod', namespace: 'harbour', name: 'boat-1' } }));
    collection('events').set(event('node', { involvedObject: { kind: 'Node', name: 'node-a' }, reason: 'NodeNotReady', type: 'Normal' }));
    await eventually(() =>
      expect(events().counts).toEqual([
        { reason: 'Unhealthy', kind: 'Pod', count: 4 },
        { reason: 'NodeNotReady', kind: 'Node', count: 1 },
      ]),
    );
    expect(events().recent).toMatchObject([{ object: 'harbour/tide-gauge-7c9f8d6b5-abcde', count: 4 }, { object: 'node-a' }]);
    // A deleted event has outlived its time on the server only.
    collection('events').delete('harbour/a');
    collection('events').forget();
    collection('events').endWatches();
    collection('events').set(
      event('b', {
        count: 0,
        lastTimestamp: null,
        firstTimestamp: null,
        eventTime: new Date().toISOString(),
        series: { count: 3, lastObservedTime: new Date().toISOString() },
      }),
    );
    await eventually(() => expect(events().counts[0]).toEqual({ reason: 'Unhealthy', kind: 'Pod', count: 7 }));
    expect(discovery.systemEvents()).toEqual(observed([]));
  });

  it('of before the start are recent, but not counted', async () => {
    const earlier = new Date(Date.now() - 600_000).toISOString();
    const hours = new Date(Date.now() - 7_200_000).toISOString();
    const { facts } = await discover({
      ...HEALTHY,
      events: [
        event('early', { firstTimestamp: earlier, lastTimestamp: earlier, count: 9 }),
        event('old', { firstTimestamp: hours, lastTimestamp: hours }),
      ],
    });
    await eventually(() => expect(facts().events).toMatchObject({ value: { counts: [], recent: [{ count: 9 }] } }));
  });

  it('come from events.k8s.io where only that is allowed', async () => {
    const { facts, sourceState } = await discover(
      {
        ...HEALTHY,
        groupEvents: [
          event('a', {
            involvedObject: undefined,
            regarding: { kind: 'Service', namespace: 'harbour', name: 'tide-gauge' },
            message: undefined,
            note: 'note',
          }),
        ],
      },
      { forbidden: ['events'] },
    );
    await eventually(() => expect(facts().events).toMatchObject({ value: { recent: [{ kind: 'Service', message: 'note' }] } }));
    expect(sourceState('events').state).toBe('ok');
  });

  it('are forbidden when both are', async () => {
    const { facts } = await discover(HEALTHY, { forbidden: ['events', 'groupEvents'] });
    await eventually(() => expect(facts().events).toEqual({ state: 'forbidden', rule: 'events: list, watch' }));
  });

  it('of kube-system are kept apart', async () => {
    const { discovery, facts } = await discover({
      ...HEALTHY,
      events: [
        event('dns', {
          metadata: { name: 'dns', namespace: 'kube-system', uid: 'dns' },
          involvedObject: { kind: 'Pod', namespace: 'kube-system', name: 'coredns-1' },
        }),
      ],
    });
    // Its pod is not there: whatever it was, it is over.
    await eventually(() => expect(discovery.systemEvents()).toMatchObject({ value: [{ object: 'kube-system/coredns-1', over: true }] }));
    expect(facts().events).toMatchObject({ value: { recent: [] } });
  });
});

describe('other pods on the nodes of the backend', () => {
  const started = new Date(Date.now() - 5000).toISOString();
  const job = (name: string, nodeName: string) =>
    pod(name, {
      metadata: { namespace: 'batch', labels: {}, ownerReferences: [{ kind: 'Job', name: 'report', controller: true }] },
      spec: { nodeName },
      status: { containerStatuses: [{ name: 'server', ready: true, restartCount: 0, state: { running: { startedAt: started } } }] },
    });

  it('are told, those of other nodes and its own are not', async () => {
    const { facts } = await discover({ ...HEALTHY, pods: [pod(), job('report-1', 'node-a'), job('report-2', 'node-b')] });
    await eventually(() =>
      expect(facts().neighbours).toMatchObject({
        value: [{ what: 'started', object: 'batch/report-1', node: 'node-a', owner: 'Job/report' }],
      }),
    );
  });

  it('are not known where pods are not visible', async () => {
    const { facts } = await discover(HEALTHY, { forbidden: ['pods'] });
    await eventually(() => expect(facts().neighbours).toMatchObject({ state: 'forbidden' }));
  });
});

describe('warnings about the system', () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  const about = (name: string, at: string, namespace = 'kube-system') =>
    event(name, {
      metadata: { name, namespace, uid: name },
      involvedObject: { kind: 'Pod', namespace, name },
      firstTimestamp: at,
      lastTimestamp: at,
      source: { component: 'kubelet', host: 'node-a' },
    });
  const dns = (ready: boolean) =>
    pod('coredns-1', {
      metadata: { namespace: 'kube-system', uid: 'coredns-1', labels: {} },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    });

  it.each([
    ['stands while its pod is not ready', false, 300, undefined],
    ['stands for a minute while its pod is ready: it may come and go', true, 55, undefined],
    ['is over when its pod has been ready since', true, 70, true],
  ])('%s', async (_, ready, seconds, over) => {
    const { discovery } = await discover({ ...HEALTHY, pods: [pod(), dns(ready)], events: [about('coredns-1', ago(seconds))] });
    await eventually(() =>
      expect(discovery.systemEvents()).toMatchObject({ value: [{ object: 'kube-system/coredns-1', node: 'node-a' }] }),
    );
    expect(observedValue(discovery.systemEvents())?.map((one) => one.over)).toEqual([over]);
  });

  it('stands where pods are not visible', async () => {
    const { discovery } = await discover({ ...HEALTHY, events: [about('coredns-1', ago(300))] }, { forbidden: ['pods'] });
    await eventually(() => expect(observedValue(discovery.systemEvents())?.map(({ over }) => over)).toEqual([undefined]));
  });

  it('are those of the namespaces of CNIs too, and of no other', async () => {
    const { discovery } = await discover({
      ...HEALTHY,
      events: [about('calico-node-1', ago(5), 'calico-system'), about('coredns-1', ago(5), 'elsewhere')],
    });
    await eventually(() =>
      expect(observedValue(discovery.systemEvents())?.map(({ object }) => object)).toEqual(['calico-system/calico-node-1']),
    );
  });
});

describe('changes that events tell', () => {
  const POD_NAME = 'tide-gauge-7c9f8d6b5-abcde';
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  const said = (name: string, kind: string, reason: string, message: string, namespace: string) =>
    event(`${name}.${reason}`, {
      metadata: { name: `${name}.${reason}`, namespace, uid: `${name}.${reason}` },
      involvedObject: { kind, namespace, name },
      type: 'Normal',
      reason,
      message,
      firstTimestamp: ago(60),
      lastTimestamp: ago(60),
    });

  it('are a leader of the control plane, which concerns every API, the leader among its own pods, and what the VPA did to one of them', async () => {
    const { discovery, facts } = await discover({
      ...HEALTHY,
      events: [
        said('kube-scheduler', 'Lease', 'LeaderElection', 'control-b_3f0c became leader', 'kube-system'),
        said('tide-operator', 'Lease', 'LeaderElection', 'tide-operator-0_3f0c became leader', 'kube-system'),
        said('tides', 'Lease', 'LeaderElection', `${POD_NAME}_3f0c became leader`, 'harbour'),
        said('reef', 'Lease', 'LeaderElection', 'reef-0_3f0c became leader', 'harbour'),
        said(POD_NAME, 'Pod', 'EvictedByVPA', 'Pod was evicted by VPA Updater to apply resource recommendation.', 'harbour'),
        said('reef-0', 'Pod', 'EvictedByVPA', 'Pod was evicted by VPA Updater to apply resource recommendation.', 'harbour'),
      ],
    });
    const told = (changes: readonly { what: string; object: string; summary: string }[]) =>
      changes.map(({ what, object, summary }) => `${what}: ${object} ${summary}`).sort();
    await eventually(() =>
      expect(told(facts().changes)).toEqual([
        `leader: Lease harbour/tides ${POD_NAME} became leader`,
        `scaling: Deployment harbour/tide-gauge pod ${POD_NAME} was evicted by the VerticalPodAutoscaler, to come again with other requests`,
      ]),
    );
    expect(told(discovery.clusterChanges())).toEqual(['control-plane-leader: Lease kube-system/kube-scheduler control-b became leader']);
  });
});

describe('changes', () => {
  const later = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

  it('name what was edited, and by whom', async () => {
    const { collection, facts } = await discover(HEALTHY);
    const summaries = () => facts().changes.map(({ what, object, summary, manager }) => [what, object, summary, manager]);
    expect(summaries()).toEqual([]);
    const by = (manager: string, ...fields: string[]) => ({ managedFields: [written(manager, later(1), ...fields)] });
    collection('deployments').set(
      deployment({ image: 'registry.example.com/tide-gauge:2.0', metadata: { generation: 2, ...by('argocd', 'template') } }),
    );
    await eventually(() =>
      expect(summaries()).toContainEqual([
        'rollout',
        'Deployment harbour/tide-gauge',
        'new image server=registry.example.com/tide-gauge:2.0',
        'argocd',
      ]),
    );
    collection('deployments').set(deployment({ image: 'registry.example.com/tide-gauge:2.0', spec: { replicas: 0 } }));
    await eventually(() => expect(summaries()).toContainEqual(['scaling', 'Deployment harbour/tide-gauge', 'scaled 1 → 0', undefined]));
    collection('services').set(
      service({ spec: { ports: [{ name: 'https', port: 8443, targetPort: 10250 }] }, metadata: by('kubectl-edit', 'ports') }),
    );
    await eventually(() =>
      expect(summaries()).toContainEqual([
        'service-ports',
        'Service harbour/tide-gauge',
        'ports https:443→10250 → https:8443→10250',
        'kubectl-edit',
      ]),
    );
    collection('services').set(
      service({ spec: { type: 'ExternalName', clusterIP: undefined, externalName: 'tide.example.net', selector: undefined, ports: [] } }),
    );
    await eventually(() =>
      expect(summaries().map(([what, , summary]) => [what, summary])).toEqual(
        expect.arrayContaining([
          ['service', expect.stringContaining('type ClusterIP → ExternalName')],
          ['service-selector', 'selector app=tide-gauge → none'],
          ['service-ports', 'ports https:8443→10250 → none'],
        ]),
      ),
    );
    const caBundle = Buffer.from('-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----').toString('base64');
    collection('apiServices').set(apiService(NAME, { metadata: by('cainjector', 'caBundle'), spec: { caBundle } }));
    await eventually(() => expect(summaries()).toContainEqual(['ca-bundle', `APIService ${NAME}`, 'caBundle was set', 'cainjector']));
    expect(facts().caBundle).toMatchObject({ valid: false });
    collection('services').delete('harbour/tide-gauge');
    await eventually(() => expect(summaries()).toContainEqual(['service', 'Service harbour/tide-gauge', 'was deleted', undefined]));
    collection('nodes').set(node('node-a', { ready: 'Unknown' }));
    await eventually(() => expect(summaries()).toContainEqual(['node', 'Node node-a', 'became NotReady', undefined]));
  });

  it('of the hour before the start are told by the objects', async () => {
    const at = later(600);
    const { facts } = await discover({
      ...HEALTHY,
      deployments: [deployment({ metadata: { managedFields: [written('helm', at, 'template')] } })],
      services: [service({ metadata: { creationTimestamp: at } })],
    });
    await eventually(() =>
      expect(facts().changes).toEqual([
        { what: 'service', at: Date.parse(at), object: 'Service harbour/tide-gauge', summary: 'was created' },
        { what: 'rollout', at: Date.parse(at), object: 'Deployment harbour/tide-gauge', summary: 'spec was written', manager: 'helm' },
      ]),
    );
  });

  it('are not what is installed together with a new API', async () => {
    const at = later(600);
    const created = { metadata: { creationTimestamp: at } };
    const { discovery, facts } = await discover({
      ...HEALTHY,
      apiServices: [apiService(NAME, created)],
      services: [service(created)],
      deployments: [deployment({ metadata: { creationTimestamp: later(1300) } })],
    });
    expect(discovery.names()).toEqual([NAME]);
    await eventually(() =>
      expect(facts().changes.map(({ what, summary }) => [what, summary])).toEqual([
        ['rollout', 'was created'],
        ['apiservice', 'was created'],
      ]),
    );
  });

  it('of ConfigMaps count where a backend pod uses them', async () => {
    const { facts, collection, sourceState, server } = await discover({
      ...HEALTHY,
      configMaps: [configMap('tide-gauge-config'), configMap('leader-lock')],
    });
    await eventually(() => sourceState('config-maps').state === 'ok' && collection('configMaps').watchers === 1);
    collection('configMaps').set(configMap('leader-lock', { annotations: { x: '1' } }));
    collection('configMaps').set(configMap('tide-gauge-config', { managedFields: [written('kubectl-edit', later(1))] }));
    await eventually(() =>
      expect(facts().changes).toMatchObject([
        { what: 'configuration', object: 'ConfigMap harbour/tide-gauge-config', manager: 'kubectl-edit' },
      ]),
    );
    expect(server.requests.filter((request) => request.includes('configmaps')).every((request) => request.includes(PATHS.configMaps))).toBe(
      true,
    );
  });

  it('of the control plane concern every API', async () => {
    const apiserver = (differs: Parameters<typeof pod>[1] = {}) =>
      pod('kube-apiserver-cp-1', {
        ...differs,
        metadata: { namespace: 'kube-system', labels: { component: 'kube-apiserver' }, ownerReferences: undefined, ...differs.metadata },
      });
    const { discovery, collection } = await discover({
      ...HEALTHY,
      pods: [pod(), apiserver()],
      nodes: [node('cp-1', { metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } })],
    });
    collection('pods').set(apiserver({ container: { restartCount: 1 } }));
    collection('nodes').set(node('cp-1', { ready: 'False', metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } }));
    await eventually(() =>
      expect(discovery.clusterChanges()).toMatchObject([
        { what: 'control-plane', object: 'Pod kube-system/kube-apiserver-cp-1', summary: 'restarted' },
        { what: 'node', object: 'Node cp-1', summary: 'became NotReady' },
      ]),
    );
  });

  it('of other sources are recorded', async () => {
    const { discovery, facts } = await discover(HEALTHY);
    discovery.recordChange(NAME, { what: 'network-policy', at: 5, object: 'NetworkPolicy harbour/deny', summary: 'was created' });
    expect(facts().changes).toMatchObject([{ what: 'network-policy' }]);
  });
});

describe('CronJobs', () => {
  const cronJob = (lastScheduleTime: string | undefined, suspend = false) => ({
    metadata: { name: 'nightly-report', namespace: 'batch' },
    spec: { schedule: '*/15 * * * *', suspend },
    status: { lastScheduleTime },
  });

  it('remember their runs', async () => {
    const { discovery, collection } = await discover({
      ...HEALTHY,
      cronJobs: [cronJob('2026-01-05T08:45:00Z'), { ...cronJob(undefined, true), metadata: { name: 'off', namespace: 'batch' } }],
    });
    await eventually(() => discovery.cronJobs().state === 'observed');
    collection('cronJobs').set(cronJob('2026-01-05T09:00:00Z'));
    await eventually(() =>
      expect(discovery.cronJobs()).toEqual(
        observed([
          {
            object: 'CronJob batch/nightly-report',
            schedule: '*/15 * * * *',
            runs: [Date.UTC(2026, 0, 5, 8, 45), Date.UTC(2026, 0, 5, 9)],
          },
        ]),
      ),
    );
  });
});
