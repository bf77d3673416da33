import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeRequestOptions } from '../../src/kube/api.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import type { KubeRequestError } from '../../src/kube/errors.ts';
import { statusErrorOf } from '../../src/kube/errors.ts';
import { loadKubeConfig } from '../../src/kube/kube-config.ts';
import { retryAfterMs } from '../../src/kube/retry-after.ts';
import { SILENT } from '../../src/source/logger.ts';
import { createAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { answer, answerStatus, type Handler, startKubeServer } from '../support/kube-server.ts';
import { passes, useLoopTime } from '../support/virtual-time.ts';

useLoopTime();

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function setUp(handler: Handler, options: Parameters<typeof startKubeServer>[1] = {}) {
  const server = await startKubeServer(handler, options);
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  closers.push(
    () => client.close(),
    () => server.stop(),
  );
  return { server, client };
}

const rejection = (promise: Promise<unknown>): Promise<KubeRequestError> =>
  promise.then(
    () => {
      throw new Error('resolved');
    },
    (error: unknown) => error as KubeRequestError,
  );

describe('the client', () => {
  it('keeps one connection for requests that follow one another', async () => {
    const { server, client } = await setUp((_request, response) => answer(response, 200, { ok: true }));
    for (let i = 0; i < 10; i++) expect((await client.request('/version')).body.toString()).toBe('{"ok":true}');
    expect(server.connections).toBe(1);
  });

  it.each([200, 401, 403, 404, 410, 429, 500, 503])('resolves for status %i', async (status) => {
    const { client } = await setUp((_request, response) => answer(response, status, 'body'));
    expect(await client.request('/x')).toMatchObject({ status, body: Buffer.from('body') });
  });

  const BREAKS: [string, string, KubeRequestOptions, Handler][] = [
    ['no answer', 'TIMEOUT', { timeoutMs: 60 }, () => {}],
    ['a body that stops', 'TIMEOUT', { timeoutMs: 200 }, (_request, response) => response.write('{')],
    ['a body that is cut', 'ECONNRESET', {}, (_request, response) => response.write('{', () => response.destroy())],
    ['a body above the limit', 'TOO_LARGE', { maxBytes: 10 }, (_request, response) => answer(response, 200, 'x'.repeat(50))],
  ];
  it.each(BREAKS)('rejects for %s, naming path and cause (%s)', async (_name, code, options, handler) => {
    const { client } = await setUp(handler);
    const error = await rejection(client.request('/apis/x', options));
    expect(error).toMatchObject({ name: 'KubeRequestError', code, path: '/apis/x' });
    expect(error.message).toMatch(/^GET \/apis\/x: .+/);
  });

  it('rejects when nobody listens, and when the caller gives up', async () => {
    const { server, client } = await setUp(() => {});
    const controller = new AbortController();
    const given = rejection(client.request('/x', { signal: controller.signal }));
    await eventually(() => server.requests.length === 1);
    controller.abort();
    expect(await given).toMatchObject({ code: 'ABORTED' });
    await server.stop();
    expect(await rejection(client.request('/x'))).toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
  });

  it('sends a request again when the kept connection was closed meanwhile', async () => {
    const { server, client } = await setUp((_request, response) => answer(response, 200, {}));
    await client.request('/x');
    server.handler = (request, response) => (server.connections === 1 ? request.socket.destroy() : answer(response, 200, {}));
    expect((await client.request('/x')).status).toBe(200);
    expect(server.connections).toBe(2);
  });

  it('opens a stream whose end is the caller’s', async () => {
    const { client } = await setUp((_request, response) => response.write('a\n'));
    const controller = new AbortController();
    const response = await client.open('/log', { timeoutMs: 50, signal: controller.signal });
    await passes(1000);
    expect(response.destroyed).toBe(false);
    controller.abort();
    expect(response.destroyed).toBe(true);
  });

  it('reads a token again when it is refused, and asks twice only if it changed', async () => {
    let token = 'old\n';
    const seen: unknown[] = [];
    const credentials = (options: RequestOptions) => {
      options.headers = { Authorization: `Bearer ${token}` };
    };
    const { client } = await setUp(
      (request, response) => {
        seen.push(request.headers.authorization);
        if (request.headers.authorization === 'Bearer new') answer(response, 200, {});
        else answerStatus(response, 401, 'Unauthorized', 'Unauthorized');
      },
      { credentials },
    );
    expect((await client.request('/x')).status).toBe(401);
    expect(seen).toEqual(['Bearer old']);
    token = 'new';
    expect((await client.request('/x')).status).toBe(200);
    expect(seen).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
    expect((await client.credentials()).headers).toEqual({ authorization: 'Bearer new' });
  });

  it('reads a token file at once when its token is refused, though KubeConfig keeps it for a minute', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const [tokenFile, kubeconfig] = [join(folder, 'token'), join(folder, 'config')];
    const server = await startKubeServer((request, response) =>
      request.headers.authorization === 'Bearer new' ? answer(response, 200, {}) : answerStatus(response, 401, 'Unauthorized', 'no'),
    );
    closers.push(() => server.stop());
    writeFileSync(tokenFile, 'old\n');
    const cluster = server.kubeConfig.getCurrentCluster();
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: cluster.server, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { tokenFile } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const client = createKubeClient(loadKubeConfig({ kubeconfig }), { log: SILENT });
    closers.push(() => client.close());
    expect((await client.request('/x')).status).toBe(401);
    writeFileSync(tokenFile, 'new\n');
    expect((await client.request('/x')).status).toBe(200);
  });

  it('says so when the credentials can’t be had', async () => {
    const { client } = await setUp(() => {}, {
      credentials() {
        throw new Error('exec plugin failed');
      },
    });
    expect(await rejection(client.request('/x'))).toMatchObject({
      code: 'CREDENTIALS',
      message: expect.stringContaining('exec plugin failed'),
    });
  });

  it('verifies the server against the cluster’s CA only, and presents the client certificate', async () => {
    const authority = await createAuthority();
    const server = await authority.issue({ names: ['localhost'], ips: ['127.0.0.1'] });
    const user = await authority.issue({ names: ['exporter'], usage: 'client' });
    const tls = { cert: server.cert, key: server.key, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
    const peer: Handler = (request, response) =>
      answer(
        response,
        200,
        (request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } }).getPeerCertificate().subject?.CN ?? 'none',
      );
    const trusting = await setUp(peer, {
      tls,
      credentials: (options) => Object.assign(options, { ca: authority.cert, cert: user.cert, key: user.key }),
    });
    expect((await trusting.client.request('/x')).body.toString()).toBe('exporter');
    const other = await createAuthority();
    const distrusting = await setUp(peer, { tls, credentials: (options) => Object.assign(options, { ca: other.cert }) });
    expect((await rejection(distrusting.client.request('/x'))).code).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|CERT_SIGNATURE/);
  });

  it('survives a server that speaks no HTTP', async () => {
    const { server, client } = await setUp((request) => request.socket.end('hello\r\n\r\n'));
    expect((await rejection(client.request('/x'))).code).toMatch(/^HPE_|ECONNRESET/);
    const socket = connect(Number(new URL(server.url).port));
    socket.destroy();
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 0, 5, 9);
  it.each([
    [undefined, undefined],
    ['7', 7_000],
    ['Mon, 05 Jan 2026 09:00:03 GMT', 3_000],
    ['Mon, 05 Jan 2026 08:00:00 GMT', 0],
    ['soon', undefined],
  ])('%s is %s ms', (value, ms) => {
    expect(retryAfterMs(value === undefined ? {} : { 'retry-after': value }, now)).toBe(ms);
  });
});

