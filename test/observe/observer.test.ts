import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SourceName } from '../../src/domain/sources.ts';
import type { KubeClient } from '../../src/kube/api.ts';
import { createObserver, type Observer } from '../../src/observe/observer.ts';
import type { ObserverOptions } from '../../src/observe/options.ts';
import { SILENT } from '../../src/source/logger.ts';
import { freePort } from '../support/free-port.ts';
import { apiService, endpoint, event, service, slice } from '../support/kube-objects.ts';
import { answer, answerStatus, FakeCluster, startKubeServer } from '../support/kube-server.ts';
import { memoryClient } from '../support/memory-kube.ts';
import { REALISTIC } from '../support/odd-objects.ts';
import { pass, passWithSockets, useVirtualTime } from '../support/virtual-time.ts';

const START = Date.UTC(2026, 0, 5, 9, 0, 0);
beforeEach(() => {
  useVirtualTime(START);
  onTestFinished(() => void vi.useRealTimers());
});

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';
const TIDES = 'v1.tides.example.com';
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const REFUSED = 'dial tcp 10.1.0.5:10250: connect: connection refused';
const METRICS = /^\/apis\/metrics\.k8s\.io/;

interface Given {
  readonly options?: Partial<ObserverOptions>;
  /** Status of the list of APIServices; `held`: it is not answered. */
  readonly discovery?: number | 'held';
  readonly client?: Partial<KubeClient>;
  /** In place of the realistic objects of these collections. */
  readonly objects?: typeof REALISTIC;
  readonly clock?: () => number;
}

/** An observer of a small cluster, started. */
async function observe({ options = {}, discovery = 200, client: differs = {}, objects = {}, clock = Date.now }: Given = {}) {
  const cluster = new FakeCluster();
  for (const [path, list] of Object.entries({ ...REALISTIC, ...objects })) for (const object of list) cluster.collection(path).set(object);
  const now = { discovery };
  const held: (() => void)[] = [];
  // Nobody listens there: probes fail at once, and can be measured.
  const server = new URL(`http://127.0.0.1:${await freePort()}`);
  const client = memoryClient(
    (request, response, url) => {
      const ordinary = () => cluster.handle(request, response, url);
      if (url.pathname === API_SERVICES && now.discovery === 'held') held.push(ordinary);
      else if (url.pathname === API_SERVICES && now.discovery !== 200) answerStatus(response, Number(now.discovery), 'Reason', 'no');
      else if (!answered(url.pathname, response)) ordinary();
    },
    { server, credentials: async () => ({ rejectUnauthorized: true, headers: {} }), ...differs },
  );
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const observer = createObserver({
    client,
    clock,
    log: SILENT,
    options: { exclude: [], disabled: [], probe: { vantages: ['aggregator'] }, logs: {}, ...options },
  });
  let rings = 0;
  observer.onUrgent(() => rings++);
  observer.start(stop.signal);
  await pass(0);
  const isAsked = (what: string | RegExp) => client.asked.some((path) => (typeof what === 'string' ? path === what : what.test(path)));
  return {
    observer,
    cluster,
    client,
    stop,
    isAsked,
    /** The paths that are asked while `happens` does. */
    askedWhile: async (happens: () => unknown) => {
      const before = client.asked.length;
      await happens();
      return client.asked.slice(before);
    },
    rings: () => rings,
    /** Discovery answers from now on. */
    async release() {
      now.discovery = 200;
      for (const go of held.splice(0)) go();
      await pass(200);
    },
    stateOf: (source: SourceName) => observer.sources().find((status) => status.source === source)!,
    api: (name = TIDES) => observer.snapshot().apis.find((api) => api.name === name)!,
  };
}

/** A kube-apiserver on a socket, as probes need it: it answers every aggregated API alike. */
async function startApiserver() {
  const now = { status: 200 };
  const server = await startKubeServer((_request, response, url) => {
    if (url.pathname === '/readyz') response.end('ok');
    else if (now.status === 200) answer(response, 200, { kind: 'APIResourceList', groupVersion: url.pathname.slice(6), resources: [] });
    else response.writeHead(now.status).end(`error trying to reach service: ${REFUSED}`);
  });
  onTestFinished(() => server.stop());
  return Object.assign(now, { url: new URL(server.url) });
}

/** What is no collection. */
function answered(path: string, response: ServerResponse): boolean {
  if (METRICS.test(path)) answer(response, 200, { items: [] });
  else if (path.endsWith('/log')) response.writeHead(200).flushHeaders();
  else if (path.endsWith('/extension-apiserver-authentication')) answer(response, 200, { data: {} });
  else return false;
  return true;
}

