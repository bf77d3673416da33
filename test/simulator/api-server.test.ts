import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { clientOf, eventually } from './support/client.ts';
import { smallScenario, TIDES } from './support/scenario.ts';

useLoopTime();

let simulator: Simulator;
let client: ReturnType<typeof clientOf>;

beforeAll(async () => {
  simulator = await startSimulator({ scenario: smallScenario() });
  client = clientOf(simulator);
});
afterAll(() => simulator.stop());

/** Reads a watch as it comes. */
function follow(response: IncomingMessage) {
  const events: { type: string; object: { metadata: { name: string; resourceVersion: string }; code?: number; message?: string } }[] = [];
  let rest = '';
  let ended = false;
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) events.push(JSON.parse(line));
  });
  const end = () => {
    ended = true;
  };
  response.on('end', end).on('error', end).on('close', end);
  return { events, ended: () => ended };
}

async function revision(): Promise<string> {
  return (await client.ask('/api/v1/pods?limit=1')).json.metadata.resourceVersion;
}

describe('paths of its own', () => {
  it.each([
    ['/version', 200, /"gitVersion":"v1\.36\.3"/],
    ['/readyz', 200, /^ok$/],
    ['/livez', 200, /^ok$/],
    ['/api', 200, /"versions":\["v1"\]/],
    ['/apis', 200, /"tides\.example\/v1"/],
    ['/apis/tides.example', 200, /"kind":"APIGroup"/],
    ['/api/v1', 200, /"name":"pods\/log"/],
    ['/apis/apps/v1', 200, /"name":"deployments"/],
    ['/apis/unknown.example', 404, /404 page not found/],
    ['/api/v1/secrets', 403, /secrets is forbidden/],
  ])('%s answers %i', async (path, status, body) => {
    const answer = await client.ask(path);
    expect({ status: answer.status, text: answer.text }).toEqual({ status, text: expect.stringMatching(body) });
  });

  it('marks its answers as its own', async () => {
    const { headers } = await client.ask('/version');
    expect(headers['audit-id']).toBeDefined();
    expect(headers['x-kubernetes-pf-flowschema-uid']).toBeDefined();
  });
});

describe('rights', () => {
  const pods = '/api/v1/namespaces/harbour/pods';

  it('takes anonymous clients for what they are', async () => {
    const answer = await clientOf(simulator, 'anonymous').ask(pods);
    expect(answer.json).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "harbour"',
    });
  });

  it('refuses a token that it does not know, or no longer', async () => {
    expect((await clientOf(simulator, 'ordinary').ask('/version')).status).toBe(200);
    const old = clientOf({ ...simulator, token: () => 'never-issued' }, 'ordinary');
    expect((await old.ask('/version')).json).toMatchObject({ code: 401, reason: 'Unauthorized' });
  });

  it('forgets a rule as soon as it is removed, and knows it again', async () => {
    const rules = simulator.rbac();
    expect((await client.ask(pods)).status).toBe(200);
    simulator.setRbac(rules.filter((rule) => !rule.resources?.includes('pods')));
    expect((await client.ask(pods)).status).toBe(403);
    simulator.setRbac(rules);
    expect((await client.ask(pods)).status).toBe(200);
  });

  it.each([
    [{ verb: 'list', resource: 'pods' }, true],
    [{ verb: 'get', resource: 'pods', subresource: 'log' }, true],
    [{ verb: 'list', resource: 'secrets' }, false],
    [{ verb: 'list', group: 'tides.example', resource: 'gauges' }, true],
  ])('reviews %j as %s', async (resourceAttributes, allowed) => {
    const answer = await client.ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      body: JSON.stringify({ spec: { resourceAttributes } }),
    });
    expect({ status: answer.status, allowed: answer.json.status.allowed }).toEqual({ status: 201, allowed });
  });
});

describe('lists', () => {
  it('come in pages that add up to the whole', async () => {
    const whole = await client.ask('/apis/apiregistration.k8s.io/v1/apiservices');
    const names: string[] = [];
    let next = '';
    do {
      const page = await client.ask(`/apis/apiregistration.k8s.io/v1/apiservices?limit=5${next && `&continue=${next}`}`);
      names.push(...page.json.items.map((item: { metadata: { name: string } }) => item.metadata.name));
      next = page.json.metadata.continue ?? '';
    } while (next);
    expect(names.sort()).toEqual(whole.json.items.map((item: { metadata: { name: string } }) => item.metadata.name).sort());
    expect(names).toContain(TIDES);
  });

  it.each([
    ['labelSelector=app%3Dtide-gauge', 1],
    ['labelSelector=app+in+(tide-gauge,berth-planner)', 2],
    ['labelSelector=app%21%3Dtide-gauge', 1],
    ['labelSelector=%21app', 0],
    ['fieldSelector=spec.nodeName%3Dquay-a', 1],
    ['fieldSelector=metadata.name%3Dnone', 0],
  ])('select by %s', async (selector, count) => {
    const answer = await client.ask(`/api/v1/namespaces/harbour/pods?${selector}`);
    expect(answer.json.items).toHaveLength(count);
  });

  it('answer 410 to a page of a list that is too old', async () => {
    const page = await client.ask('/api/v1/pods?limit=1');
    simulator.log(`harbour/${simulator.podsOf(TIDES)[0]!.plan.name}`, 'a line');
    simulator.cluster.store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } });
    simulator.expireResourceVersions();
    const next = await client.ask(`/api/v1/pods?limit=1&continue=${page.json.metadata.continue}`);
    expect(next.json).toMatchObject({ code: 410, reason: 'Expired' });
  });

  it('show one event through both of its APIs', async () => {
    const old = await client.ask('/api/v1/namespaces/harbour/events?limit=1');
    const fresh = await client.ask('/apis/events.k8s.io/v1/namespaces/harbour/events?limit=1');
    const [before] = old.json.items;
    expect(fresh.json.items[0]).toMatchObject({ reason: before.reason, note: before.message, regarding: before.involvedObject });
  });
});