describe('a status error', () => {
  it.each([
    [401, '{"kind":"Status","reason":"Unauthorized","message":"Unauthorized"}', 'unauthorized', 'GET /p: 401 Unauthorized: Unauthorized'],
    [403, '{"kind":"Status","reason":"Forbidden","message":"pods is forbidden"}', 'forbidden', 'GET /p: 403 Forbidden: pods is forbidden'],
    [404, '404 page not found\n', 'not-found', 'GET /p: 404: 404 page not found'],
    [410, '{"reason":"Expired"}', 'expired', 'GET /p: 410 Expired'],
    [429, '', 'too-many-requests', 'GET /p: 429'],
    [503, 'service   unavailable\n', 'server-error', 'GET /p: 503: service unavailable'],
    [302, '', 'unexpected', 'GET /p: 302'],
  ])('of %i says kind, path and the server’s words', (status, body, kind, message) => {
    expect(statusErrorOf('/p', { status, headers: {}, body }, 0)).toMatchObject({ kind, message });
  });

  it('takes the wait from the header, else from the details', () => {
    const body = JSON.stringify({ reason: 'Timeout', details: { retryAfterSeconds: 1 } });
    expect(statusErrorOf('/p', { status: 504, headers: {}, body }, 0).retryAfterMs).toBe(1000);
    expect(statusErrorOf('/p', { status: 504, headers: { 'retry-after': '4' }, body }, 0).retryAfterMs).toBe(4000);
  });
});
