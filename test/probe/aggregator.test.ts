import type { RequestListener } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/domain/probe.ts';
import type { KubeCredentials } from '../../src/kube/api.ts';
import { type ApiTarget, fixedTargets } from '../../src/objects/targets.ts';
import { createProber, type Prober, type ProberOptions } from '../../src/probe/prober.ts';
import { SILENT } from '../../src/source/logger.ts';
import { type Authority, createAuthority, type Issued } from '../support/certificates.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import {
  answering,
  apiserver,
  apiTarget,
  DISCOVERY,
  EMPTY_LIST,
  eventually,
  healthy,
  kubeClient,
  type Listening,
  type Servers,
  serversOfTest,
} from './servers.ts';

useLoopTime();

let authority: Authority;
let serving: Issued;
let servers: Servers;
let running: AbortController;

beforeAll(async () => {
  authority = await createAuthority({ name: 'kubernetes' });
  serving = await authority.issue({ names: ['kubernetes.default.svc'], ips: ['127.0.0.1'] });
});
beforeEach(() => {
  ({ servers, running } = serversOfTest());
});

interface Probing {
  readonly prober: Prober;
  readonly results: ProbeResult[];
}

function start(
  port: number,
  options: ProberOptions = {},
  differs: Partial<ApiTarget> = {},
  credentials: Partial<KubeCredentials> = {},
): Probing {
  const results: ProbeResult[] = [];
  const prober = createProber({
    client: kubeClient(`https://127.0.0.1:${port}`, { ca: authority.cert, ...credentials }),
    targets: fixedTargets([apiTarget(differs)]),
    clock: Date.now,
    log: SILENT,
    options: {
      vantages: ['aggregator'],
      intervalMs: 1000,
      firstWithinMs: 0,
      discoveryTimeoutMs: 300,
      listTimeoutMs: 300,
      aggregatorGraceMs: 100,
      burstSteps: 0,
      ...options,
    },
    onResult: (_, result) => results.push(result),
  });
  prober.start(running.signal);
  return { prober, results };
}

/** The first result for a request. */
async function first(probing: Probing, request: ProbeResult['request'] = 'discovery'): Promise<ProbeResult> {
  const found = () => probing.results.find((result) => result.request === request);
  await eventually(() => found() !== undefined);
  return found()!;
}

const status = (code: number, message: string) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
const reach = (error: string) => `error trying to reach service: ${error}\n`;

