import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { CacheChange, ResourceSpec } from '../../src/kube/api.ts';
import { type CacheTuning, createResourceCache } from '../../src/kube/cache.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { type Logger, SILENT } from '../../src/source/logger.ts';
import { eventually } from '../support/eventually.ts';
import {
  answer,
  answerStatus,
  FakeCollection,
  type Fault,
  type Handler,
  type KubeObject,
  startKubeServer,
} from '../support/kube-server.ts';
import { passes, useLoopTime } from '../support/virtual-time.ts';

useLoopTime();

interface Thing {
  readonly name: string;
  readonly value: unknown;
}
const SPEC: ResourceSpec<Thing> = {
  source: 'pods',
  path: '/api/v1/things',
  project(raw) {
    const { metadata, value } = raw as { metadata: { name: string; managedFields?: unknown }; value: unknown };
    if (metadata.managedFields !== undefined) throw new Error('managedFields were kept');
    if (value === 'malformed') throw new Error('value is malformed');
    return value === 'dropped' ? undefined : { name: metadata.name, value };
  },
};
/** Everything that takes seconds takes milliseconds here. */
const FAST: Partial<CacheTuning> = { firstDelayMs: 5, maxDelayMs: 40, shortestWatchMs: 0 };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setUp(
  options: {
    tuning?: Partial<CacheTuning>;
    spec?: Partial<ResourceSpec<Thing>>;
    handler?: Handler;
    log?: Logger;
    objects?: KubeObject[];
    faults?: Fault[];
  } = {},
) {
  const collection = new FakeCollection('Thing');
  for (const object of options.objects ?? []) collection.set(object);
  collection.faults.push(...(options.faults ?? []));
  const server = await startKubeServer(options.handler ?? collection.handle);
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const cache = createResourceCache(
    client,
    { ...SPEC, ...options.spec },
    { clock: Date.now, log: options.log ?? SILENT, tuning: { ...FAST, ...options.tuning } },
  );
  const changes: CacheChange<Thing>[] = [];
  cache.subscribe((change) => changes.push(change));
  const controller = new AbortController();
  cache.start(controller.signal);
  closers.push(
    () => server.stop(),
    () => client.close(),
    () => controller.abort(),
  );
  const state = () => cache.status(Date.now());
  const names = () => [...cache.values()].map((thing) => thing.name).sort();
  const values = () => Object.fromEntries([...cache.values()].map((thing) => [thing.name, thing.value]));
  return { collection, server, client, cache, changes, controller, state, names, values };
}

