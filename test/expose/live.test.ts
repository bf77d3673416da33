import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { createExposition } from '../../src/expose/exposition.ts';
import { changesOf, createLivePages, type LivePages, MOST_STREAMS } from '../../src/expose/live/live-pages.ts';
import type { Message } from '../../src/expose/live/stream.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import type { LivePage } from '../../src/expose/page/regions.ts';
import { createWebServer, type WebServer, type WebServerOptions } from '../../src/expose/server.ts';
import type { ExporterView } from '../../src/expose/view.ts';
import { MemoryBook } from '../../src/incidents/book.ts';
import { incident, open } from '../incidents/incident.ts';
import { eventually } from '../support/eventually.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';
import { diagnosis, viewOf } from './view.ts';

const NAMES = ['v1.buoys.example.com', 'v1.tides.example.com'];
const viewAt = (time: number, failing: readonly string[] = [], names = NAMES): ExporterView =>
  viewOf(healthySnapshot({ time, apis: names.map((name) => healthyApi({ name })) }), {
    diagnoses: failing.map((apiservice) => diagnosis({ apiservice })),
  });

const servers: WebServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(differs: Partial<WebServerOptions> = {}) {
  let view: ExporterView | undefined = viewAt(NOW);
  const server = await createWebServer({
    exposition: createExposition({ signals: [] }),
    view: () => view,
    listenAddresses: ['127.0.0.1:0'],
    version: '1',
    log: { info() {}, warn() {}, error() {} },
    ...differs,
  });
  servers.push(server);
  server.published();
  return {
    base: server.urls[0]!,
    server,
    show: (next: ExporterView) => {
      view = next;
      server.published();
    },
  };
}

interface Reader {
  readonly messages: Message[];
  readonly response: IncomingMessage;
  readonly ended: () => boolean;
  leave(): void;
}

