import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/domain/probe.ts';
import { type ApiTarget, fixedTargets } from '../../src/objects/targets.ts';
import { createProber, type Prober } from '../../src/probe/prober.ts';
import { SILENT } from '../../src/source/logger.ts';
import { type Authority, createAuthority, type Issued } from '../support/certificates.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import {
  answering,
  apiTarget,
  DISCOVERY,
  eventually,
  harbourAuthority,
  healthy,
  kubeClient,
  SERVER_NAME,
  type Servers,
  serversOfTest,
} from './servers.ts';

useLoopTime();

const DAY = 86_400_000;
const fromNow = (ms: number) => new Date(Date.now() + ms);

let authority: Authority;
let good: Issued;
let servers: Servers;
let running: AbortController;

beforeAll(async () => {
  ({ authority, good } = await harbourAuthority());
});
beforeEach(() => {
  ({ servers, running } = serversOfTest());
});

/** The first result of a direct probe of one endpoint. */
async function probe(port: number, differs: Partial<ApiTarget> = {}): Promise<ProbeResult> {
  const results: ProbeResult[] = [];
  const target = apiTarget({ caBundle: authority.cert, addresses: [{ ip: '127.0.0.1', port, ready: true }], ...differs });
  const prober: Prober = createProber({
    client: kubeClient('https://127.0.0.1:1', {}),
    targets: fixedTargets([target]),
    clock: Date.now,
    log: SILENT,
    options: {
      vantages: ['endpoint'],
      allowAddresses: ['127.0.0.0/8'],
      inCluster: true,
      firstWithinMs: 0,
      discoveryTimeoutMs: 400,
      burstSteps: 0,
    },
    onResult: (_, result) => results.push(result),
  });
  prober.start(running.signal);
  await eventually(() => results.length > 0);
  return results[0]!;
}

