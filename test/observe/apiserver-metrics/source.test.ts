import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeClient } from '../../../src/kube/client.ts';
import { createAddressRules } from '../../../src/net/addresses.ts';
import { createApiserverMetricsSource } from '../../../src/observe/apiserver-metrics/source.ts';
import { type Logger, SILENT } from '../../../src/source/logger.ts';
import { createAuthority } from '../../support/certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { type KubeServer, startKubeServer } from '../../support/kube-server.ts';
import { useLoopTime } from '../../support/virtual-time.ts';
import { HEALTHY_APISERVER } from '../exposition/exposition.ts';

useLoopTime();

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const text =
  (body: string): Answer =>
  (_, response) =>
    void response.end(body);
const gzip =
  (body: string): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
const status =
  (code: number): Answer =>
  (_, response) =>
    void response.writeHead(code).end('no');

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function start(
  answer: Answer,
  { log = SILENT, options = {}, server: given }: { log?: Logger; options?: object; server?: KubeServer } = {},
) {
  const server = given ?? (await startKubeServer(answer));
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  const abort = new AbortController();
  opened.push(
    () => server.stop(),
    () => client.close(),
    () => abort.abort(),
  );
  let now = 1_000_000;
  const source = createApiserverMetricsSource({ client, clock: () => now, log, options: { intervalMs: 20, ...options } });
  source.start(abort.signal);
  const instance = source.instances()[0]!;
  return { server, source, instance, metrics: () => source.metrics(instance), advance: (ms: number) => (now += ms) };
}