describe('what reads now and then of the backends that are known', () => {
  const readers = [BINDINGS, METRICS] as const;

  it('begins after discovery, while every watch begins at once', async () => {
    const { isAsked, release } = await observe({ discovery: 'held' });
    await pass(19_000);
    for (const watch of ['/api/v1/services', '/api/v1/pods', '/api/v1/nodes', POLICIES])
      expect([watch, isAsked(watch)]).toEqual([watch, true]);
    for (const reader of readers) expect([reader, isAsked(reader)]).toEqual([reader, false]);
    await release();
    for (const reader of readers) expect([reader, isAsked(reader)]).toEqual([reader, true]);
  });

  it('asks about every backend in its first reading', async () => {
    const { client, stateOf } = await observe();
    await pass(500);
    expect(client.asked.filter((path) => METRICS.test(path))).toContain('/apis/metrics.k8s.io/v1beta1/namespaces/harbour/pods');
    expect(stateOf('role-bindings').state).toBe('ok');
  });

  it('begins after 20 s all the same', async () => {
    const { isAsked } = await observe({ discovery: 'held' });
    await pass(21_000);
    expect(isAsked(BINDINGS)).toBe(true);
  });

  it('waits for nothing where APIServices may not be seen', async () => {
    const { isAsked } = await observe({ discovery: 403 });
    await pass(500);
    expect(isAsked(BINDINGS)).toBe(true);
  });

  it('never begins once the end has come', async () => {
    const { isAsked, stop, release } = await observe({ discovery: 'held' });
    await pass(1000);
    stop.abort();
    await release();
    await pass(30_000);
    for (const reader of readers) expect([reader, isAsked(reader)]).toEqual([reader, false]);
  });
});

describe('ready', () => {
  it('is not before discovery, however long that takes', async () => {
    const { observer, release } = await observe({ discovery: 'held' });
    await pass(120_000);
    expect(observer.ready()).toBe(false);
    await release();
    await pass(3000);
    expect(observer.ready()).toBe(true);
  });

  it('is once each target had its turn', async () => {
    const { observer, api } = await observe({ options: { probe: { vantages: ['aggregator'], firstWithinMs: 4000 } } });
    const turns = () => [TIDES, 'v1.moorings.example.com'].filter((name) => api(name).probes.length > 0).length;
    await pass(200);
    const states: [number, boolean][] = [[turns(), observer.ready()]];
    while (states.at(-1)![0] < 2) {
      await pass(50);
      states.push([turns(), observer.ready()]);
    }
    // When within the four seconds the dice say: one may have had its turn already.
    expect(states[0]![0]).toBeLessThan(2);
    expect(states.filter(([seen, ready]) => ready !== (seen === 2))).toEqual([]);
  });

  /** Nobody has a turn so soon. */
  const LATE = { probe: { vantages: ['aggregator'], firstWithinMs: 1e8, intervalMs: 1e8 } } as const;
  const states = (observer: Observer): [ready: boolean, complete: boolean] => [observer.ready(), observer.complete()];

  it('waits 5 s at most for APIs that had none, and they are not observed; what takes over waits 15 s', async () => {
    const { observer } = await observe({ options: LATE });
    await pass(200);
    expect(states(observer)).toEqual([false, false]);
    await pass(4700);
    expect(states(observer)).toEqual([false, false]);
    await pass(400);
    expect(states(observer)).toEqual([true, false]);
    const { apis, sources } = observer.snapshot();
    expect(apis.map(({ probes }) => probes)).toEqual([[], []]);
    expect(sources.find(({ source }) => source === 'probes')?.message).toBe(
      '2 of 2 APIs wait for their first turn: of these nothing was asked yet',
    );
    await pass(9500);
    expect(states(observer)).toEqual([true, false]);
    await pass(500);
    expect(states(observer)).toEqual([true, true]);
  });

  it('counts that time from discovery on', async () => {
    const { observer, release } = await observe({ discovery: 'held', options: LATE });
    await pass(16_000);
    expect(states(observer)).toEqual([false, false]);
    await release();
    expect(states(observer)).toEqual([false, false]);
    await pass(5000);
    expect(states(observer)).toEqual([true, false]);
  });

  it('waits for nothing where nothing is probed', async () => {
    const { observer } = await observe({ options: { probe: { vantages: [] } } });
    await pass(200);
    expect(states(observer)).toEqual([true, true]);
    expect(observer.snapshot().sources.find(({ source }) => source === 'probes')?.message).toBeUndefined();
  });

  it('is at once where APIServices may not be seen: that is what is to be published', async () => {
    const { observer } = await observe({ discovery: 403 });
    await pass(100);
    expect(observer.ready()).toBe(true);
    expect(observer.snapshot().sources).toContainEqual(expect.objectContaining({ source: 'api-services', state: 'forbidden' }));
  });
});

