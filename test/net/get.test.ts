import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKeptConnection, endpointOf, type GetRequest, get, getText } from '../../src/net/get.ts';
import { LIMITS } from '../../src/net/limits.ts';
import { UntrustedError } from '../../src/net/secure-socket.ts';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { useLoopTime } from '../support/virtual-time.ts';

useLoopTime();

let harbour: Authority;
let stranger: Authority;
beforeAll(async () => {
  [harbour, stranger] = await Promise.all([createAuthority({ name: 'harbour-ca' }), createAuthority({ name: 'stranger-ca' })]);
});
const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

/** What arrived, beside the way to ask: by plain HTTP unless `tls` is given. */
async function serve(answer: RequestListener, tls?: { readonly authority: Authority }) {
  const seen = { requests: 0, connections: 0 };
  const listener: RequestListener = (request, response) => {
    seen.requests += 1;
    answer(request, response);
  };
  const server: Server = tls
    ? createTlsServer(await tls.authority.issue({ names: ['tide-gauge.harbour.svc'] }), listener)
    : createServer(listener);
  server.on('connection', () => {
    seen.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => new Promise((resolve) => server.close(resolve)));
  closes.unshift(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const trusted = { ca: harbour.cert, servername: 'tide-gauge.harbour.svc', rejectUnauthorized: true };
  const request: GetRequest = { host: '127.0.0.1', port, path: '/tides', timeoutMs: 2000, ...(tls && { tls: trusted }) };
  return { seen, request };
}

const text = (request: GetRequest, maxBytes = 1000) => getText({ ...request, maxBytes });

describe('a GET', () => {
  it.each([
    ['plainly', undefined],
    ['over TLS', { authority: () => harbour }],
  ])('is answered %s', async (_, tls) => {
    const { request } = await serve((asked, response) => response.writeHead(404).end(asked.url), tls && { authority: tls.authority() });
    expect(await text(request)).toEqual({ status: 404, text: '/tides' });
  });

  it('brings the name and password of a URL along', async () => {
    const { request } = await serve((asked, response) => response.end(asked.headers.authorization));
    expect((await text({ ...request, auth: 'tide:gauge' })).text).toBe(`Basic ${btoa('tide:gauge')}`);
  });

  it('is not sent to a server that nobody vouches for', async () => {
    const { request, seen } = await serve((_, response) => response.end('tides'), { authority: stranger });
    await expect(text(request)).rejects.toThrow(UntrustedError);
    expect(seen).toEqual({ requests: 0, connections: 1 });
  });

  it('is not sent to a server of another name', async () => {
    const { request, seen } = await serve((_, response) => response.end('tides'), { authority: harbour });
    await expect(text({ ...request, tls: { ...request.tls!, servername: 'moorings.harbour.svc' } })).rejects.toThrow(UntrustedError);
    expect(seen.requests).toBe(0);
  });

  it('is sent to whoever answers where that is wanted', async () => {
    const { request } = await serve((_, response) => response.end('tides'), { authority: stranger });
    expect(await text({ ...request, tls: { rejectUnauthorized: false } })).toEqual({ status: 200, text: 'tides' });
  });

  it.each<[string, RequestListener, RegExp, number?]>([
    ['an answer that does not come', () => {}, /^no answer within 500 ms$/, 500],
    ['an answer that does not end', (_, response) => void response.write('tides'), /^the answer took longer than 500 ms$/, 500],
    ['an answer that is too large', (_, response) => response.end('t'.repeat(1001)), /larger than 1000 bytes/],
    [
      'an answer that is too large once it is unpacked',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('t'.repeat(1001))),
      /larger than 1000 bytes/,
    ],
    [
      'endless interim responses',
      (_, response) => {
        for (let i = 0; i <= LIMITS.interimHeads; i += 1) response.writeProcessing();
        response.end('tides');
      },
      /interim responses/,
    ],
  ])('gives up on %s', async (_, answer, why, timeoutMs = 10_000) => {
    const { request } = await serve(answer);
    await expect(text({ ...request, timeoutMs })).rejects.toThrow(why);
  });

  it('ends at once when whoever asked gives up', async () => {
    const abort = new AbortController();
    const { request } = await serve(() => abort.abort());
    await expect(text({ ...request, signal: abort.signal })).rejects.toThrow('was given up');
    await expect(text({ ...request, signal: abort.signal })).rejects.toThrow('was given up');
  });

  it('leaves no connection behind, unless it is kept', async () => {
    const { request, seen } = await serve((_, response) => response.end('tides'), { authority: harbour });
    for (let i = 0; i < 3; i += 1) await text(request);
    expect(seen.connections).toBe(3);
    const kept = createKeptConnection(request, 2000);
    closes.unshift(() => kept.destroy());
    for (let i = 0; i < 3; i += 1) await text({ ...request, kept });
    expect(seen).toEqual({ requests: 6, connections: 4 });
  });

  it('is not sent over a kept connection to a server that nobody vouches for', async () => {
    const { request, seen } = await serve((_, response) => response.end('tides'), { authority: stranger });
    const kept = createKeptConnection(request, 2000);
    closes.unshift(() => kept.destroy());
    await expect(get({ ...request, kept })).rejects.toThrow(UntrustedError);
    expect(seen.requests).toBe(0);
  });
});

describe('the endpoint of a URL', () => {
  it.each([
    ['http://prometheus.example.com', { host: 'prometheus.example.com', port: 80 }],
    ['https://prometheus.example.com/x', { host: 'prometheus.example.com', port: 443, tls: { rejectUnauthorized: true } }],
    [
      'https://tide:gauge%21@prometheus.example.com',
      { host: 'prometheus.example.com', port: 443, tls: { rejectUnauthorized: true }, auth: 'tide:gauge!' },
    ],
    ['https://[fd00::1]:9090', { host: 'fd00::1', port: 9090, tls: { rejectUnauthorized: true } }],
  ])('%s', (url, endpoint) => {
    expect(endpointOf(new URL(url))).toEqual(endpoint);
  });
});