describe('reading each kube-apiserver', () => {
  it.each([
    ['plain', text(HEALTHY_APISERVER)],
    ['compressed', gzip(HEALTHY_APISERVER)],
  ])('reads a %s answer', async (_, answer) => {
    const { source, metrics, instance } = await start(answer);
    expect(instance).toMatch(/^127\.0\.0\.1:\d+$/);
    await eventually(() => metrics().state === 'observed');
    expect(metrics()).toMatchObject({ value: { inflightRequests: 5, unavailable: { 'v1.tides.example.com': 0 } } });
    expect(source.status(1_000_000)).toEqual({ source: 'apiserver-metrics', state: 'ok', lastSuccess: 1_000_000 });
  });

  it('asks for the text format, compressed', async () => {
    let headers: IncomingMessage['headers'] = {};
    const { metrics } = await start((request, response) => {
      headers = request.headers;
      response.end(HEALTHY_APISERVER);
    });
    await eventually(() => metrics().state === 'observed');
    expect(headers).toMatchObject({ accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' });
  });

  it.each([
    [401, { state: 'unobserved', why: 'the credentials were refused: GET /metrics: 401' }, { state: 'unauthorised' }],
    [403, { state: 'forbidden', rule: 'nonResourceURLs /metrics: get' }, { state: 'forbidden', rule: 'nonResourceURLs /metrics: get' }],
    [404, { state: 'absent' }, { state: 'absent' }],
  ] as const)('tells %i from a failure', async (code, fact, told) => {
    const { source, metrics } = await start(status(code));
    await eventually(() => expect(metrics()).toEqual(fact));
    expect(source.status(1_000_000)).toMatchObject(told);
  });

  it.each<[string, Answer, RegExp]>([
    ['500', status(500), /500/],
    ['a page that is no exposition', text('<html>welcome</html>'), /no exposition/],
    [
      'a cut answer',
      (_, response) => void response.writeHead(200, { 'content-length': 99_999 }).write(HEALTHY_APISERVER, () => response.destroy()),
      /./,
    ],
    [
      'a cut gzip stream',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(HEALTHY_APISERVER).subarray(0, 200)),
      /./,
    ],
    ['a line without an end', text('x'.repeat(200_000)), /longer than 65536/],
    ['an answer that is too large', text(HEALTHY_APISERVER.repeat(20)), /larger than 30000 bytes/],
  ])('says that it failed on %s', async (name, answer, message) => {
    const { source, metrics } = await start(answer, { options: name.includes('too large') ? { maxBytes: 30_000 } : {} });
    await eventually(() => source.status(0).state === 'failed');
    expect(metrics()).toMatchObject({ state: 'unobserved' });
    expect(source.status(0).message).toMatch(message);
  });

  it('gives up on an answer that does not end', async () => {
    const { source } = await start((_, response) => void response.writeHead(200).write('a 1\n'), { options: { timeoutMs: 50 } });
    await eventually(() => source.status(0).state === 'failed');
    expect(source.status(0).message).toMatch(/longer than 50 ms/);
  });

  it('tells what was refused, once it was read twice', async () => {
    let refused = 3;
    const { source, server } = await start((_, response) => {
      const labels = 'code="503",component="aggregator",group="tides.example.com",resource="gauges",verb="LIST",version="v1"';
      response.end(
        `${HEALTHY_APISERVER}# TYPE apiserver_request_terminations_total counter\napiserver_request_terminations_total{${labels}} ${refused++}\n`,
      );
    });
    const tides = { group: 'tides.example.com', version: 'v1' };
    expect(source.refused(tides).listed).toMatchObject({
      state: 'unobserved',
      why: 'the metrics of no kube-apiserver were read twice yet',
    });
    await eventually(() => expect(source.refused(tides).listed).toMatchObject({ value: [{ name: 'LIST gauges' }] }));
    // Those that fail on their way are in no counter: nothing counted is not nobody.
    expect(source.refused({ ...tides, version: 'v2' }).listed).toMatchObject({
      state: 'unobserved',
      why: expect.stringContaining('in none of its counters'),
    });
    server.handler = status(403);
    await eventually(() => expect(source.refused(tides).listed).toEqual({ state: 'forbidden', rule: 'nonResourceURLs /metrics: get' }));
  });

  it('keeps what it read over a short failure, not over a long one, and comes back', async () => {
    const { server, source, metrics, advance } = await start(text(HEALTHY_APISERVER));
    await eventually(() => metrics().state === 'observed');
    server.handler = status(503);
    await eventually(() => source.status(1_000_000).message === 'GET /metrics: 503');
    expect(metrics().state).toBe('observed');
    advance(61);
    await eventually(() => metrics().state === 'unobserved');
    expect(source.status(1_000_061).state).toBe('stale');
    server.handler = text(HEALTHY_APISERVER);
    await eventually(() => metrics().state === 'observed');
    expect(source.status(1_000_061).state).toBe('ok');
  });

  it('writes one line while it fails in one way', async () => {
    const lines: string[] = [];
    const { server, source } = await start(status(500), {
      log: { ...SILENT, warn: (_, line) => lines.push(line), info: (_, line) => lines.push(line) },
    });
    await eventually(() => server.requests.length > 4);
    expect(lines).toEqual(['cannot read kube-apiserver metrics']);
    server.handler = text(HEALTHY_APISERVER);
    await eventually(() => source.status(1_000_000).state === 'ok');
    expect(lines).toEqual(['cannot read kube-apiserver metrics', 'kube-apiserver metrics can be read again']);
  });
});

describe('several instances', () => {
  interface Second {
    readonly foreign?: boolean;
    /** Default: as every kube-apiserver's. */
    readonly certificate?: { readonly names?: string[]; readonly ips?: string[] };
    readonly allow?: string[];
    readonly tls?: { readonly rejectUnauthorized: boolean };
  }

  async function pair({ foreign = false, certificate = { names: ['kubernetes.default.svc'] }, allow = ['127.0.0.0/8'], tls }: Second) {
    const authority = await createAuthority();
    const other = foreign ? await createAuthority({ name: 'somebody' }) : authority;
    const headers: IncomingMessage['headers'][] = [];
    const server = await startKubeServer(text(HEALTHY_APISERVER), {
      tls: await authority.issue({ names: ['kubernetes.default.svc'], ips: ['127.0.0.1'] }),
      credentials: (options) =>
        Object.assign(options, tls ?? { ca: authority.cert }, { headers: { authorization: 'Bearer harbour-token' } }),
    });
    const replica = await startKubeServer(
      (request, response) => {
        headers.push(request.headers);
        response.end(HEALTHY_APISERVER.replace('request_kind="readOnly"} 4', 'request_kind="readOnly"} 40'));
      },
      { tls: await other.issue(certificate) },
    );
    const client = createKubeClient(server.kubeConfig, { log: SILENT });
    const abort = new AbortController();
    opened.push(
      () => server.stop(),
      () => replica.stop(),
      () => client.close(),
      () => abort.abort(),
    );
    const [first, last] = [new URL(server.url).host, new URL(replica.url).host];
    const source = createApiserverMetricsSource({
      client,
      apiservers: () => [first, last],
      clock: Date.now,
      log: SILENT,
      options: { intervalMs: 20, addresses: createAddressRules(allow) },
    });
    source.start(abort.signal);
    return { source, first, last, headers };
  }

  it('are read one by one, by address, as kubernetes.default.svc', async () => {
    const { source, first, last, headers } = await pair({});
    await eventually(() => source.metrics(last).state === 'observed');
    expect(source.metrics(first)).toMatchObject({ value: { inflightRequests: 5 } });
    expect(source.metrics(last)).toMatchObject({ value: { inflightRequests: 41 } });
    expect(headers[0]).toMatchObject({ authorization: 'Bearer harbour-token' });
  });

  it.each<[string, Second, string]>([
    ['another CA signed their certificate', { foreign: true }, 'unable to verify the first certificate'],
    ['their certificate is that of a kubelet', { certificate: { ips: ['127.0.0.1'] } }, 'does not match certificate'],
    ['their address is refused', { allow: [] }, 'is not asked: it is a loopback address'],
    ['the kubeconfig skips verification', { tls: { rejectUnauthorized: false } }, 'is not asked: the kube client does not verify'],
  ])('get no request at all when %s, and the reason is told', async (_, second, why) => {
    const { source, first, last, headers } = await pair(second);
    await eventually(() => source.metrics(last).state === 'unobserved' && source.status(Date.now()).message !== undefined);
    expect(source.metrics(last)).toMatchObject({ state: 'unobserved', why: expect.stringContaining(why) });
    await eventually(() => source.metrics(first).state === 'observed' && source.status(Date.now()).state === 'ok');
    expect(headers).toEqual([]);
  });
});