describe('a source that is started anew', () => {
  it('stops at once, and begins a second later with what it knew', async () => {
    const { observer, cluster, askedWhile } = await observe();
    await pass(3000);
    expect(cluster.collection(POLICIES).watchers).toBe(1);
    observer.restart('network-policies');
    await pass(900);
    expect(cluster.collection(POLICIES).watchers).toBe(0);
    expect(await askedWhile(() => pass(200))).toContain(`watch ${POLICIES}`);
    expect(cluster.collection(POLICIES).watchers).toBe(1);
  });

  it('leaves the others as they are', async () => {
    const { observer, cluster } = await observe();
    await pass(3000);
    observer.restart('network-policies');
    await pass(900);
    for (const path of [API_SERVICES, '/api/v1/pods']) expect(cluster.collection(path).watchers).toBe(1);
  });

  it('is started once, however often that is asked for', async () => {
    const { observer, askedWhile } = await observe();
    await pass(3000);
    observer.restart('role-bindings');
    observer.restart('role-bindings');
    expect((await askedWhile(() => pass(1100))).filter((path) => path === BINDINGS)).toHaveLength(1);
    observer.restart('role-bindings');
    expect((await askedWhile(() => pass(1100))).filter((path) => path === BINDINGS)).toHaveLength(1);
  });

  it('stays off once the end has come', async () => {
    const { observer, stop, askedWhile } = await observe();
    await pass(3000);
    observer.restart('network-policies');
    stop.abort();
    expect(await askedWhile(() => pass(5000))).toEqual([]);
  });

  it.each<[string, SourceName, Given]>([
    ['is off', 'network-policies', { options: { disabled: ['network-policies'] } }],
    ['has not begun', 'role-bindings', { discovery: 'held' }],
  ])('is not one that %s', async (_, source, given) => {
    const { observer, isAsked } = await observe(given);
    await pass(1000);
    observer.restart(source);
    await pass(5000);
    expect([isAsked(POLICIES), isAsked(BINDINGS)].includes(false)).toBe(true);
  });

  it('are never the probes: what they counted stays', async () => {
    const { observer, api } = await observe();
    await pass(3000);
    const attempts = () => api().probes.reduce((sum, tally) => sum + tally.attempts, 0);
    const before = attempts();
    observer.restart('probes');
    await pass(12_000);
    expect(before).toBeGreaterThan(0);
    expect(attempts()).toBeGreaterThan(before);
  });
});

describe('what is switched off', () => {
  it.each<[SourceName, string | RegExp]>([
    ['network-policies', POLICIES],
    ['role-bindings', BINDINGS],
    ['resources', METRICS],
    ['logs', /\/log$/],
    ['pods', '/api/v1/pods'],
  ])('%s is not asked for, and says so', async (source, path) => {
    const { isAsked, stateOf } = await observe({ options: { disabled: [source] } });
    await pass(4000);
    expect(isAsked(path)).toBe(false);
    expect(stateOf(source)).toEqual({ source, state: 'disabled' });
  });

  it.each<[SourceName, (seen: Awaited<ReturnType<typeof observe>>) => { state: string }]>([
    ['logs', ({ api }) => api().logs],
    ['resources', ({ api }) => api().resources],
    ['backend-metrics', ({ api }) => api().backendMetrics],
    ['apiserver-metrics', ({ observer }) => observer.snapshot().cluster.apiservers[0]!.metrics],
    ['logs', ({ observer }) => observer.snapshot().cluster.apiserverLogs],
  ])('%s leave what they would tell unobserved', async (source, fact) => {
    const seen = await observe({ options: { disabled: [source] } });
    await pass(4000);
    expect(fact(seen)).toEqual({ state: 'unobserved' });
  });
});