describe('a direct probe', () => {
  it('times each phase of a healthy answer and tells the certificate', async () => {
    const { port } = await servers.https(good, healthy);
    const result = await probe(port);
    expect(result).toMatchObject({
      vantage: 'endpoint',
      request: 'discovery',
      ok: true,
      status: 200,
      connection: 'fresh',
      target: `127.0.0.1:${port}`,
    });
    expect(Object.keys(result.phases)).toEqual(['connect', 'tls', 'response', 'transfer']);
    const sum = Object.values(result.phases).reduce((a, b) => a + b, 0);
    expect(Math.abs(result.seconds - sum)).toBeLessThan(0.05);
    expect(result.certificate).toMatchObject({
      dnsNames: [SERVER_NAME],
      serverName: SERVER_NAME,
      nameMatches: true,
      verifiedByCaBundle: true,
      verifiedBySystem: false,
      issuer: 'CN=harbour-ca',
    });
  });

  it.each([
    [200, DISCOVERY, true, undefined],
    [401, 'Unauthorized', true, undefined],
    [403, 'forbidden: User "system:anonymous" cannot get path', true, undefined],
    [200, '<html>It works!</html>', false, 'invalid_response'],
    [200, '', false, 'invalid_response'],
    [200, '{"kind":"Status"}', false, 'invalid_response'],
    [200, DISCOVERY.replace('tides.example.com/v1', 'tides.example.com/v2'), false, 'invalid_response'],
    [302, '', false, 'unexpected_status'],
    [404, '404 page not found', false, 'not_found'],
    [429, 'Too many requests, please try again later.', false, 'too_many_requests'],
    [500, 'boom', false, 'server_error'],
    [502, '', false, 'bad_gateway'],
    [503, '', false, 'service_unavailable'],
    [504, '', false, 'gateway_timeout'],
  ])('judges %i %j', async (status, body, ok, reason) => {
    const { port } = await servers.https(good, answering(status, body));
    const result = await probe(port);
    expect(result).toMatchObject({ ok, status });
    expect(result.reason).toBe(reason);
    expect(result.hop).toBe(ok ? undefined : 'backend');
  });

  it.each([
    ['certificate_expired', () => authority.issue({ names: [SERVER_NAME], notBefore: fromNow(-30 * DAY), notAfter: fromNow(-DAY) })],
    ['certificate_not_yet_valid', () => authority.issue({ names: [SERVER_NAME], notBefore: fromNow(DAY) })],
    ['certificate_name_mismatch', () => authority.issue({ names: ['other.harbour.svc'] })],
    ['certificate_name_mismatch', () => authority.issue({ names: [], commonName: SERVER_NAME })],
    ['tls_handshake_failed', () => authority.issue({ names: [SERVER_NAME], usage: 'client' })],
    ['certificate_unknown_authority', async () => (await createAuthority({ name: 'harbour-ca' })).issue({ names: [SERVER_NAME] })],
    ['certificate_unknown_authority', async () => (await createAuthority({ name: 'another-ca' })).issue({ names: [SERVER_NAME] })],
  ])('says %s, and still reads the answer', async (reason, issue) => {
    const { port } = await servers.https(await issue(), healthy);
    expect(await probe(port)).toMatchObject({ ok: false, reason, status: 200, hop: 'backend' });
    running.abort();
    running = new AbortController();
    expect(await probe(port, { insecureSkipTLSVerify: true, caBundle: undefined as never })).toMatchObject({ ok: true, status: 200 });
  });

  it('says that a CA of the chain has expired, which is no fault of the leaf', async () => {
    const old = await createAuthority({ name: 'old-ca', notBefore: fromNow(-30 * DAY), notAfter: fromNow(-DAY) });
    const { port } = await servers.https(await old.issue({ names: [SERVER_NAME] }), healthy);
    const result = await probe(port, { caBundle: old.cert });
    expect(result).toMatchObject({
      ok: false,
      reason: 'certificate_expired',
      certificate: { verifiedByCaBundle: true, nameMatches: true },
    });
    expect(result.detail).toContain('CA of the chain');
  });

  it('trusts a leaf that is in the bundle itself, as Go does', async () => {
    const { port } = await servers.https(good, healthy);
    expect(await probe(port, { caBundle: good.cert })).toMatchObject({ ok: true, certificate: { verifiedByCaBundle: true } });
  });

  it('says so when the caBundle holds no certificate', async () => {
    const { port } = await servers.https(good, healthy);
    const result = await probe(port, { caBundle: 'not PEM at all' });
    expect(result).toMatchObject({ ok: false, reason: 'certificate_unknown_authority', certificate: { verifiedByCaBundle: false } });
    expect(result.detail).toContain('caBundle holds no certificate');
  });

  it('judges by system roots when there is no caBundle', async () => {
    const { port } = await servers.https(good, healthy);
    const result = await probe(port, { caBundle: undefined as never });
    expect(result).toMatchObject({ ok: false, reason: 'certificate_unknown_authority', certificate: { verifiedBySystem: false } });
    expect(result.certificate).not.toHaveProperty('verifiedByCaBundle');
  });

  it('takes a server that insists on a client certificate for reachable', async () => {
    const { port } = await servers.https(good, healthy, { requestCert: true, rejectUnauthorized: true, ca: authority.cert });
    expect(await probe(port)).toMatchObject({ ok: true });
  });

  it('follows intermediates that the server presents, and trusts one that is in the bundle, as Go does', async () => {
    const intermediate = await authority.issueAuthority({ name: 'harbour-intermediate' });
    const leaf = await intermediate.issue({ names: [SERVER_NAME] });
    const whole = await servers.https({ ...leaf, cert: leaf.cert + intermediate.cert }, healthy);
    expect(await probe(whole.port)).toMatchObject({ ok: true, certificate: { verifiedByCaBundle: true } });
    const alone = await servers.https(leaf, healthy);
    expect(await probe(alone.port)).toMatchObject({ ok: false, reason: 'certificate_unknown_authority' });
    expect(await probe(alone.port, { caBundle: intermediate.cert })).toMatchObject({ ok: true });
  });

  it('tells a date from a chain when both are wrong', async () => {
    const stranger = await createAuthority({ name: 'another-ca' });
    const expired = { names: [SERVER_NAME], notBefore: fromNow(-30 * DAY), notAfter: fromNow(-DAY) };
    const { port } = await servers.https(await stranger.issue(expired), healthy);
    expect(await probe(port)).toMatchObject({ reason: 'certificate_expired', certificate: { verifiedByCaBundle: false } });
  });

  it('says connection_refused', async () => {
    expect(await probe(await servers.refusing())).toMatchObject({ ok: false, reason: 'connection_refused', hop: 'backend' });
  });

  it('says tls_timeout of a peer that accepts and is silent', async () => {
    const { port } = await servers.tcp(() => {});
    const result = await probe(port);
    expect(result).toMatchObject({ ok: false, reason: 'tls_timeout' });
    expect(Object.keys(result.phases)).toEqual(['connect', 'tls']);
    expect(result.phases.tls).toBeGreaterThan(0.3);
  });

  it('says connection_reset of a peer that hangs up during the handshake', async () => {
    const { port } = await servers.tcp((socket) => socket.once('data', () => socket.destroy()));
    expect(await probe(port)).toMatchObject({ ok: false, reason: 'connection_reset' });
  });

  it('says tls_handshake_failed of a peer that speaks plain HTTP', async () => {
    const { port } = await servers.tcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
    );
    expect(await probe(port)).toMatchObject({ ok: false, reason: 'tls_handshake_failed' });
  });

  it('says response_timeout of a handler that hangs', async () => {
    const { port } = await servers.https(good, () => {});
    expect(await probe(port)).toMatchObject({ ok: false, reason: 'response_timeout', certificate: { verifiedByCaBundle: true } });
  });

  it('says connection_reset of a handler that hangs up before it answers', async () => {
    const { port } = await servers.https(good, (request) => request.socket.destroy());
    expect(await probe(port)).toMatchObject({ ok: false, reason: 'connection_reset' });
  });

  it.each([
    ['connection_reset', (response: { destroy(): void }) => response.destroy()],
    ['transfer_timeout', () => {}],
  ])('says %s of a body that is cut', async (reason, then) => {
    const { port } = await servers.https(good, (_, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
      response.write(DISCOVERY.slice(0, 20), () => setTimeout(() => then(response), 20));
    });
    expect(await probe(port)).toMatchObject({ ok: false, reason, status: 200 });
  });

  it('never carries the token', async () => {
    const server = await servers.https(good, healthy);
    await probe(server.port);
    expect(server.received).toHaveLength(1);
    expect(Object.keys(server.received[0]!.headers).sort()).toEqual(['accept', 'connection', 'host', 'user-agent']);
    expect(JSON.stringify(server.received)).not.toContain('s3cret');
  });
});