describe('watches', () => {
  it('tell what is added, modified and deleted, once and in order', async () => {
    const watch = follow(await client.open(`/api/v1/namespaces/harbour/services?watch=1&resourceVersion=${await revision()}`));
    const { services } = simulator.cluster.store;
    const spec = { type: 'ClusterIP' as const, ports: [] };
    services.create({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'harbour', name: 'fog-horn' }, spec, status: {} });
    services.update('harbour/fog-horn', (copy) => {
      copy.spec.selector = { app: 'fog-horn' };
    });
    services.delete('harbour/fog-horn');
    await eventually(() => watch.events.length >= 3);
    expect(watch.events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      'ADDED fog-horn',
      'MODIFIED fog-horn',
      'DELETED fog-horn',
    ]);
  });

  it('send what happened since the resource version', async () => {
    const since = await revision();
    simulator.cluster.store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'between' } });
    const watch = follow(await clientOf(simulator, 'admin').open(`/api/v1/namespaces?watch=1&resourceVersion=${since}`));
    await eventually(() => watch.events.length > 0);
    expect(watch.events.map(({ object }) => object.metadata.name)).toEqual(['between']);
  });

  it('send bookmarks, and end after timeoutSeconds', async () => {
    const response = await client.open(
      `/api/v1/nodes?watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${await revision()}`,
    );
    const watch = follow(response);
    await eventually(watch.ended);
    expect(watch.events.at(-1)).toMatchObject({ type: 'BOOKMARK', object: { metadata: { resourceVersion: expect.any(String) } } });
  });

  it('survive events that arrive in pieces', async () => {
    simulator.cluster.watchBehaviour.splitChunks = true;
    const watch = follow(await client.open(`/api/v1/nodes?watch=1&resourceVersion=${await revision()}`));
    simulator.cluster.store.nodes.update('quay-a', (copy) => {
      copy.metadata.labels = { ...copy.metadata.labels, note: 'größer' };
    });
    await eventually(() => watch.events.length > 0);
    simulator.cluster.watchBehaviour.splitChunks = false;
    expect(watch.events[0]).toMatchObject({ type: 'MODIFIED', object: { metadata: { labels: { note: 'größer' } } } });
  });

  it.each(['status', 'event'] as const)('tell of an expired resource version as %s', async (as) => {
    const old = await revision();
    simulator.cluster.store.namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `after-${as}` } });
    simulator.expireResourceVersions(as);
    const response = await client.open(`/api/v1/pods?watch=1&resourceVersion=${old}`);
    const watch = follow(response);
    await eventually(watch.ended);
    if (as === 'status') expect(response.statusCode).toBe(410);
    else
      expect({ status: response.statusCode, events: watch.events }).toMatchObject({
        status: 200,
        events: [{ type: 'ERROR', object: { code: 410, message: expect.stringMatching(/^too old resource version/) } }],
      });
  });

  it('go on from a version that is not expired', async () => {
    const watch = follow(await client.open(`/api/v1/pods?watch=1&timeoutSeconds=1&resourceVersion=${await revision()}`));
    await eventually(watch.ended);
    expect(watch.events.filter(({ type }) => type === 'ERROR')).toEqual([]);
  });

  it('break when connections are cut, and can be taken up again', async () => {
    const since = await revision();
    const watch = follow(await client.open(`/api/v1/pods?watch=1&resourceVersion=${since}`));
    expect(watch.ended()).toBe(false);
    simulator.disconnectAll();
    await eventually(watch.ended);
    expect((await client.open(`/api/v1/pods?watch=1&timeoutSeconds=1&resourceVersion=${since}`)).statusCode).toBe(200);
  });
});

describe('restart', () => {
  it('refuses connections meanwhile and comes back on the same address with fresh counters', async () => {
    const started = /^process_start_time_seconds (\S+)$/m;
    const before = started.exec((await client.ask('/metrics')).text)![1];
    const restarted = simulator.apiServer.restart(300);
    await eventually(() =>
      client.ask('/version').then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
      ),
    );
    await restarted;
    expect(started.exec((await client.ask('/metrics')).text)![1]).not.toBe(before);
  });
});