async function follow(base: URL, path = `/live?page=/&at=${NOW}`, headers = {}): Promise<Reader> {
  const sent = request({ host: base.hostname, port: base.port, path, headers, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  sent.on('error', () => {});
  let rest = '';
  let ended = false;
  const messages: Message[] = [];
  response.on('data', (chunk: Buffer) => {
    rest += chunk.toString();
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      messages.push(JSON.parse(rest.slice(rest.indexOf('data: ') + 6, end)) as Message);
      rest = rest.slice(end + 2);
    }
  });
  response.on('close', () => {
    ended = true;
  });
  response.on('error', () => {});
  onTestFinished(() => void sent.destroy());
  return { messages, response, ended: () => ended, leave: () => sent.destroy() };
}

describe('a page that is followed', () => {
  it('is sent nothing but the time while nothing changes', async () => {
    const { base, show } = await serve();
    const reader = await follow(base);
    show(viewAt(NOW + 10_000));
    await eventually(() => expect(reader.messages).toHaveLength(2));
    expect(reader.messages).toEqual([{ at: NOW }, { at: NOW + 10_000 }]);
    expect(reader.response.headers['content-type']).toBe('text/event-stream');
  });

  it('is sent the row that changed, and not the other', async () => {
    const { base, show } = await serve();
    const reader = await follow(base);
    show(viewAt(NOW + 10_000, ['v1.tides.example.com']));
    await eventually(() => expect(reader.messages).toHaveLength(2));
    const [, { set, order, title }] = reader.messages as [Message, Message];
    expect(Object.keys(set ?? {})).toEqual(['summary', 'api-v1.tides.example.com']);
    expect(set?.['api-v1.tides.example.com']).toMatch(/^<tr id="api-v1.tides.example.com"[\s\S]*✕ failing[\s\S]*<\/tr>$/);
    expect(order).toEqual({ rows: ['api-v1.tides.example.com', 'api-v1.buoys.example.com'] });
    expect(title).toBe('(1) Aggregated APIs');
  });

  it('costs less than 3 KB a tick in which one API of 200 begins to fail', () => {
    const names = Array.from({ length: 200 }, (_, i) => `v1.quay-${i}.example.com`);
    const pages = [[], ['v1.quay-150.example.com']].map((failing, i) =>
      renderFleetPage(viewAt(NOW + i * 10_000, failing, names), { version: '1' }),
    );
    const { order, ...rest } = changesOf(pages[0], pages[1]!);
    expect(JSON.stringify(rest).length).toBeLessThan(3000);
    expect(order?.['rows']?.[0]).toBe('api-v1.quay-150.example.com');
  });

  it('is sent a new row, and the order without one that is gone', async () => {
    const { base, show } = await serve();
    const reader = await follow(base);
    show(viewAt(NOW + 10_000, [], ['v1.tides.example.com', 'v1.wharfs.example.com']));
    await eventually(() => expect(reader.messages).toHaveLength(2));
    expect(reader.messages[1]?.set).toHaveProperty(['api-v1.wharfs.example.com']);
    expect(reader.messages[1]?.order).toEqual({ rows: ['api-v1.tides.example.com', 'api-v1.wharfs.example.com'] });
  });

  it('of one API says when it is gone', async () => {
    const { base, show } = await serve();
    const reader = await follow(base, `/live?page=${encodeURIComponent('/apis/v1.tides.example.com')}&at=${NOW}`);
    show(viewAt(NOW + 10_000, [], ['v1.buoys.example.com']));
    await eventually(() => expect(reader.messages.at(-1)).toEqual({ gone: true }));
  });

  it('has the links of a path that people see it under', async () => {
    const { base, show } = await serve({ externalUrl: 'https://ops.example.com/watch' });
    const reader = await follow(base);
    show(viewAt(NOW + 10_000, ['v1.tides.example.com']));
    await eventually(() => expect(reader.messages).toHaveLength(2));
    expect(reader.messages[1]?.set?.['api-v1.tides.example.com']).toContain('href="/watch/apis/v1.tides.example.com"');
  });

  it.each([
    ['shows an older tick', `at=${NOW - 10_000}`, {}, { behind: true }],
    ['says nothing of its tick', '', {}, { behind: true }],
    ['comes back with the newest', 'at=1', { 'last-event-id': String(NOW) }, { at: NOW }],
    ['comes back with an older one', `at=${NOW}`, { 'last-event-id': '1' }, { behind: true }],
  ])('and %s is told so', async (_, query, headers, expected) => {
    const { base } = await serve();
    const reader = await follow(base, `/live?page=/&${query}`, headers);
    await eventually(() => expect(reader.messages).toEqual([expected]));
  });

  it.each(['/live', '/live?page=/metrics', '/live?page=/apis/none', '/live?page=/apis/%E0%A4%A', '/live?page[]=/'])(
    'that is none, %s, is 404',
    async (path) => {
      const { base } = await serve();
      expect((await follow(base, path)).response.statusCode).toBe(404);
    },
  );
});

describe('pages of incidents that are followed', () => {
  const bookOf = (...incidents: Incident[]) => {
    const book = new MemoryBook({ maxBytes: 2 ** 20, keepSeconds: 86_400 });
    for (const one of incidents) book.put(one);
    return book;
  };
  const pageOf = (path: string) => `/live?page=${encodeURIComponent(path)}&at=${NOW}`;
  const GOES_ON = open({ lastFailing: NOW / 1000 });

  it('the list is sent the row of one that begins, first, and not the other', async () => {
    const book = bookOf(incident());
    const { base, show } = await serve({ incidents: book });
    const reader = await follow(base, pageOf('/incidents'));
    book.put(open({ id: '20260105t100000z-v1.docks.example.com', began: incident().began + 3600 }));
    show(viewAt(NOW + 10_000));
    await eventually(() => expect(reader.messages).toHaveLength(2));
    expect(Object.keys(reader.messages[1]?.set ?? {})).toEqual(['i-20260105t100000z-v1.docks.example.com']);
    expect(reader.messages[1]?.order).toEqual({ incidents: ['i-20260105t100000z-v1.docks.example.com', `i-${incident().id}`] });
    expect(reader.messages[1]?.title).toBe('(1) Incidents');
  });

  it('the list of one API hears nothing of another', async () => {
    const book = bookOf(incident());
    const { base, show } = await serve({ incidents: book });
    const reader = await follow(base, pageOf(`/incidents?apiservice=${incident().apiservice}`));
    book.put(open({ id: '20260105t100000z-v1.docks.example.com', apiservice: 'v1.docks.example.com' }));
    show(viewAt(NOW + 10_000));
    await eventually(() => expect(reader.messages).toEqual([{ at: NOW }, { at: NOW + 10_000 }]));
  });

  it('one is sent its end, and what coincides with it', async () => {
    const book = bookOf(GOES_ON);
    const { base, show } = await serve({ incidents: book });
    const reader = await follow(base, pageOf(`/incidents/${GOES_ON.id}`));
    book.put(incident());
    show(viewAt(NOW + 10_000));
    await eventually(() => expect(reader.messages).toHaveLength(2));
    const { set = {}, title } = reader.messages[1]!;
    expect(title).toBe('✓ ended Incident of v1.tides.example.com');
    expect(set['verdict']).toContain('✓ ended');
    expect(set['end']).toContain('image changed back');
    expect(set).not.toHaveProperty('asked');
  });

  it('one that ended is sent nothing but the time', async () => {
    const { base, show } = await serve({ incidents: bookOf(incident()) });
    const reader = await follow(base, pageOf(`/incidents/${incident().id}`));
    show(viewAt(NOW + 600_000));
    await eventually(() => expect(reader.messages).toEqual([{ at: NOW }, { at: NOW + 600_000 }]));
  });

  it('one that is forgotten is gone', async () => {
    const book = bookOf(incident());
    const { base, show } = await serve({ incidents: book });
    const reader = await follow(base, pageOf(`/incidents/${incident().id}`));
    book.expire(NOW / 1000 + 100 * 86_400);
    show(viewAt(NOW + 10_000));
    await eventually(() => expect(reader.messages.at(-1)).toEqual({ gone: true }));
  });

  it.each(['/incidents/none', '/incidents?since=yesterday', '/incidents/%E0%A4%A'])('%s is 404', async (path) => {
    const { base } = await serve({ incidents: bookOf(incident()) });
    expect((await follow(base, pageOf(path))).response.statusCode).toBe(404);
  });
});

describe('streams', () => {
  it('are as many as there may be; who leaves makes room', async () => {
    const { base } = await serve();
    const readers = await Promise.all(Array.from({ length: MOST_STREAMS }, () => follow(base)));
    const refused = await follow(base);
    expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([503, '60']);
    readers[0]!.leave();
    await expect.poll(async () => (await follow(base)).response.statusCode).toBe(200);
  });

  it('end at once when the server closes', async () => {
    const { base, server } = await serve();
    const reader = await follow(base);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(1500);
    await eventually(() => expect(reader.ended()).toBe(true));
  });
});

/** The pages of a server of our own, whose every answer is a stream. */
async function bare(differs: { readonly beatMs?: number; readonly lifeMs?: number }, render: () => LivePage | undefined) {
  const live: LivePages = createLivePages({ render, ...differs });
  const server = createServer((_request, response) => live.follow('/', NOW, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    live.close();
    server.closeAllConnections();
    server.close();
  });
  return { live, base: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

const pageWith = (at: number, content: string): LivePage => ({
  title: '',
  document: '',
  at,
  regions: new Map([['x', content]]),
  lists: new Map(),
});

describe('a stream', () => {
  it('beats while nothing happens', async () => {
    const { base } = await bare({ beatMs: 60 }, () => pageWith(NOW, ''));
    const reader = await follow(base);
    await eventually(() => expect(reader.messages.length).toBeGreaterThan(2));
    expect(reader.messages.every(({ at, set }) => at === NOW && set === undefined)).toBe(true);
  });

  it('ends after its time, so that who may read is asked anew', async () => {
    const { base, live } = await bare({ lifeMs: 60 }, () => pageWith(NOW, ''));
    const reader = await follow(base);
    await eventually(() => expect(reader.ended()).toBe(true));
    expect(live.streams).toBe(0);
  });

  it('of a reader that does not read holds one message, and tells it to fetch the page when it reads again', async () => {
    const size = 4 * 2 ** 20;
    let at = NOW;
    const { base, live } = await bare({ beatMs: 60_000 }, () => pageWith(at, `${'x'.repeat(size)}${at}`));
    const reader = await follow(base);
    await eventually(() => expect(reader.messages).toHaveLength(1));
    reader.response.pause();
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    for (let i = 0; i < 50; i++) {
      at += 1000;
      live.publish();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before;
    // 50 messages were 200 MiB; strings that wait for the collector are a part of what is counted.
    expect(grown).toBeLessThan(100 * 2 ** 20);
    reader.response.resume();
    await eventually(() => {
      live.publish();
      expect(reader.messages.some(({ behind }) => behind)).toBe(true);
    });
    expect(reader.messages.filter(({ set }) => set).length).toBeLessThan(10);
  });
});

it('a page is compressed where the reader takes it', async () => {
  const { base } = await serve();
  const sent = request({ host: base.hostname, port: base.port, path: '/', headers: { 'accept-encoding': 'gzip' }, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  expect(response.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(Buffer.concat(chunks)).toString()).toContain('v1.tides.example.com');
});

it('an API that is not watched has a page that leads on', async () => {
  const { base } = await serve();
  const answer = await fetch(new URL('/apis/v1.none.example.com', base));
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('v1.none.example.com is not watched');
});

it.each(['/apis/v1.tides.example.com', '/apis/apis/v1.tides.example.com'])(
  'behind a proxy whose path is /apis, %s is the page of an API',
  async (path) => {
    const { base } = await serve({ externalUrl: 'https://ops.example.com/apis' });
    expect((await fetch(new URL(path, base))).status).toBe(200);
  },
);
