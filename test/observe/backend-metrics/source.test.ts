import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createAddressRules } from '../../../src/net/addresses.ts';
import { LIMITS } from '../../../src/net/limits.ts';
import { type ApiTarget, fixedTargets } from '../../../src/objects/targets.ts';
import { readBackendMetrics } from '../../../src/observe/backend-metrics/reading.ts';
import { BACKEND_METRICS_RULE, createBackendMetricsSource } from '../../../src/observe/backend-metrics/source.ts';
import { SILENT } from '../../../src/source/logger.ts';
import { createAuthority } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { startKubeServer } from '../../support/kube-server.ts';
import { useLoopTime } from '../../support/virtual-time.ts';

useLoopTime();

const EXPOSITION = `# TYPE apiserver_delegated_authn_request_total counter
apiserver_delegated_authn_request_total{code="201"} 90
apiserver_delegated_authn_request_total{code="403"} 3
apiserver_delegated_authn_request_total{code="<error>"} 2
# TYPE apiserver_delegated_authz_request_total counter
apiserver_delegated_authz_request_total{code="201"} 90
apiserver_delegated_authz_request_total{code="403"} 1
apiserver_delegated_authz_request_total{code="<error>"} 7
# TYPE apiserver_tls_handshake_errors_total counter
apiserver_tls_handshake_errors_total 4
# TYPE apiserver_request_total counter
apiserver_request_total{code="200",verb="LIST"} 100
apiserver_request_total{code="429",verb="LIST"} 6
# TYPE apiserver_flowcontrol_rejected_requests_total counter
apiserver_flowcontrol_rejected_requests_total{reason="queue-full"} 5
# TYPE apiserver_client_certificate_expiration_seconds histogram
apiserver_client_certificate_expiration_seconds_bucket{le="0"} 0
apiserver_client_certificate_expiration_seconds_bucket{le="86400"} 0
apiserver_client_certificate_expiration_seconds_bucket{le="604800"} 2
apiserver_client_certificate_expiration_seconds_bucket{le="+Inf"} 9
`;
const FACTS = {
  delegatedAuthnFailures: 5,
  delegatedAuthzFailures: 1,
  tlsHandshakeErrors: 4,
  rejectedRequests: 6,
};

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function start(answer: Answer, { allow = ['127.0.0.0/8'], replicas = 1, isVouchedFor = true } = {}) {
  const authority = await createAuthority();
  const server = await startKubeServer(answer, { tls: await authority.issue({ names: ['wrong.example.com'] }) });
  const port = Number(new URL(server.url).port);
  const target: ApiTarget = {
    name: 'v1.tides.example.com',
    group: 'tides.example.com',
    version: 'v1',
    backend: { namespace: 'harbour', service: 'tide-gauge', port: 443 },
    insecureSkipTLSVerify: false,
    addresses: Array.from({ length: replicas }, () => ({ ip: '127.0.0.1', port, ready: true })),
    pods: [],
  };
  const abort = new AbortController();
  opened.push(
    () => server.stop(),
    () => abort.abort(),
  );
  const source = createBackendMetricsSource({
    targets: fixedTargets([target]),
    clock: () => 1000,
    log: SILENT,
    vouchesFor: (api, at) => isVouchedFor && api === target.name && at === `127.0.0.1:${port}`,
    options: { intervalMs: 20, timeoutMs: 200, addresses: createAddressRules(allow) },
  });
  source.start(abort.signal);
  return { server, source, facts: () => source.factsFor(target.name), status: () => source.status(1000) };
}

describe('the aggregated server’s own metrics', () => {
  it('are not asked for where nobody has shown to be the backend', async () => {
    const { server, facts } = await start((_, response) => void response.end(EXPOSITION), { isVouchedFor: false });
    await eventually(() => expect(facts()).toMatchObject({ why: expect.stringContaining('no endpoint has proved to be the backend') }));
    expect(server.connections).toBe(0);
  });

  it.each([
    [LIMITS.interimHeads, 'observed', undefined],
    [LIMITS.interimHeads + 1, 'unobserved', `more than ${LIMITS.interimHeads} interim responses (1xx)`],
  ])('after %d interim responses are %s', async (count, state, why) => {
    const { facts } = await start((_, response) => {
      for (let i = 0; i < count; i += 1) response.writeProcessing();
      response.end(EXPOSITION);
    });
    await eventually(() => expect(facts()).toMatchObject({ state, ...(why !== undefined && { why: expect.stringContaining(why) }) }));
  });

  it('are read where it lets anybody in, whatever its certificate', async () => {
    const { facts, status } = await start((_, response) => void response.end(EXPOSITION));
    await eventually(() => expect(facts()).toEqual({ state: 'observed', value: FACTS }));
    expect(status()).toEqual({ source: 'backend-metrics', state: 'ok', lastSuccess: 1000 });
  });

  it('are read compressed', async () => {
    const { facts } = await start((_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(EXPOSITION)));
    await eventually(() => expect(facts()).toEqual({ state: 'observed', value: FACTS }));
  });

  it('are summed over replicas', async () => {
    const { facts } = await start((_, response) => void response.end(EXPOSITION), { replicas: 2 });
    await eventually(() => expect(facts()).toMatchObject({ value: { delegatedAuthnFailures: 10 } }));
  });

  it('are asked for without any credentials', async () => {
    const headers: string[] = [];
    const { facts } = await start((request, response) => {
      headers.push(...Object.keys(request.headers));
      response.end(EXPOSITION);
    });
    await eventually(() => facts().state === 'observed');
    expect([...new Set(headers)].sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  });

  it.each([
    [401, { state: 'forbidden', rule: BACKEND_METRICS_RULE }],
    [403, { state: 'forbidden', rule: BACKEND_METRICS_RULE }],
    [404, { state: 'absent' }],
  ] as const)('are %i as often as not, and that is said', async (code, expected) => {
    const { facts, status } = await start((_, response) => void response.writeHead(code).end());
    await eventually(() => expect(facts()).toEqual(expected));
    await eventually(() => expect(status()).toMatchObject(expected));
  });

  it.each<[string, Answer, RegExp]>([
    ['500', (_, response) => void response.writeHead(500).end(), /500/],
    ['nothing', () => {}, /no answer within 200 ms/],
    [
      'a cut answer',
      (_, response) => void response.writeHead(200, { 'content-length': 9999 }).write('a 1\n', () => response.destroy()),
      /./,
    ],
  ])('may be %s', async (_, answer, why) => {
    const { facts, status } = await start(answer);
    await eventually(() => expect(facts()).toMatchObject({ state: 'unobserved', why: expect.stringMatching(why) }));
    await eventually(() => status().state === 'failed');
  });

  it('are not asked for at loopback addresses', async () => {
    const { server, facts } = await start((_, response) => void response.end(EXPOSITION), { allow: [] });
    await eventually(() => expect(facts()).toMatchObject({ state: 'unobserved', why: 'no endpoint that may be asked' }));
    expect(server.connections).toBe(0);
  });

  it('that say nothing of these families say nothing', () => {
    const { scanner, finish } = readBackendMetrics();
    scanner.write(Buffer.from('go_goroutines 7\n'));
    scanner.end();
    expect(finish()).toEqual({});
  });
});