describe('a probe through the kube-apiserver', () => {
  it.each([
    [503, 'service unavailable\n', 'service_unavailable', 'backend-path'],
    [503, reach('dial tcp 10.0.0.5:443: connect: connection refused'), 'connection_refused', 'backend-path'],
    [503, reach('context deadline exceeded'), 'gateway_timeout', 'backend-path'],
    [503, reach('dial tcp 10.0.0.5:443: i/o timeout'), 'connection_timeout', 'backend-path'],
    [503, reach('net/http: request canceled while waiting for connection'), 'connection_timeout', 'backend-path'],
    [503, reach('net/http: TLS handshake timeout'), 'tls_timeout', 'backend-path'],
    [503, reach('dial tcp 10.0.0.5:443: connect: no route to host'), 'host_unreachable', 'backend-path'],
    [
      503,
      reach('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
      'certificate_unknown_authority',
      'backend-path',
    ],
    [
      503,
      reach(
        'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "good-ca")',
      ),
      'certificate_unknown_authority',
      'backend-path',
    ],
    [503, reach('x509: certificate is valid for other.ns.svc, localhost, not svc.ns.svc'), 'certificate_name_mismatch', 'backend-path'],
    [503, reach('x509: certificate relies on legacy Common Name field, use SANs instead'), 'certificate_name_mismatch', 'backend-path'],
    [
      503,
      reach('x509: certificate has expired or is not yet valid: current time 2026-01-05T09:00:00Z is after 2026-01-04T09:00:00Z'),
      'certificate_expired',
      'backend-path',
    ],
    [
      503,
      reach('x509: certificate has expired or is not yet valid: current time 2026-01-05T09:00:00Z is before 2026-01-06T09:00:00Z'),
      'certificate_not_yet_valid',
      'backend-path',
    ],
    [503, reach('x509: certificate specifies an incompatible key usage'), 'tls_handshake_failed', 'backend-path'],
    [503, reach('remote error: tls: unknown certificate authority'), 'tls_handshake_failed', 'backend-path'],
    [503, reach('tls: first record does not look like a TLS handshake'), 'tls_handshake_failed', 'backend-path'],
    [503, reach('read tcp 10.0.0.1:4->10.0.0.5:443: read: connection reset by peer'), 'connection_reset', 'backend-path'],
    [503, reach('EOF'), 'connection_reset', 'backend-path'],
    [503, reach('unexpected EOF'), 'connection_reset', 'backend-path'],
    [503, reach('http2: client connection lost'), 'connection_reset', 'backend-path'],
    [503, reach('stream error: stream ID 3; INTERNAL_ERROR; received from peer'), 'connection_reset', 'backend-path'],
    [503, reach('net/http: HTTP/1.x transport connection broken: malformed HTTP status code "world"'), 'invalid_response', 'backend-path'],
    [503, reach('dial tcp: lookup tides.example.org on 10.96.0.10:53: no such host'), 'dns_failed', 'backend-path'],
    [503, reach('dial tcp: lookup tides.example.org on 10.96.0.10:53: read udp: i/o timeout'), 'dns_failed', 'backend-path'],
    [503, reach('dial unix /run/tunnel.sock: connect: connection refused'), 'bad_gateway', 'backend-path'],
    // kube-apiserver 1.36 with an EgressSelectorConfiguration (test/e2e/ways).
    [503, reach('proxy error from 192.0.2.40:8131 while dialing 10.1.0.5:8443, code 502: 502 Bad Gateway'), 'bad_gateway', 'backend-path'],
    [
      503,
      reach('reading HTTP response from CONNECT to 10.1.0.5:8443 via proxy 192.0.2.40:8131 failed: unexpected EOF'),
      'bad_gateway',
      'backend-path',
    ],
    [503, reach('something that nobody has seen'), 'other', 'backend-path'],
    [503, status(503, 'storage is (re)initializing'), 'service_unavailable', 'backend'],
    [502, 'the backend attempted to redirect this request, which is not permitted', 'bad_gateway', 'backend'],
    [500, 'unable to load root certificates: unable to parse bytes as PEM block\n', 'certificate_unknown_authority', 'backend-path'],
    [500, status(500, 'Internal error occurred: panic'), 'server_error', 'backend'],
    [504, status(504, 'Timeout: request did not complete within the allotted timeout'), 'gateway_timeout', 'backend-path'],
    [404, '404 page not found\n', 'not_found', 'kube-apiserver'],
    [404, status(404, 'the server could not find the requested resource'), 'not_found', 'backend'],
    [403, status(403, 'forbidden: User "system:anonymous" cannot get path "/apis/tides.example.com/v1"'), 'forbidden', 'backend'],
    [403, status(403, 'forbidden: User "system:serviceaccount:a:b" cannot get path "/apis/x"'), 'forbidden', 'kube-apiserver'],
    [401, status(401, 'Unauthorized'), 'unauthorized', 'backend'],
    [429, 'Too many requests, please try again later.', 'too_many_requests', undefined],
    [200, '<html>hello</html>', 'invalid_response', 'backend'],
  ])('reads %i %j', async (code, body, reason, hop) => {
    const { port } = await servers.https(serving, apiserver(answering(code, body)));
    const result = await first(start(port));
    expect(result).toMatchObject({ ok: false, status: code, reason });
    expect(result.hop).toBe(hop);
    expect(result.detail).not.toMatch(/\n/);
  });

  it('says no_endpoints when the kube-apiserver says nothing and no endpoint is ready', async () => {
    const { port } = await servers.https(serving, apiserver(answering(503, 'service unavailable\n')));
    const service = { type: 'ClusterIP', clusterIP: '10.96.7.7', selector: {}, ports: [{ name: '', port: 443, targetPort: '443' }] };
    expect(await first(start(port, {}, { service }))).toMatchObject({ reason: 'no_endpoints', hop: 'backend-path' });
  });

  // A kube-apiserver 1.36.3 adds its own to the headers of an answer that it passes on (test/e2e/servers).
  it.each([
    [429, 'Too many requests, please try again later.', 'too_many_requests', undefined],
    [403, status(403, 'forbidden: User "system:serviceaccount:a:b" cannot get path "/apis/x"'), 'forbidden', 'kube-apiserver'],
    [404, '404 page not found\n', 'not_found', 'kube-apiserver'],
    [503, 'service unavailable\n', 'service_unavailable', 'backend-path'],
  ])('knows who answered %i %j by headers that come twice', async (code, body, reason, hop) => {
    const answers: RequestListener[] = [
      { 'Audit-Id': ['one'], 'X-Kubernetes-Pf-Prioritylevel-Uid': ['one'] },
      { 'Audit-Id': ['one', 'one'] },
      { 'X-Kubernetes-Pf-Prioritylevel-Uid': ['one', 'two'] },
    ].map((headers) => (_, response) => response.writeHead(code, headers).end(body));
    const hops = answers.map(async (handler) => {
      const { port } = await servers.https(serving, apiserver(handler));
      const result = await first(start(port));
      expect(result).toMatchObject({ reason });
      return result.hop;
    });
    expect(await Promise.all(hops)).toEqual([hop, 'backend', 'backend']);
  });

  it('blames the backend for a wait while the kube-apiserver answers /readyz', async () => {
    const { port } = await servers.https(
      serving,
      apiserver(() => {}),
    );
    expect(await first(start(port))).toMatchObject({ reason: 'response_timeout', hop: 'backend-path' });
  });

  it('blames the kube-apiserver for a wait when it does not answer /readyz either', async () => {
    const { port } = await servers.https(serving, () => {});
    const probing = start(port);
    expect(await first(probing)).toMatchObject({ reason: 'response_timeout', hop: 'kube-apiserver' });
    expect(probing.prober.control().get(`127.0.0.1:${port}`)?.last).toMatchObject({ ok: false, reason: 'response_timeout' });
  });

  it('blames the kube-apiserver when it is not there', async () => {
    const probing = start(await servers.refusing());
    expect(await first(probing)).toMatchObject({ reason: 'connection_refused', hop: 'kube-apiserver' });
    expect(probing.prober.tallies('v1.tides.example.com')[0]).toMatchObject({ attempts: 1, failures: { connection_refused: 1 } });
  });

  it('blames us when our token is refused: the API is not observed, and neither healthy nor failing', async () => {
    let expired = false;
    const { port } = await servers.https(serving, (request, response) =>
      expired ? answering(401, status(401, 'Unauthorized'))(request, response) : apiserver(healthy)(request, response),
    );
    const probing = start(port, { intervalMs: 50, list: false });
    await eventually(() => probing.prober.tallies('v1.tides.example.com').length === 1);
    expired = true;
    await eventually(() => probing.results.at(-1)?.ok === false);
    expect(probing.results.at(-1)).toMatchObject({ reason: 'unauthorized', hop: 'us' });
    expect(probing.prober.tallies('v1.tides.example.com')).toEqual([]);
    expect(probing.prober.status(Date.now())).toMatchObject({
      state: 'unauthorised',
      message: expect.stringMatching(/^the credentials were refused: /),
    });
    expired = false;
    await eventually(() => probing.prober.tallies('v1.tides.example.com').length === 1);
    expect(probing.prober.tallies('v1.tides.example.com')[0]).toMatchObject({ failures: {}, last: { ok: true } });
  });

  it('forgets that a list was good when rights refuse it', async () => {
    let refused = false;
    const { port } = await servers.https(
      serving,
      apiserver((request, response) =>
        refused && request.url?.includes('/gauges')
          ? answering(403, status(403, 'gauges is forbidden: User "system:serviceaccount:a:b" cannot list'))(request, response)
          : healthy(request, response),
      ),
    );
    const { prober } = start(port, { intervalMs: 50 });
    const requests = () => prober.tallies('v1.tides.example.com').map(({ request }) => request);
    await eventually(() => requests().includes('list'));
    refused = true;
    await eventually(() => !requests().includes('list'));
    expect(requests()).toEqual(['discovery']);
  });

  it('reads its credentials anew after they were refused, and not before', async () => {
    let valid = 'Bearer s3cret-token';
    const { port } = await servers.https(serving, (request, response) =>
      request.headers.authorization === valid
        ? apiserver(healthy)(request, response)
        : answering(401, status(401, 'Unauthorized'))(request, response),
    );
    const asked: unknown[] = [];
    let token = valid;
    const client = {
      ...kubeClient(`https://127.0.0.1:${port}`, {}),
      credentials: async (options?: { anew?: boolean }) => {
        asked.push(options?.anew);
        if (options?.anew) token = valid;
        return { ca: authority.cert, rejectUnauthorized: true, headers: { Authorization: token } };
      },
    };
    const prober = createProber({
      client,
      targets: fixedTargets([apiTarget()]),
      clock: Date.now,
      log: SILENT,
      options: { vantages: ['aggregator'], firstWithinMs: 0, intervalMs: 50 },
    });
    prober.start(running.signal);
    await eventually(() => prober.status(Date.now()).state === 'ok');
    expect(asked).not.toContain(true);
    valid = 'Bearer renewed';
    await eventually(() => asked.includes(true));
    await eventually(() => prober.status(Date.now()).state === 'ok');
  });

  it('blames us when credentials cannot be read', async () => {
    const broken = { ...kubeClient('https://127.0.0.1:1', {}), credentials: () => Promise.reject(new Error('token file is gone')) };
    const results: ProbeResult[] = [];
    const prober = createProber({
      client: broken,
      targets: fixedTargets([apiTarget()]),
      clock: Date.now,
      log: SILENT,
      options: { vantages: ['aggregator'], firstWithinMs: 0 },
      onResult: (_, result) => results.push(result),
    });
    prober.start(running.signal);
    await eventually(() => results.length > 0);
    expect(results[0]).toMatchObject({ ok: false, hop: 'us', detail: 'token file is gone' });
    expect(prober.status(Date.now())).toMatchObject({ state: 'failed', message: 'token file is gone' });
  });

  it('sends nothing to a server whose certificate is not the kube-apiserver’s', async () => {
    const stranger = await (await createAuthority({ name: 'kubernetes' })).issue({ ips: ['127.0.0.1'] });
    const server = await servers.https(stranger, healthy);
    expect(await first(start(server.port))).toMatchObject({ ok: false, reason: 'certificate_unknown_authority', hop: 'kube-apiserver' });
    expect(server.received).toEqual([]);
  });
});

describe('the kube client’s server', () => {
  const startAt = (url: string) => {
    const results: ProbeResult[] = [];
    createProber({
      client: kubeClient(url, { ca: authority.cert }),
      targets: fixedTargets([apiTarget()]),
      clock: Date.now,
      log: SILENT,
      options: { vantages: ['aggregator'], firstWithinMs: 0, discoveryTimeoutMs: 2000, list: false, burstSteps: 0 },
      onResult: (_, result) => results.push(result),
    }).start(running.signal);
    return { results } as Probing;
  };

  it('may have a path prefix', async () => {
    const server = await servers.https(serving, healthy);
    expect(await first(startAt(`https://127.0.0.1:${server.port}/k8s/clusters/c-1/`))).toMatchObject({ ok: true });
    expect(server.received.map(({ path }) => path).sort()).toEqual([
      '/k8s/clusters/c-1/apis/tides.example.com/v1',
      '/k8s/clusters/c-1/readyz',
    ]);
  });

  it('may speak plain HTTP, as kubectl proxy does', async () => {
    const body = DISCOVERY;
    const { port } = await servers.tcp((socket) => {
      socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`));
    });
    const result = await first(startAt(`http://127.0.0.1:${port}`));
    expect(result).toMatchObject({ ok: true, status: 200 });
    expect(Object.keys(result.phases)).toEqual(['connect', 'response', 'transfer']);
  });

  it('may have a name, which is resolved', async () => {
    const named = await authority.issue({ names: ['localhost'] });
    const { port } = await servers.https(named, healthy);
    const result = await first(startAt(`https://localhost:${port}`));
    expect(result).toMatchObject({ ok: true, target: `localhost:${port}` });
    expect(Object.keys(result.phases)).toEqual(['resolve', 'connect', 'tls', 'response', 'transfer']);
  });

  it('whose name does not resolve is our trouble', async () => {
    expect(await first(startAt('https://kube-apiserver.invalid:6443'))).toMatchObject({ ok: false, reason: 'dns_failed', hop: 'us' });
  });

  it('is asked again, freshly, when it closed the idle connection as we asked', async () => {
    const served = new WeakSet<object>();
    const server = await servers.https(serving, (request, response) => {
      if (served.has(request.socket)) request.socket.destroy();
      else healthy(request, response);
      served.add(request.socket);
    });
    const probing = start(server.port, { intervalMs: 30, list: false });
    await eventually(() => probing.results.length > 6);
    expect(server.received.length).toBeGreaterThan(7);
    expect(probing.results.filter(({ ok, connection }) => !ok || connection === 'reused')).toEqual([]);
  });
});

describe('a real request', () => {
  const listing =
    (code: number, body: string): RequestListener =>
    (request, response) =>
      answering(request.url?.includes('/gauges') ? code : 200, request.url?.includes('/gauges') ? body : DISCOVERY)(request, response);

  it.each([
    [200, EMPTY_LIST, undefined, undefined],
    [200, '<html></html>', 'invalid_response', 'backend'],
    [429, 'Too many requests, please try again later.', 'too_many_requests', undefined],
    [
      500,
      status(500, 'subjectaccessreviews.authorization.k8s.io is forbidden: User "system:serviceaccount:harbour:tide" cannot create'),
      'server_error',
      'backend',
    ],
    [
      403,
      status(403, 'subjectaccessreviews.authorization.k8s.io is forbidden: User "system:serviceaccount:harbour:tide" cannot create'),
      'forbidden',
      'backend',
    ],
    [403, status(403, 'gauges is forbidden: User "system:anonymous" cannot list resource "gauges"'), 'forbidden', 'backend'],
    [503, reach('EOF'), 'connection_reset', 'backend-path'],
  ])('judges %i %j', async (code, body, reason, hop) => {
    const server = await servers.https(serving, apiserver(listing(code, body)));
    const result = await first(start(server.port), 'list');
    expect(result).toMatchObject({ ok: reason === undefined, status: code, vantage: 'aggregator' });
    expect([result.reason, result.hop]).toEqual([reason, hop]);
    expect(server.received.map(({ path }) => path)).toContain('/apis/tides.example.com/v1/gauges?limit=1');
  });

  it('says response_timeout when the storage hangs behind a discovery that answers', async () => {
    const { port } = await servers.https(
      serving,
      apiserver((request, response) => {
        if (!request.url?.includes('/gauges')) healthy(request, response);
      }),
    );
    const probing = start(port);
    expect(await first(probing, 'list')).toMatchObject({ ok: false, reason: 'response_timeout', hop: 'backend-path' });
    expect(await first(probing)).toMatchObject({ ok: true });
  });

  it.each([
    [403, status(403, 'gauges.tides.example.com is forbidden: User "system:serviceaccount:watch:exporter" cannot list resource "gauges"')],
    [404, status(404, 'the server could not find the requested resource')],
    [405, ''],
  ])('is not measurable when it is answered %i %j', async (code, body) => {
    const server = await servers.https(serving, apiserver(listing(code, body)));
    const probing = start(server.port, { intervalMs: 100 });
    await eventually(() => server.received.some(({ path }) => path.includes('limit=1')));
    await eventually(() => probing.results.length > 3);
    expect(probing.results.filter(({ request }) => request === 'list')).toEqual([]);
    expect(probing.prober.tallies('v1.tides.example.com').map(({ request }) => request)).toEqual(['discovery']);
  });

  it('fails when the kube-apiserver passes it on and the server behind refuses it', async () => {
    const words = 'gauges.tides.example.com is forbidden: User "system:serviceaccount:watch:exporter" cannot list resource "gauges"';
    const server = await servers.https(
      serving,
      apiserver((request, response) => {
        if (!request.url?.includes('/gauges')) healthy(request, response);
        else response.writeHead(403, { 'Audit-Id': ['one', 'one'] }).end(status(403, words));
      }),
    );
    expect(await first(start(server.port), 'list')).toMatchObject({ ok: false, reason: 'forbidden', hop: 'backend', detail: words });
  });

  it('goes to another resource when rights refuse one', async () => {
    const body = DISCOVERY.replace('"gauges/status"', '"basins"').replace('["get"]', '["get","list"]');
    const server = await servers.https(
      serving,
      apiserver((request, response) => {
        if (request.url?.includes('/gauges')) answering(403, status(403, 'gauges is forbidden'))(request, response);
        else response.end(request.url?.includes('/basins') ? EMPTY_LIST : body);
      }),
    );
    expect(await first(start(server.port, { intervalMs: 100 }), 'list')).toMatchObject({ ok: true });
    expect(server.received.map(({ path }) => path)).toContain('/apis/tides.example.com/v1/basins?limit=1');
  });
});

describe('kube-apiserver instances', () => {
  const authorizations = ({ received }: Listening) => new Set(received.map(({ headers }) => headers.authorization));

  it('are asked with the token, over fresh and reused connections in turn, and say which', async () => {
    const own = await servers.https(serving, apiserver(healthy));
    const other = await servers.https(serving, apiserver(answering(503, 'service unavailable\n')));
    const instance = `127.0.0.1:${other.port}`;
    const probing = start(own.port, { intervalMs: 50, apiservers: () => [instance], allowAddresses: ['127.0.0.0/8'] });
    await eventually(
      () => new Set(probing.results.filter(({ request }) => request === 'discovery').map(({ connection }) => connection)).size === 2,
    );
    await eventually(() => probing.results.some(({ target }) => target === instance));
    expect(authorizations(own)).toEqual(new Set(['Bearer s3cret-token']));
    expect(authorizations(other)).toEqual(new Set(['Bearer s3cret-token']));
    expect([...probing.prober.control().keys()].sort()).toEqual([`127.0.0.1:${own.port}`, instance].sort());
    expect(own.connections()).toBeLessThan(own.received.length);
    const byTarget = new Map(
      probing.prober.tallies('v1.tides.example.com').map((tally) => [`${tally.request} ${tally.target}`, tally.last.ok]),
    );
    expect(byTarget.get(`discovery ${instance}`)).toBe(false);
    expect(byTarget.get(`discovery 127.0.0.1:${own.port}`)).toBe(true);
    expect(byTarget.has(`list ${instance}`)).toBe(false);
  });

  it('that cannot be reached from here say nothing about APIs', async () => {
    const own = await servers.https(serving, apiserver(healthy));
    const gone = `127.0.0.1:${await servers.refusing()}`;
    const probing = start(own.port, { intervalMs: 50, apiservers: () => [gone], allowAddresses: ['127.0.0.0/8'] });
    await eventually(() => probing.prober.unbelievedControl().length > 0);
    await eventually(() => probing.prober.settled());
    expect(probing.results.filter(({ target }) => target === gone)).toEqual([]);
    expect(probing.prober.unbelievedControl()).toMatchObject([{ target: gone, last: { reason: 'connection_refused' } }]);
    expect([...probing.prober.control().keys()]).toEqual([`127.0.0.1:${own.port}`]);
  });

  it('are left alone when their addresses are refused or certificates are not verified', async () => {
    const own = await servers.https(serving, apiserver(healthy));
    const other = await servers.https(serving, apiserver(healthy));
    const instance = `127.0.0.1:${other.port}`;
    const refused = start(own.port, { intervalMs: 50, apiservers: () => [instance] });
    await eventually(() => refused.results.length > 3);
    const unverified = start(
      own.port,
      { intervalMs: 50, apiservers: () => [instance], allowAddresses: ['127.0.0.0/8'] },
      {},
      { rejectUnauthorized: false },
    );
    await eventually(() => unverified.results.length > 3);
    expect(other.received).toEqual([]);
  });

  it.each([
    ['the address of a kubelet', { ips: ['127.0.0.1'] }],
    ['the name of the kubeconfig’s server', { names: ['harbour.example.com'] }],
  ])('get no request when their certificate, of the right CA, holds only %s', async (_, certificate) => {
    const own = await servers.https(serving, apiserver(healthy));
    const stranger = await servers.https(await authority.issue(certificate), apiserver(healthy));
    const instance = `127.0.0.1:${stranger.port}`;
    const probing = start(own.port, { intervalMs: 50, apiservers: () => [instance], allowAddresses: ['127.0.0.0/8'] });
    await eventually(() => stranger.connections() > 3 && probing.results.length > 3);
    expect(stranger.received).toEqual([]);
    expect(probing.results.filter(({ target }) => target === instance)).toEqual([]);
  });
});

it('direct targets that hang take neither slots nor places from the way through the kube-apiserver', async () => {
  const own = await servers.https(serving, apiserver(healthy));
  const silent = await servers.tcp((socket) => void socket.resume(), '0.0.0.0');
  const addresses = Array.from({ length: 60 }, (_, i) => ({ ip: `127.0.1.${i + 1}`, port: silent.port, ready: true }));
  const { prober } = start(
    own.port,
    {
      intervalMs: 100,
      list: false,
      vantages: ['aggregator', 'endpoint'],
      allowAddresses: ['127.0.0.0/8'],
      inCluster: true,
      maxEndpoints: 60,
      maxOpen: 16,
      maxHandshakes: 2,
      discoveryTimeoutMs: 20_000,
    },
    { addresses },
  );
  // All places of direct targets are taken from here on: the prober does not wait for one of them.
  await eventually(() => silent.connections() >= 8);
  const attempts = (): number => prober.tallies('v1.tides.example.com').find(({ vantage }) => vantage === 'aggregator')?.attempts ?? 0;
  const before = attempts();
  await eventually(() => attempts() - before >= 10);
  expect(silent.connections()).toBeLessThanOrEqual(12);
});