const thing = (name: string, value: unknown = 1) => ({
  metadata: { name, managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:x': {} } }] },
  value,
});

const things = (...names: string[]) => names.map((name) => thing(name));

describe('the resource cache', () => {
  it('lists in pages and then watches', async () => {
    const { collection, server, cache, changes, names, state } = await setUp({
      tuning: { pageSize: 2 },
      objects: things('a', 'b', 'c', 'd', 'e'),
    });
    await eventually(() => cache.synced && collection.watchers === 1);
    expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(server.requests.filter((request) => request.includes('limit=2'))).toHaveLength(3);
    expect(server.requests.at(-1)).toMatch(/watch=1&allowWatchBookmarks=true&resourceVersion=6&timeoutSeconds=(2[4-9]\d|300)$/);
    expect(changes.every((change) => !change.live && change.type === 'added')).toBe(true);
    collection.set(thing('f'));
    collection.set(thing('a', 2));
    collection.delete('b');
    await eventually(() => changes.length === 8);
    expect(changes.slice(5).map(({ type, key, live, object, previous }) => [type, key, live, object.value, previous?.value])).toEqual([
      ['added', 'f', true, 1, undefined],
      ['modified', 'a', true, 2, 1],
      ['deleted', 'b', true, 1, 1],
    ]);
    await eventually(() => state().state === 'ok');
  });

  it('is pending before its first answer', async () => {
    const { state, cache } = await setUp({ handler: () => {} });
    expect(state()).toEqual({ source: 'pods', state: 'pending' });
    expect(cache.synced).toBe(false);
  });

  it('resumes from the last bookmark, without a list', async () => {
    const { collection, server } = await setUp();
    await eventually(() => collection.watchers === 1);
    collection.set(thing('other'));
    collection.bookmark();
    await eventually(() => server.requests.length === 2);
    const version = collection.version;
    collection.endWatches();
    await eventually(() => server.requests.some((request) => request.includes(`resourceVersion=${version}&`)));
    expect(server.requests.filter((request) => !request.includes('watch=1'))).toHaveLength(1);
  });

  it.each([
    ['an HTTP status', (c: FakeCollection) => c.faults.push({ on: 'watch', status: 410, reason: 'Expired' })],
    ['an event inside a 200', (c: FakeCollection) => c.faults.push({ on: 'watch', event: 410 })],
  ])('lists anew after 410 as %s, and reports what is gone', async (_name, inject) => {
    const { collection, changes, names, state } = await setUp({ objects: things('a', 'b') });
    await eventually(() => collection.watchers === 1);
    inject(collection);
    // The change happens while no watch runs, and the history forgets it.
    collection.endWatches();
    await eventually(() => collection.faults.length === 0);
    collection.delete('a');
    collection.set(thing('c'));
    collection.forget();
    await eventually(() => expect(names()).toEqual(['b', 'c']));
    expect(changes.slice(2).every((change) => change.live)).toBe(true);
    expect(changes.filter((change) => change.key === 'b')).toHaveLength(1);
    expect(state().state).toBe('ok');
  });

  it('does not storm when every watch answers 410', async () => {
    const collection = new FakeCollection('Thing');
    const { server } = await setUp({
      tuning: { firstDelayMs: 40, maxDelayMs: 400 },
      handler: (request, response, url) =>
        url.searchParams.has('watch') ? answerStatus(response, 410, 'Expired', 'too old') : collection.handle(request, response, url),
    });
    await passes(500);
    expect(server.requests.length).toBeGreaterThan(2);
    expect(server.requests.length).toBeLessThan(24);
  });

  it.each([
    [401, 'unauthorised', undefined],
    [403, 'forbidden', 'things: list, watch'],
    [404, 'absent', undefined],
    [429, 'failed', undefined],
    [500, 'failed', undefined],
    [503, 'failed', undefined],
  ])('says %i → %s, keeps trying and recovers', async (status, expected, rule) => {
    let broken = true;
    const collection = new FakeCollection('Thing');
    collection.set(thing('a'));
    const { cache, state, names } = await setUp({
      handler: (request, response, url) =>
        broken ? answerStatus(response, status, 'Reason', 'the server’s words') : collection.handle(request, response, url),
    });
    await eventually(() => state().state === expected);
    expect(state().rule).toBe(rule);
    const refused = status === 401 ? 'the credentials were refused: ' : '';
    expect(state().message).toBe(`${refused}GET /api/v1/things: ${status} Reason: the server’s words`);
    expect(cache.synced).toBe(false);
    broken = false;
    await eventually(() => state().state === 'ok');
    expect(names()).toEqual(['a']);
  });

  it('is forbidden when only the watch is', async () => {
    const collection = new FakeCollection('Thing');
    const { state } = await setUp({
      handler: (request, response, url) =>
        url.searchParams.has('watch') ? answerStatus(response, 403, 'Forbidden', 'no') : collection.handle(request, response, url),
    });
    await eventually(() => state().state === 'forbidden');
  });

  it.each([
    ['twice, as by a kube-apiserver that has just started: nothing is lost', 2, 'ok'],
    ['again and again: the right is gone', Number.POSITIVE_INFINITY, 'forbidden'],
  ])('is refused what was allowed %s', async (_, refusals, expected) => {
    const collection = new FakeCollection('Thing');
    let [refused, given] = [0, false];
    const { state } = await setUp({
      // A right that was never there would be asked for half a minute later.
      tuning: { firstDelayMs: 20, maxDelayMs: 60_000 },
      handler: (request, response, url) =>
        url.searchParams.has('watch') && !given && refused < refusals && ++refused
          ? answerStatus(response, 403, 'Forbidden', 'no')
          : collection.handle(request, response, url),
    });
    await eventually(() => refused >= Math.min(refusals, 3) && state().state === expected);
    given = true;
    await eventually(() => collection.watchers === 1);
  });

  it('waits as long as Retry-After asks', async () => {
    const { server, collection } = await setUp({
      faults: [{ on: 'list', status: 429, headers: { 'retry-after': '1' } }],
    });
    await eventually(() => server.requests.length === 1);
    const before = performance.now();
    await eventually(() => collection.watchers === 1);
    expect(performance.now() - before).toBeGreaterThan(900);
  });

  it.each([
    ['a 200 with a page of a proxy', { on: 'list', body: '<html>Sign in</html>' }, 'not with a list'],
    ['a 200 with nothing', { on: 'list', body: '' }, 'it is empty'],
    ['a list cut inside JSON that ends well', { on: 'list', body: '{"kind":"ThingList","items":[{"meta' }, 'broke off'],
  ] as const)('calls %s failed, not an empty set', async (_name, fault, message) => {
    const { collection, state, names } = await setUp({
      tuning: { firstDelayMs: 300, maxDelayMs: 300 },
      objects: things('a'),
      faults: [fault],
    });
    await eventually(() => state().state === 'failed');
    expect(state().message).toContain(message);
    await eventually(() => collection.watchers === 1);
    expect(names()).toEqual(['a']);
  });

  it('deletes nothing because a list was cut', async () => {
    const { collection, cache, changes, names } = await setUp({ objects: things('a', 'b', 'c') });
    await eventually(() => collection.watchers === 1);
    collection.faults.push(
      { on: 'list', cutAfter: 150 },
      { on: 'list', body: '{"kind":"ThingList","metadata":{"resourceVersion":"9"},"items":[' },
    );
    cache.relist();
    await eventually(() => collection.faults.length === 0 && collection.watchers === 1);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(changes).toHaveLength(3);
  });

  it('takes no half frame for an event', async () => {
    const { collection, names, server } = await setUp();
    await eventually(() => collection.watchers === 1);
    collection.cutWatches('{"type":"ADDED","object":{"metadata":{"name":"ghost","resourceVersion":"99"},"value":1}}');
    await eventually(() => server.requests.length === 3 && collection.watchers === 1);
    expect(names()).toEqual([]);
  });

  it.each(['garbage', '{"type":"ADDED"}', '{"type":"NEW","object":{}}', '{"type":"ADDED","object":'])(
    'lists anew after the line %j',
    async (line) => {
      const { collection, names, state } = await setUp();
      await eventually(() => collection.watchers === 1);
      collection.send(line);
      collection.set(thing('a'));
      await eventually(() => expect(names()).toEqual(['a']));
      await eventually(() => state().state === 'ok' && state().message === undefined);
    },
  );

  describe('a server that does not come to an end', () => {
    const page = (token: string | undefined, items: object[] = []) => ({
      kind: 'ThingList',
      metadata: { resourceVersion: '1', ...(token && { continue: token }) },
      items,
    });
    const drip = (response: ServerResponse, text: string) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      let at = 0;
      const timer = setInterval(() => response.write(text[at++ % text.length]), 5);
      response.on('close', () => clearInterval(timer));
    };

    it.each<[string, (url: URL, response: ServerResponse) => void, Partial<CacheTuning>, RegExp]>([
      [
        'pages without end',
        (url, response) => answer(response, 200, page(String(Number(url.searchParams.get('continue') ?? 0) + 1), [thing('a')])),
        { listLimits: { maxPages: 20 } },
        /the list does not end: 20 pages with 20 objects in \d+ s, and it goes on$/,
      ],
      [
        'objects without end',
        (url, response) => answer(response, 200, page(String(Number(url.searchParams.get('continue') ?? 0) + 1), [thing('a'), thing('b')])),
        { listLimits: { maxItems: 30 } },
        /15 pages with 30 objects/,
      ],
      ['the same page for ever', (_, response) => answer(response, 200, page('again')), {}, /the next page has the token of this one$/],
      [
        'a byte now and then',
        (_, response) => drip(response, '{"kind":"ThingList","metadata":{"resourceVersion":"1"},"items":[]                 '),
        { listLimits: { pageMs: 150 } },
        /: not ended after 0 s, with \d+ bytes$/,
      ],
      [
        'pages for longer than a list may take',
        (url, response) => setTimeout(() => answer(response, 200, page(String(Number(url.searchParams.get('continue') ?? 0) + 1))), 10),
        { listLimits: { wholeMs: 100 } },
        /and it goes on$/,
      ],
    ])('(%s) has failed, and why is told', async (_, respond, tuning, message) => {
      const { state, cache } = await setUp({ handler: (_request, response, url) => respond(url, response), tuning });
      expect(state().state).toBe('pending');
      await eventually(() => expect(state()).toMatchObject({ state: 'failed', message: expect.stringMatching(message) }));
      expect(cache.synced).toBe(false);
    });

    it('(an event that arrives a byte at a time) is told after a while, and the watch is opened anew', async () => {
      let watches = 0;
      const { state } = await setUp({
        tuning: { eventMs: 100, staleAfterMs: 1 },
        handler(_request, response, url) {
          if (!url.searchParams.get('watch')) return answer(response, 200, page(undefined, [thing('a')]));
          watches++;
          drip(response, '{"type":"MODIFIED","object":{"metadata":{"name":"a"}                        ');
        },
      });
      await eventually(() =>
        expect(state()).toMatchObject({ state: 'stale', message: expect.stringMatching(/one event took longer than 0\.1 s to arrive$/) }),
      );
      await eventually(() => watches > 1);
    });
  });

  describe('an object that cannot be read', () => {
    const start = async () => {
      const warnings: string[] = [];
      const log = { ...SILENT, warn: (_fields: object, message: string) => void warnings.push(message) };
      const set = await setUp({ log, objects: [thing('a'), thing('b', 'malformed'), thing('c')] });
      const told: string[] = [];
      set.cache.onUnreadable((key, why) => void told.push(`${key} ${why ?? 'gone'}`));
      await eventually(() => set.collection.watchers === 1);
      told.length = 0;
      const removed = () => set.changes.filter(({ type }) => type === 'deleted').map(({ key }) => key);
      return { ...set, warnings, told, removed };
    };

    it('is neither what it was nor gone: it is there, and why it cannot be read is known', async () => {
      const { collection, cache, names, told, removed } = await start();
      expect([names(), [...cache.unreadable]]).toEqual([['a', 'c'], [['b', 'value is malformed']]]);
      collection.set(thing('a', 'malformed'));
      collection.set(thing('d'));
      await eventually(() => expect(names()).toEqual(['c', 'd']));
      expect([...cache.unreadable.keys()]).toEqual(['b', 'a']);
      expect([cache.get('a'), cache.size, removed(), told]).toEqual([undefined, 2, [], ['a value is malformed']]);
    });

    it('is an object again when it can be read, as modified when it was one before', async () => {
      const { collection, cache, names, changes } = await start();
      collection.set(thing('a', 'malformed'));
      await eventually(() => cache.unreadable.has('a'));
      changes.length = 0;
      collection.set(thing('a', 'new'));
      collection.set(thing('b'));
      await eventually(() => expect(names()).toEqual(['a', 'b', 'c']));
      expect(cache.unreadable.size).toBe(0);
      expect(changes.map(({ type, key }) => `${type} ${key}`)).toEqual(['modified a', 'added b']);
    });

    it('is gone when it is deleted, or when a new list does not hold it', async () => {
      const { collection, cache, told, removed } = await start();
      collection.set(thing('a', 'malformed'));
      await eventually(() => cache.unreadable.has('a'));
      collection.delete('b');
      await eventually(() => !cache.unreadable.has('b'));
      collection.forget();
      collection.objects.delete('a');
      collection.cutWatches();
      await eventually(() => cache.unreadable.size === 0);
      expect([told, removed()]).toEqual([['a value is malformed', 'b gone'], ['a']]);
    });

    it('is named in the message, logged once and counted each time', async () => {
      const { collection, state, warnings } = await start();
      expect(state()).toMatchObject({
        state: 'ok',
        message: 'things b: cannot be read, so nothing is known of it: value is malformed',
        refused: 1,
      });
      collection.set(thing('a', 'malformed'));
      await eventually(() => expect(state()).toMatchObject({ message: expect.stringContaining('(and 1 more objects)'), refused: 2 }));
      expect(warnings).toEqual([expect.stringContaining('value is malformed')]);
      collection.delete('a');
      collection.set(thing('b'));
      await eventually(() => expect(state().message).toBeUndefined());
      expect(state().refused).toBe(2);
    });
  });

  it('drops what the projection does not keep', async () => {
    const { collection, names, changes } = await setUp({
      objects: [thing('a'), thing('b', 'dropped')],
    });
    await eventually(() => collection.watchers === 1);
    expect(names()).toEqual(['a']);
    collection.set(thing('a', 'dropped'));
    await eventually(() => changes.length === 2);
    expect(changes[1]).toMatchObject({ type: 'deleted', key: 'a' });
  });

  it('notices a half-open connection by silence, sooner once the server has sent bookmarks', async () => {
    const { collection, server, names } = await setUp({ tuning: { bookmarkIdleMs: 150 } });
    await eventually(() => collection.watchers === 1);
    collection.bookmark();
    // From here on the watch is silent, although objects change: the fake forgets its watchers without closing them.
    await eventually(() => server.requests.filter((request) => request.includes('watch=1')).length >= 2);
    collection.set(thing('a'));
    await eventually(() => expect(names()).toEqual(['a']));
  });

  it('lives through a restart of the server and loses nothing', async () => {
    const { collection, server, state, names, changes } = await setUp({
      tuning: { staleAfterMs: 50 },
      objects: things('a', 'b'),
    });
    await eventually(() => collection.watchers === 1);
    await server.stop();
    await eventually(() => state().state === 'stale');
    expect(names()).toEqual(['a', 'b']);
    expect(changes).toHaveLength(2);
    collection.delete('a');
    collection.set(thing('c'));
    await server.start();
    await eventually(() => expect(names()).toEqual(['b', 'c']));
    await eventually(() => state().state === 'ok');
  });

  it('logs one line when trouble begins and one when it ends', async () => {
    const lines: string[] = [];
    const log = {
      ...SILENT,
      warn: (_: object, message: string) => void lines.push(message),
      info: (_: object, message: string) => void lines.push(message),
    };
    let broken = true;
    const collection = new FakeCollection('Thing');
    const { server, state } = await setUp({
      log,
      handler: (request, response, url) =>
        broken ? answerStatus(response, 500, 'InternalError', 'x') : collection.handle(request, response, url),
    });
    await eventually(() => server.requests.length > 4);
    broken = false;
    await eventually(() => state().state === 'ok');
    await eventually(() => lines.length === 2);
    expect(lines).toEqual(['GET /api/v1/things: 500 InternalError: x', '/api/v1/things is watched again']);
  });

  it.each([
    [{}, ['GET /api/v1/things: 403 Forbidden: fault 403']],
    [{ optional: true }, []],
  ])('warns of a refusal, unless the resource is optional: %o', async (spec, warnings) => {
    const lines: string[] = [];
    const log = { ...SILENT, warn: (_: object, line: string) => void lines.push(line) };
    const { state } = await setUp({ spec, log, faults: [{ on: 'list', status: 403, reason: 'Forbidden' }] });
    await eventually(() => state().state === 'forbidden');
    expect(lines).toEqual(warnings);
  });

  it('logs nothing for a watch that is cut and resumed, and once for all resources of a server that is gone', async () => {
    const lines: string[] = [];
    const log = {
      ...SILENT,
      warn: (_: object, message: string) => void lines.push(message),
      info: (_: object, message: string) => void lines.push(message),
    };
    const collection = new FakeCollection('Thing');
    const server = await startKubeServer(collection.handle);
    const client = createKubeClient(server.kubeConfig, { log });
    const controller = new AbortController();
    closers.push(
      () => server.stop(),
      () => client.close(),
      () => controller.abort(),
    );
    const caches = ['one', 'two', 'three'].map((name) =>
      createResourceCache(client, { ...SPEC, path: `/api/v1/${name}` }, { clock: Date.now, log, tuning: FAST }),
    );
    for (const cache of caches) cache.start(controller.signal);
    await eventually(() => collection.watchers === 3);
    server.cut();
    await eventually(() => server.requests.length >= 9 && caches.every((cache) => cache.status(Date.now()).message === undefined));
    expect(lines).toEqual([]);
    await server.stop();
    await eventually(() => caches.every((cache) => cache.status(Date.now()).message?.includes('ECONNREFUSED')));
    await server.start();
    await eventually(() => caches.every((cache) => cache.status(Date.now()).message === undefined));
    expect(lines).toEqual([expect.stringMatching(/^GET \/api\/v1\/\w+: connect ECONNREFUSED/), expect.stringMatching(/is watched again$/)]);
  });

  it('does not wait its time out when another request finds the server back', async () => {
    const { collection, server, client, state } = await setUp({ tuning: { firstDelayMs: 600_000, maxDelayMs: 600_000, spreadMs: 10 } });
    await eventually(() => collection.watchers === 1);
    await server.stop();
    await eventually(() => state().message !== undefined);
    await server.start();
    // Its first wait began with the cut, before anything showed that nobody listens any more.
    await client.request('/version').catch(() => {});
    await eventually(() => collection.watchers === 1);
  });

  it('is not woken again and again when just its own watches are cut, while others are answered', async () => {
    const collection = new FakeCollection('Thing');
    const { client, server } = await setUp({
      tuning: { firstDelayMs: 600_000, maxDelayMs: 600_000, spreadMs: 0, shortestWatchMs: 60_000 },
      handler(request, response, url) {
        if (!url.searchParams.has('watch')) return collection.handle(request, response, url);
        response.writeHead(200).flushHeaders();
        setImmediate(() => response.destroy());
      },
    });
    const watches = () => server.requests.filter((request) => request.includes('watch=1')).length;
    for (let times = 0; times < 200 || watches() < 2; times += 1) await client.request('/version');
    expect(watches()).toBe(2);
  });

  it.each([
    ['a cut', (collection: FakeCollection) => collection.cutWatches()],
    [
      'a 410',
      (collection: FakeCollection) => {
        collection.forget();
        collection.send(JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } }));
      },
    ],
  ])('does not wait after %s for what happened before', async (_, end) => {
    const failures = 14;
    const { cache, collection, server } = await setUp({
      tuning: { firstDelayMs: 20, maxDelayMs: 1_800_000, excuseMs: 0 },
      faults: Array.from({ length: failures }, () => ({ on: 'list', status: 500 })),
    });
    for (let failed = 1; failed <= failures; failed += 1) {
      await eventually(() => server.requests.length >= failed);
      // By now the back-off is minutes long; relist() does not wait for it.
      await eventually(() => cache.status(Date.now()).state === 'failed');
      cache.relist();
    }
    await eventually(() => collection.watchers === 1);
    const before = server.requests.length;
    end(collection);
    await eventually(() => server.requests.length > before && collection.watchers === 1);
    expect(collection.watchers).toBe(1);
  });

  it('keeps the other listeners when one fails', async () => {
    const { cache, collection, changes } = await setUp();
    cache.subscribe(() => {
      throw new Error('listener');
    });
    await eventually(() => collection.watchers === 1);
    collection.set(thing('a'));
    collection.set(thing('b'));
    await eventually(() => changes.length === 2);
  });

  it('asks for metadata only, and reads only the fields, where the spec says so', async () => {
    const accepts: unknown[] = [];
    const seen: unknown[] = [];
    const collection = new FakeCollection('Thing');
    collection.set({ ...thing('a'), junk: { deep: [1, 2] } });
    await setUp({
      spec: {
        metadataOnly: true,
        fields: { value: true },
        project(raw) {
          seen.push(raw);
          return undefined;
        },
      },
      handler(request, response, url) {
        accepts.push(request.headers.accept);
        collection.handle(request, response, url);
      },
    });
    await eventually(() => collection.watchers === 1);
    expect(accepts).toEqual([
      expect.stringMatching(/^application\/json;as=PartialObjectMetadataList;/),
      expect.stringMatching(/^application\/json;as=PartialObjectMetadata;/),
    ]);
    expect(seen).toEqual([{ metadata: { name: 'a', uid: 'uid-a', resourceVersion: '2' }, value: 1 }]);
  });

  it('stops for good when the signal aborts', async () => {
    const { collection, controller, server } = await setUp();
    await eventually(() => collection.watchers === 1);
    controller.abort();
    await eventually(() => collection.watchers === 0);
    const requests = server.requests.length;
    await passes(5000);
    expect(server.requests).toHaveLength(requests);
  });

  it.each<[string, (c: FakeCollection) => unknown, Record<string, number>]>([
    ['an older state', (c) => [c.set(thing('a', 2)), c.set(thing('a', 3))], { a: 3, b: 1 }],
    ['an object from before its end', (c) => [c.set(thing('a', 2)), c.delete('a')], { b: 1 }],
    ['the end of an object that was made anew', (c) => [c.delete('a'), c.set(thing('a', 4))], { a: 4, b: 1 }],
  ])('takes no event that comes after newer ones, and lists anew: %s', async (_, happens, truth) => {
    const { collection, server, values, changes } = await setUp({ objects: things('a', 'b') });
    await eventually(() => collection.watchers === 1);
    happens(collection);
    await eventually(() => expect(values()).toEqual(truth));
    const told = changes.length;
    collection.repeat(2);
    const lists = () => server.requests.filter((request) => !request.includes('watch=1')).length;
    await eventually(() => lists() === 2 && collection.watchers === 1);
    expect(values()).toEqual(truth);
    expect(changes).toHaveLength(told);
  });

  it('lists anew where an event comes that a bookmark was sent after', async () => {
    const { collection, server, values } = await setUp({ objects: things('a') });
    await eventually(() => collection.watchers === 1);
    collection.send(JSON.stringify({ type: 'BOOKMARK', object: { kind: collection.kind, metadata: { resourceVersion: '900' } } }));
    collection.set(thing('a', 2));
    const lists = () => server.requests.filter((request) => !request.includes('watch=1')).length;
    await eventually(() => lists() === 2 && collection.watchers === 1);
    expect(values()).toEqual({ a: 2 });
  });

  it('takes the same event twice, and lists nothing', async () => {
    const { collection, server, values, names } = await setUp({ objects: things('a') });
    await eventually(() => collection.watchers === 1);
    collection.set(thing('a', 2));
    collection.repeat();
    collection.set(thing('b'));
    await eventually(() => names().length === 2);
    expect(values()).toEqual({ a: 2, b: 1 });
    expect(server.requests.filter((request) => !request.includes('watch=1'))).toHaveLength(1);
  });

  it('ends with the true set after any disconnects, 410s, duplicates, disorder and garbage', async () => {
    type Step = (c: FakeCollection) => unknown;
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const step: fc.Arbitrary<Step> = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(name, fc.nat(9)).map(
          ([n, v]): Step =>
            (c) =>
              c.set(thing(n, v)),
        ),
      },
      {
        weight: 3,
        arbitrary: name.map(
          (n): Step =>
            (c) =>
              c.delete(n),
        ),
      },
      fc.constantFrom<Step>(
        (c) => c.endWatches(),
        (c) => c.cutWatches(),
        (c) => c.cutWatches('{"type":"ADDED","object":{"metadata":{"name":"ghost"'),
        (c) => c.forget(),
        (c) => c.repeat(),
        (c) => c.repeat(5),
        (c) => c.bookmark(),
        (c) => c.send('garbage'),
        (c) => c.faults.push({ on: 'watch', status: 410 }),
        (c) => c.faults.push({ on: 'watch', event: 410 }),
        (c) => c.faults.push({ on: 'watch', event: 500 }),
        (c) => c.faults.push({ on: 'watch', cutAfter: 70 }),
        (c) => c.faults.push({ on: 'list', cutAfter: 120 }),
        (c) => c.faults.push({ on: 'list', status: 503 }),
        (c) => c.faults.push({ on: 'list', status: 410 }),
        (c) => c.faults.push({ on: 'list', body: '{"kind":"ThingList","metadata":{' }),
        // Lets the requests under way happen between two steps.
        () => passes(3),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { collection, values, changes, controller, server } = await setUp({
          tuning: { pageSize: 2, firstDelayMs: 1, maxDelayMs: 4, bookmarkIdleMs: 1_000 },
        });
        for (const apply of steps) await apply(collection);
        const truth = Object.fromEntries([...collection.objects.values()].map((object) => [object.metadata.name, object.value]));
        await eventually(() => expect(values()).toEqual(truth));
        // Who only listened to the changes knows the same set.
        const heard = new Map<string, unknown>();
        for (const { type, key, object } of changes) type === 'deleted' ? heard.delete(key) : heard.set(key, object.value);
        expect(Object.fromEntries(heard)).toEqual(truth);
        controller.abort();
        await server.stop();
      }),
      { numRuns: 60 },
    );
  });
});

describe('answers for tests', () => {
  it('are what a handler writes', async () => {
    const { state } = await setUp({ handler: (_request, response) => answer(response, 200, 'null') });
    await eventually(() => state().state === 'failed');
  });
});