describe('what is too old to be believed', () => {
  const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';

  it.each([
    ['that came while the clock was an hour behind', -3_600_000, 0],
    ['after a sleep of the machine', 0, 3_600_000],
  ])('is read soon: an answer %s', async (_, during, after) => {
    let set = during;
    const { observer, stateOf, client } = await observe({ clock: () => Date.now() + set });
    // What began to fail hurries everything, too.
    await pass(60_000);
    expect(stateOf('leases').state).toBe('ok');
    set = after;
    expect(stateOf('leases').state).toBe('stale');
    const asked = client.asked.length;
    // The diagnosis asks for one each few seconds.
    for (let second = 0; second < 30 && stateOf('leases').state !== 'ok'; second++) {
      observer.snapshot();
      await pass(1000);
    }
    expect(stateOf('leases').state).toBe('ok');
    expect(client.asked.slice(asked).filter((path) => path === LEASES)).toHaveLength(1);
  });
});

describe('a change that cannot wait', () => {
  it('is one of what discovery sees', async () => {
    const { cluster, rings } = await observe();
    await pass(9000);
    const before = rings();
    cluster.collection('/api/v1/services').set(service({ spec: { selector: { app: 'moorings' } } }));
    await pass(100);
    expect(rings()).toBeGreaterThan(before);
  });

  it('is a probe that fails for the first time: what else says why is read soon, and not only at its next moment', async () => {
    const apiserver = await startApiserver();
    const { askedWhile, rings } = await observe({
      client: { server: apiserver.url },
      options: { rightsIntervalMs: 600_000, probe: { vantages: ['aggregator'], list: false } },
    });
    await passWithSockets(20_000);
    const before = rings();
    expect(await askedWhile(() => passWithSockets(12_000))).not.toContain(BINDINGS);
    expect(rings()).toBe(before);
    apiserver.status = 503;
    expect(await askedWhile(() => passWithSockets(12_000))).toContain(BINDINGS);
    expect(rings()).toBeGreaterThan(before);
  });

  it('nobody hears of what stays as it is', async () => {
    const { rings } = await observe();
    await pass(15_000);
    const before = rings();
    await pass(30_000);
    expect(rings()).toBe(before);
  });
});

describe('a snapshot', () => {
  it('holds every API by its name, the time, and how far each source is', async () => {
    const { observer } = await observe();
    await pass(3000);
    const { apis, time, sources, cluster } = observer.snapshot();
    expect(apis.map(({ name }) => name)).toEqual(['v1.moorings.example.com', TIDES]);
    expect(time).toBe(Date.now());
    expect(sources).toEqual(observer.sources());
    expect(cluster.serverVersion).toBe('v1.36.3');
  });

  it.each<[string, number, boolean]>([
    ['fails through a kube-apiserver stays for a while after it was deleted, as deleted', 503, true],
    ['answers goes with its object', 200, false],
  ])('of an API that %s', async (_, status, stays) => {
    const apiserver = await startApiserver();
    apiserver.status = status;
    const { cluster, api } = await observe({
      client: { server: apiserver.url },
      options: { probe: { vantages: ['aggregator'], list: false } },
    });
    await passWithSockets(6000);
    expect(api().probes[0]?.last.ok).toBe(status === 200);
    cluster.collection(API_SERVICES).delete(TIDES);
    await pass(500);
    expect(api()?.deletedAt !== undefined).toBe(stays);
  });

  it('leaves out what the configuration excludes', async () => {
    const { observer } = await observe({ options: { exclude: [TIDES] } });
    await pass(3000);
    expect(observer.snapshot().apis.map(({ name }) => name)).toEqual(['v1.moorings.example.com']);
  });

  it('has no version that nobody told', async () => {
    const { observer } = await observe({ discovery: 'held', options: { disabled: ['api-services'] } });
    expect('serverVersion' in observer.snapshot().cluster).toBe(false);
  });

  it('names each kube-apiserver once, in the order of their names', async () => {
    const { observer } = await observe({ client: { server: new URL('https://192.0.2.1:6443') } });
    await pass(5000);
    const { apiservers } = observer.snapshot().cluster;
    expect(apiservers.map(({ instance }) => instance)).toEqual(['192.0.2.1:6443', '192.0.2.2:6443']);
    expect(apiservers[0]!.control).toMatchObject({ vantage: 'control', last: { ok: false } });
  });

  it('tells of a NetworkPolicy as a change of the APIs in its namespace, and of no others', async () => {
    const elsewhere = apiService('v1.moorings.example.com', { spec: { service: { namespace: 'quay', name: 'moorings', port: 443 } } });
    const { cluster, api } = await observe({ objects: { [API_SERVICES]: [apiService(), elsewhere] } });
    await pass(3000);
    const policy = REALISTIC[POLICIES]![0]!;
    cluster
      .collection(POLICIES)
      .set({ ...policy, metadata: { ...policy.metadata, name: 'low-water', creationTimestamp: new Date().toISOString() } });
    await pass(500);
    const told = (name: string) => api(name).changes.filter(({ what }) => what === 'network-policy').length;
    expect([told(TIDES), told('v1.moorings.example.com')]).toEqual([1, 0]);
  });

  it('says of an API whose object cannot be read that nothing is known of its backend', async () => {
    const { cluster, api } = await observe();
    await pass(3000);
    const broken = apiService(TIDES, { spec: { service: 'tide-gauge' } });
    cluster.collection(API_SERVICES).set(broken);
    await pass(500);
    const { logs, policy, resources, backendMetrics, rights, textMatches } = api();
    const states = [logs, policy, resources, backendMetrics, rights].map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set([logs.state]));
    expect([logs.state === 'observed', textMatches]).toEqual([false, []]);
    expect(api('v1.moorings.example.com').rights.state).toBe('observed');
  });
});

