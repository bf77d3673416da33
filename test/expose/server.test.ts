import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createExposition } from '../../src/expose/exposition.ts';
import { createWebServer, type WebServer, type WebServerOptions } from '../../src/expose/server.ts';
import type { ExporterView } from '../../src/expose/view.ts';
import { eventually } from '../support/eventually.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';
import { familyOf } from './parse-exposition.ts';
import { diagnosis, viewOf } from './view.ts';

const QUIET = { info() {}, warn() {}, error() {} };
const opened: WebServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function serve(view: ExporterView | undefined, differs: Partial<WebServerOptions> = {}) {
  const exposition = createExposition({ signals: [], ...(differs.waiting && { waiting: differs.waiting }) });
  if (view) exposition.update(view);
  const server = await createWebServer({
    exposition,
    view: () => view,
    listenAddresses: ['127.0.0.1:0'],
    version: '1.2.3',
    log: QUIET,
    ...differs,
  });
  opened.push(server);
  return server.urls[0]!;
}

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(base: URL, path: string, { method = 'GET', headers = {} } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: base.hostname, port: base.port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

const FAILING = viewOf(healthySnapshot({ apis: [healthyApi(), healthyApi({ name: 'v1.buoys.example.com' })] }), {
  diagnoses: [diagnosis()],
});

describe('behind a reverse proxy', () => {
  const behind = (externalUrl: string) => serve(FAILING, { externalUrl, runbook: (cause) => `<p>${cause}</p>` });
  const linksOf = (body: string) => [...new Set([...body.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link!))];

  it.each(['https://ops.example.com/apis', 'https://ops.example.com/apis/'])(
    'every link of the pages begins with the path of %s',
    async (url) => {
      const base = await behind(url);
      for (const path of ['/', '/runbooks/panic']) {
        const links = linksOf((await get(base, path)).body);
        expect(links.length).toBeGreaterThan(0);
        expect(links.filter((link) => !link.startsWith('/apis/'))).toEqual([]);
      }
    },
  );

  it.each([
    ['/apis', 200],
    ['/apis/', 200],
    ['/apis/?x=/apis/', 200],
    ['/apis/metrics', 200],
    ['/apis/-/healthy', 200],
    ['/apis/api/v1/diagnoses?apiservice=v1.buoys.example.com', 200],
    ['/metrics', 200],
    ['/apisome/metrics', 404],
    ['/apis/apis/metrics', 404],
  ])('a proxy that leaves the path and one that takes it away are answered alike: %s is %i', async (path, status) => {
    expect((await get(await behind('https://ops.example.com/apis'), path)).status).toBe(status);
  });

  it('is asked for by its name over loopback', async () => {
    const asked = (host: string) => behind('https://ops.example.com/apis').then((base) => get(base, '/', { headers: { host } }));
    expect((await asked('ops.example.com')).status).toBe(200);
    expect((await asked('elsewhere.example.com')).status).toBe(421);
  });

  it('links stay as they are without a path', async () => {
    expect(linksOf((await get(await behind('https://ops.example.com'), '/')).body)).toContain('/metrics');
  });
});

describe('before the first tick', () => {
  it.each<[string, number, RegExp]>([
    ['/-/healthy', 200, /^healthy/],
    ['/-/ready', 503, /waiting for the first tick/],
    ['/metrics', 200, /^# HELP/],
    ['/', 200, /Waiting for the first answers/],
    ['/api/v1/diagnoses', 503, /waiting for the first tick/],
    ['/api/v1/status', 200, /"ready":false/],
  ])('%s is answered with %i', async (path, status, body) => {
    const got = await get(await serve(undefined), path);
    expect(got.status).toBe(status);
    expect(got.body).toMatch(body);
  });

  describe('of a server that nobody answers for', () => {
    const message = 'GET /apis/apiregistration.k8s.io/v1/apiservices: connect ECONNREFUSED 192.0.2.2:6443';
    const waiting = () => ({
      time: NOW,
      sources: [
        { source: 'api-services', state: 'failed', message },
        { source: 'probes', state: 'pending' },
        { source: 'logs', state: 'disabled' },
      ] as const,
    });

    it('the page says what stands in the way, and that nothing is known', async () => {
      const { body } = await get(await serve(undefined, { waiting }), '/');
      expect(body).toMatch(/APIServices are not visible/);
      expect(body).toContain(message);
      expect(body).toMatch(/Nothing is known of any aggregated API/);
      expect(body).toMatch(/probes.*pending/s);
    });

    it('/metrics holds the sources and nothing of any API', async () => {
      const { body } = await get(await serve(undefined, { waiting }), '/metrics');
      expect(familyOf(body, 'aggregated_api_exporter_source_up')).toEqual({ 'source="api-services"': 0, 'source="probes"': 0 });
      expect(body).not.toMatch(/^aggregated_api_exporter_(apis|last_tick)/m);
    });

    it('/api/v1/status and /api/v1/diagnoses name them too; health says nothing of the cluster', async () => {
      const base = await serve(undefined, { waiting });
      expect(JSON.parse((await get(base, '/api/v1/status')).body)).toMatchObject({
        ready: false,
        targets: [],
        sources: [{ source: 'api-services', state: 'failed', message }, { source: 'probes' }, { source: 'logs' }],
      });
      expect(JSON.parse((await get(base, '/api/v1/diagnoses')).body).error).toBe(
        `waiting for the first tick; api-services failed: ${message}; probes has not answered yet`,
      );
      expect((await get(base, '/-/ready')).body).toBe('waiting for the first tick\n');
    });
  });
});

describe('after it', () => {
  it.each<[string, number, RegExp, RegExp]>([
    ['/-/healthy', 200, /^text\/plain/, /^healthy/],
    ['/-/ready', 200, /^text\/plain/, /^ready/],
    ['/', 200, /^text\/html; charset=utf-8/, /The backend is killed for its memory/],
    [
      '/metrics',
      200,
      /^text\/plain; version=0\.0\.4; charset=utf-8$/,
      /^aggregated_api_probes_total\{apiservice="v1\.tides\.example\.com",vantage="service",request="discovery"\} 360$/m,
    ],
    ['/api/v1/diagnoses', 200, /^application\/json/, /"schema":"aggregated-api-exporter\/diagnoses\/v1"/],
    ['/api/v1/status', 200, /^application\/json/, /"version":"1\.2\.3"/],
    ['/api/v1/status', 200, /^application\/json/, /"systemEvents":\[\]/],
    ['/nowhere', 404, /^text\/plain/, /^not found/],
    ['/runbooks/out-of-memory-killed', 404, /^text\/plain/, /^no runbook/],
    ['/%E0%A4%A', 404, /^text\/plain/, /not found/],
    ['/runbooks/%E0%A4%A', 400, /^text\/plain/, /^bad request/],
  ])('%s is answered with %i', async (path, status, type, body) => {
    const got = await get(await serve(FAILING), path);
    expect(got.status).toBe(status);
    expect(got.headers['content-type']).toMatch(type);
    expect(got.body).toMatch(body);
  });

  it.each([
    ['', ['v1.tides.example.com']],
    ['?apiservice=v1.tides.example.com', ['v1.tides.example.com']],
    ['?apiservice=v1.buoys.example.com', []],
    ['?apiservice=v1.buoys.example.com&apiservice=v1.tides.example.com', ['v1.tides.example.com']],
  ])('/api/v1/diagnoses%s lists %j', async (query, expected) => {
    const { body } = await get(await serve(FAILING), `/api/v1/diagnoses${query}`);
    expect(JSON.parse(body).diagnoses.map((d: { apiservice: string }) => d.apiservice)).toEqual(expected);
  });

  it('says of an API that it does not watch that it does not', async () => {
    const got = await get(await serve(FAILING), '/api/v1/diagnoses?apiservice=v1.nothing.example.com');
    expect([got.status, JSON.parse(got.body)]).toEqual([404, { error: 'not watched: v1.nothing.example.com' }]);
  });

  it.each([
    ['a page', '<!doctype html><p>whole', /^<!doctype html><p>whole$/],
    ['a fragment, framed', '<p>part</p>', /<article class="card"><p>part<\/p><\/article>/],
  ])('shows a runbook that is %s', async (_, html, expected) => {
    const url = await serve(FAILING, { runbook: (cause) => (cause === 'dns-failing' ? html : undefined) });
    expect((await get(url, '/runbooks/dns-failing')).body).toMatch(expected);
    expect((await get(url, '/runbooks/other')).status).toBe(404);
  });
});

describe('/metrics', () => {
  it.each([
    [undefined, 'text/plain; version=0.0.4; charset=utf-8'],
    ['*/*', 'text/plain; version=0.0.4; charset=utf-8'],
    ['text/html', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text', 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    [
      'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    ],
    ['application/openmetrics-text;version=2.0.0,text/plain;version=0.0.4;q=0.5', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.5', 'text/plain; version=0.0.4; charset=utf-8'],
    [
      'application/vnd.google.protobuf;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;q=0.2',
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.7,text/plain;version=1.0.0;escaping=underscores;q=0.5',
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=values;q=0.7,text/plain;version=1.0.0;escaping=values;q=0.5',
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=values',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=dots;q=0.7,text/plain;version=1.0.0;escaping=dots;q=0.5',
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=made up;q=0.7,text/plain;version=1.0.0;escaping=made up;q=0.5',
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    ],
    ['text/plain;version=1.0.0;escaping=allow-utf-8;q=0.7,*/*;q=0.6', 'text/plain; version=0.0.4; charset=utf-8'],
    ['application/openmetrics-text;q=0', 'text/plain; version=0.0.4; charset=utf-8'],
  ])('for Accept %s is %s', async (accept, expected) => {
    const got = await get(await serve(FAILING), '/metrics', { headers: accept === undefined ? {} : { accept } });
    expect(got.headers['content-type']).toBe(expected);
    expect(got.body.endsWith('# EOF\n')).toBe(expected.includes('openmetrics'));
  });

  it.each([
    ['gzip', 'gzip'],
    ['deflate, gzip;q=0.5', 'gzip'],
    ['*', 'gzip'],
    ['gzip;q=0', undefined],
    ['identity', undefined],
    ['', undefined],
  ])('for Accept-Encoding %s is compressed: %s', async (encoding, expected) => {
    const got = await get(await serve(FAILING), '/metrics', { headers: { 'accept-encoding': encoding } });
    expect(got.headers['content-encoding']).toBe(expected);
    expect(Number(got.headers['content-length'])).toBeGreaterThan(0);
  });

  it('shows the next tick at the next scrape', async () => {
    let view = viewOf();
    const exposition = createExposition({ signals: [] });
    exposition.update(view);
    const url = await serve(view, { exposition, view: () => view });
    expect(familyOf((await get(url, '/metrics')).body, 'aggregated_api_diagnosis')).toEqual({});
    view = FAILING;
    exposition.update(view);
    expect(familyOf((await get(url, '/metrics')).body, 'aggregated_api_diagnosis')).toEqual({
      'cause="out-of-memory-killed",category="resource-pressure"': 1,
    });
  });
});

describe('what is not allowed', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused', async (method) => {
    const got = await get(await serve(FAILING), '/metrics', { method });
    expect([got.status, got.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('HEAD is answered without a body', async () => {
    const got = await get(await serve(FAILING), '/metrics', { method: 'HEAD' });
    expect([got.status, got.body]).toEqual([200, '']);
    expect(Number(got.headers['content-length'])).toBeGreaterThan(1000);
  });

  it('every answer forbids what a page does not need', async () => {
    for (const path of ['/', '/metrics', '/nowhere']) {
      const { headers } = await get(await serve(FAILING), path);
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+';/);
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  it('a fault inside is answered with 500, said once, and ends nothing', async () => {
    const errors: string[] = [];
    const url = await serve(FAILING, {
      log: { ...QUIET, error: (_, message) => errors.push(message) },
      runbook: () => {
        throw new Error('secret path /etc/harbour');
      },
    });
    const got = await get(url, '/runbooks/x');
    expect([got.status, got.body]).toEqual([500, 'internal error\n']);
    expect(errors).toEqual(['cannot answer a request']);
    expect((await get(url, '/-/healthy')).status).toBe(200);
  });
});

describe('listening', () => {
  it('happens on several addresses', async () => {
    const server = await createWebServer({
      exposition: createExposition({ signals: [] }),
      view: () => undefined,
      listenAddresses: ['127.0.0.1:0', ':0'],
      version: '1',
      log: QUIET,
    });
    opened.push(server);
    for (const url of server.urls) expect((await get(url, '/-/healthy')).status).toBe(200);
  });

  it('on an address in use fails, says what to do, and leaves none of the others open', async () => {
    const taken = await serve(undefined);
    const free = await serve(undefined);
    await opened.pop()!.close();
    const addresses = [`127.0.0.1:${free.port}`, `127.0.0.1:${taken.port}`];
    await expect(serve(undefined, { listenAddresses: addresses })).rejects.toThrow(
      `cannot listen on 127.0.0.1:${taken.port}: another process listens there already; choose another with --web.listen-address`,
    );
    const again = await serve(undefined, { listenAddresses: [addresses[0]!] });
    expect(again.port).toBe(free.port);
  });

  it.each(['9944', 'host:', ':65536', '[::1]', '::1:9944', 'a:b', ''])(
    'refuses the address %j and says what is allowed',
    async (address) => {
      await expect(serve(undefined, { listenAddresses: [address] })).rejects.toThrow(/:port, host:port or \[address\]:port is allowed/);
    },
  );

  it('keeps connections for longer than any scrape interval', async () => {
    const got = await get(await serve(undefined), '/-/healthy', { headers: { connection: 'keep-alive' } });
    expect(got.headers['keep-alive']).toBe('timeout=75');
  });
});

describe('a client that', () => {
  const times = { headersTimeout: 300, requestTimeout: 400, connectionsCheckingInterval: 50, timeout: 600 };
  const open = async (url: URL): Promise<Socket> => {
    const socket = connect(Number(url.port), url.hostname).on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
  const isClosed = (socket: Socket) => eventually(() => socket.resume().closed, 5000);

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    [
      'says its request by and by',
      (socket) => {
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
        const slow = setInterval(() => socket.write('X-A: b\r\n'), 50);
        socket.once('close', () => clearInterval(slow));
      },
    ],
    ['never ends the head of its request', (socket) => void socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX: ')],
  ])('%s is closed soon', async (_, behave) => {
    const socket = await open(await serve(FAILING, { times }));
    behave(socket);
    await isClosed(socket);
  });

  it('rests between two requests, for longer than a head may take, is not', async () => {
    const socket = await open(await serve(FAILING, { times }));
    const ask = async () => {
      socket.write('GET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n');
      return String(((await once(socket, 'data')) as [Buffer])[0]).slice(0, 15);
    };
    expect(await ask()).toBe('HTTP/1.1 200 OK');
    await sleep(1200);
    expect(await ask()).toBe('HTTP/1.1 200 OK');
    socket.destroy();
  });

  it('does not read its answer is cut', async () => {
    const runbook = () => 'x'.repeat(32 * 2 ** 20);
    let served: Socket | undefined;
    const requests = channel('http.server.request.start');
    const onRequest = (message: unknown) => {
      served = (message as { socket: Socket }).socket;
    };
    requests.subscribe(onRequest);
    onTestFinished(() => void requests.unsubscribe(onRequest));
    const socket = await open(await serve(FAILING, { times, runbook }));
    socket.pause();
    socket.write('GET /runbooks/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(() => served?.closed === true);
    await isClosed(socket);
    expect(socket.bytesRead).toBeLessThan(32 * 2 ** 20);
  });

  it('comes when all places are taken by requests gets none; one that rests makes room', async () => {
    let letGo = () => {};
    const held = new Promise<undefined>((resolve) => {
      letGo = () => resolve(undefined);
    });
    let asked = 0;
    const runbook = () => {
      asked += 1;
      return held;
    };
    const url = await serve(FAILING, { runbook });
    const busy = await Promise.all(Array.from({ length: 127 }, () => open(url)));
    for (const socket of busy) socket.write('GET /runbooks/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(() => asked === 127);
    const resting = await open(url);
    expect((await get(url, '/-/healthy')).status).toBe(200);
    await isClosed(resting);
    const last = await open(url);
    last.write('GET /runbooks/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually(() => asked === 128);
    await expect(get(url, '/-/healthy')).rejects.toThrow();
    expect(busy.every(({ readyState }) => readyState === 'open')).toBe(true);
    letGo();
    for (const socket of [...busy, last]) socket.destroy();
  });
});

describe('the name that is asked for over loopback', () => {
  afterEach(() => vi.unstubAllEnvs());
  const status = async (host: string, path = '/', differs: Partial<WebServerOptions> = {}) =>
    (await get(await serve(FAILING, differs), path, { headers: { host } })).status;

  it.each([
    ['localhost', 200],
    ['localhost:9944', 200],
    ['LOCALHOST.:80', 200],
    ['harbour.localhost', 200],
    ['127.0.0.1:9944', 200],
    ['[::1]:9944', 200],
    ['192.168.1.7', 200],
    ['rebound.example.com', 421],
    ['rebound.example.com:9944', 421],
    ['localhost.example.com', 421],
    ['127.0.0.1.example.com', 421],
    ['::1.example', 421],
  ])('%s is answered with %i', async (host, expected) => {
    expect(await status(host)).toBe(expected);
  });

  it('may be one that is configured, and any of them for the health endpoints and in a pod', async () => {
    expect(await status('quay.example.com', '/', { allowedHosts: ['Quay.example.com'] })).toBe(200);
    expect(await status('quay.example.com', '/-/healthy')).toBe(200);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
    expect(await status('quay.example.com')).toBe(200);
  });
});