describe('texts that point to causes', () => {
  const sayings = (matches: readonly { sample: string; standing?: boolean }[]) =>
    matches.map(({ sample, standing = false }) => `${sample.replace(/: .*/, '')}${standing ? ' stands' : ''}`);

  it.each<[string, string, string[]]>([
    ['False', REFUSED, ['condition stands']],
    ['Unknown', REFUSED, ['condition stands']],
    ['True', REFUSED, []],
  ])('are those of a condition that is %s', async (available, message, expected) => {
    const said = apiService();
    const condition = {
      type: 'Available',
      status: available,
      reason: 'FailedDiscoveryCheck',
      message,
      lastTransitionTime: '2026-01-05T08:00:00Z',
    };
    const { api } = await observe({
      objects: { [API_SERVICES]: [{ ...said, status: { conditions: [condition] } }] },
      options: { probe: { vantages: [] } },
    });
    await pass(1000);
    const matches = api().textMatches.filter(({ sample }) => sample.startsWith('condition'));
    expect(sayings(matches)).toEqual(expected);
    // Since when it stands is when it was said.
    expect(matches.map(({ lastAt }) => lastAt)).toEqual(expected.map(() => Date.UTC(2026, 0, 5, 8)));
  });

  it.each<[string, number]>([
    ['Warning', 1],
    ['Normal', 0],
  ])('are those of %s events', async (type, count) => {
    const message = `Readiness probe failed: Get "https://10.1.0.5:10250/readyz": ${REFUSED}`;
    const { api } = await observe({ objects: { '/api/v1/events': [event('probe-failed', { type, message })] } });
    await pass(4000);
    const matches = api().textMatches.filter(({ sample }) => sample.includes('Readiness'));
    expect(matches.map((match) => match.count)).toEqual(Array(count).fill(1));
    expect(matches.map(({ sample }) => sample.split(':')[0])).toEqual(Array(count).fill('harbour/tide-gauge-7c9f8d6b5-abcde Unhealthy'));
  });

  const answers = (matches: readonly { sample: string; standing?: boolean }[]) =>
    sayings(matches.filter(({ sample }) => sample.startsWith('discovery')));

  it('are the answers to probes through a kube-apiserver, while they fail', async () => {
    const apiserver = await startApiserver();
    const { api } = await observe({ client: { server: apiserver.url }, options: { probe: { vantages: ['aggregator'], list: false } } });
    const seen: string[][] = [];
    // The second failure comes back after a pass: one pass does not end what recurs, a minute of them does.
    for (const [status, seconds] of [
      [200, 12],
      [503, 12],
      [200, 40],
      [503, 12],
      [200, 20],
      [200, 60],
    ] as const) {
      apiserver.status = status;
      await passWithSockets(seconds * 1000);
      seen.push(answers(api().textMatches));
    }
    const says = `discovery ${apiserver.url.host}`;
    expect(seen).toEqual([[], [`${says} stands`], [says], [`${says} stands`], [`${says} stands`], [says]]);
  });

  it('are no answers of the backend itself: what it says to us, it says to every client', async () => {
    const { api } = await observe({
      objects: { '/apis/discovery.k8s.io/v1/endpointslices': [slice({ endpoints: [endpoint({ ip: '127.0.0.1' })] })] },
      options: { probe: { vantages: ['endpoint'], allowAddresses: ['127.0.0.0/8'], inCluster: true } },
    });
    await passWithSockets(8000);
    expect(api().probes[0]).toMatchObject({ vantage: 'endpoint', lastFailure: { reason: 'connection_refused' } });
    expect(api().textMatches.filter(({ sample }) => sample.startsWith('discovery'))).toEqual([]);
  });
});
