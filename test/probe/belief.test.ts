import type { RequestListener } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApiTarget, fixedTargets } from '../../src/objects/targets.ts';
import { createBeliefs } from '../../src/probe/belief.ts';
import { createProber, type Prober, type ProberOptions } from '../../src/probe/prober.ts';
import { SILENT } from '../../src/source/logger.ts';
import { type Authority, createAuthority, type Issued } from '../support/certificates.ts';
import { probeResult } from '../support/healthy.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { answering, apiTarget, eventually, healthy, kubeClient, SERVER_NAME, type Servers, serversOfTest } from './servers.ts';

useLoopTime();

let authority: Authority;
let stranger: Authority;
let servers: Servers;
let running: AbortController;

beforeAll(async () => {
  authority = await createAuthority({ name: 'harbour-ca' });
  stranger = await createAuthority({ name: 'office-proxy' });
});
beforeEach(() => {
  ({ servers, running } = serversOfTest());
});

const API = 'v1.tides.example.com';

/** Probes one endpoint from outside of the cluster. */
function outside(port: number, differs: Partial<ApiTarget> = {}, options: ProberOptions = {}): Prober {
  const prober = createProber({
    client: kubeClient('https://127.0.0.1:1', {}),
    targets: fixedTargets([apiTarget({ caBundle: authority.cert, addresses: [{ ip: '127.0.0.1', port, ready: true }], ...differs })]),
    clock: Date.now,
    log: SILENT,
    options: {
      vantages: ['endpoint'],
      allowAddresses: ['127.0.0.0/8'],
      firstWithinMs: 0,
      intervalMs: 40,
      burstSteps: 0,
      discoveryTimeoutMs: 400,
      ...options,
    },
  });
  prober.start(running.signal);
  return prober;
}

const isAsked = (prober: Prober): boolean => prober.tallies(API).length + prober.unbelieved(API).length > 0;
const OTHER_SITES = ['*.example.net', 'example.net'];
const refused: RequestListener = answering(403, '{"kind":"Status","apiVersion":"v1","reason":"Forbidden","code":403}', 'application/json');
const blocked: RequestListener = answering(403, '<html>This site is blocked</html>', 'text/html');
/** As of an APIService without one: discovery leaves it out. */
const WITHOUT_BUNDLE: Partial<ApiTarget> = { caBundle: '' };
const skipping = { insecureSkipTLSVerify: true } satisfies Partial<ApiTarget>;

describe('outside the cluster a direct vantage is believed', () => {
  it.each<[string, () => Promise<Issued>, Partial<ApiTarget>, RequestListener]>([
    ['when its chain leads to the caBundle', () => authority.issue({ names: [SERVER_NAME] }), {}, healthy],
    ['when it leads there under another name', () => authority.issue({ names: ['other.harbour.svc'] }), {}, healthy],
    [
      'when it leads there and has expired',
      () => authority.issue({ names: [SERVER_NAME], notBefore: new Date(0), notAfter: new Date(1000) }),
      {},
      healthy,
    ],
    ['by name and discovery where verification is skipped', () => stranger.issue({ names: [SERVER_NAME] }), skipping, healthy],
    ['by name and a Status where verification is skipped', () => stranger.issue({ names: [SERVER_NAME] }), skipping, refused],
  ])('%s', async (_, issue, differs, handler) => {
    const { port } = await servers.https(await issue(), handler);
    const prober = outside(port, differs);
    await eventually(() => isAsked(prober));
    expect(prober.unbelieved(API)).toEqual([]);
    expect(prober.tallies(API)).toMatchObject([{ target: `127.0.0.1:${port}` }]);
    expect(prober.vouchesFor(API, `127.0.0.1:${port}`)).toBe(true);
  });

  it.each<[string, () => Promise<Issued>, Partial<ApiTarget>, RequestListener, string]>([
    [
      'when a proxy answers for every address',
      () => stranger.issue({ names: OTHER_SITES }),
      {},
      healthy,
      '*.example.net, example.net (certificate of CN=office-proxy)',
    ],
    [
      'when a proxy makes a certificate for the name that it was asked for',
      () => stranger.issue({ names: [SERVER_NAME] }),
      {},
      healthy,
      `${SERVER_NAME} (certificate of CN=office-proxy)`,
    ],
    [
      'when another cluster has a Service of that name there',
      () => stranger.issue({ names: [SERVER_NAME] }),
      {},
      refused,
      `${SERVER_NAME} (certificate of CN=office-proxy)`,
    ],
    [
      'when the roots of the system decide, and do not know it',
      () => stranger.issue({ names: [SERVER_NAME] }),
      WITHOUT_BUNDLE,
      healthy,
      `${SERVER_NAME} (certificate of CN=office-proxy)`,
    ],
    [
      'when verification is skipped and the name is another one',
      () => stranger.issue({ names: OTHER_SITES }),
      skipping,
      healthy,
      '*.example.net, example.net (certificate of CN=office-proxy)',
    ],
    [
      'when verification is skipped and no API server speaks',
      () => stranger.issue({ names: [SERVER_NAME] }),
      skipping,
      blocked,
      `${SERVER_NAME} (certificate of CN=office-proxy)`,
    ],
  ])('never %s', async (_, issue, differs, handler, as) => {
    const server = await servers.https(await issue(), handler);
    const prober = outside(server.port, differs);
    await eventually(() => server.connections() > 3 && isAsked(prober));
    expect(prober.tallies(API)).toEqual([]);
    expect(prober.unbelieved(API)).toMatchObject([{ vantage: 'endpoint', target: `127.0.0.1:${server.port}`, answersAs: as }]);
    expect(prober.vouchesFor(API, `127.0.0.1:${server.port}`)).toBe(false);
    expect(prober.certificates.status(Date.now())).toMatchObject({
      state: 'pending',
      message: expect.stringContaining('outside the cluster'),
    });
  });

  it('and not for its silence, a refusal, or no TLS, before it was believed', async () => {
    const silent = await servers.tcp(() => {});
    const plain = await servers.tcp((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    const gone = await servers.refusing();
    const addresses = [silent.port, plain.port, gone].map((port) => ({ ip: '127.0.0.1', port, ready: true }));
    const prober = outside(0, { addresses });
    await eventually(() => prober.unbelieved(API).length === 3);
    expect(prober.tallies(API)).toEqual([]);
    await eventually(() => prober.settled());
    expect(new Map(prober.unbelieved(API).map(({ target, last }) => [target, last.reason]))).toEqual(
      new Map([
        [`127.0.0.1:${silent.port}`, 'tls_timeout'],
        [`127.0.0.1:${plain.port}`, 'tls_handshake_failed'],
        [`127.0.0.1:${gone}`, 'connection_refused'],
      ]),
    );
  });

  it('for whatever comes, once it was believed: a foreign certificate is the backend’s fault then', async () => {
    const good = await authority.issue({ names: [SERVER_NAME] });
    const first = await servers.https(good, healthy);
    const prober = outside(first.port);
    await eventually(() => prober.tallies(API)[0]?.last.ok === true);
    await first.close();
    await eventually(() => prober.tallies(API)[0]?.last.reason === 'connection_refused');
    await servers.https(await stranger.issue({ names: OTHER_SITES }), healthy, {}, first.port);
    await eventually(() => prober.tallies(API)[0]?.last.reason === 'certificate_name_mismatch');
    expect(prober.unbelieved(API)).toEqual([]);
  });

  it('at once inside the cluster, where an address is the cluster’s', async () => {
    const { port } = await servers.https(await stranger.issue({ names: OTHER_SITES }), healthy);
    const prober = outside(port, {}, { inCluster: true });
    await eventually(() => isAsked(prober));
    expect(prober.tallies(API)).toMatchObject([{ last: { reason: 'certificate_name_mismatch' } }]);
    expect(prober.vouchesFor(API, '127.0.0.1:1')).toBe(true);
  });
});

describe('beliefs', () => {
  const failed = probeResult({ vantage: 'endpoint', ok: false, reason: 'connection_refused' });

  it('are of one target each, and go with it', () => {
    const beliefs = createBeliefs(false, () => 'the office');
    expect(beliefs.counts('a', failed, false)).toBe(false);
    expect(beliefs.counts('a', failed, true)).toBe(true);
    expect(beliefs.counts('a', failed, false)).toBe(true);
    expect(beliefs.counts('b', failed, false)).toBe(false);
    expect(beliefs.unbelieved(['a', 'b'])).toHaveLength(1);
    beliefs.forget('a');
    beliefs.forget('b');
    expect(beliefs.counts('a', failed, false)).toBe(false);
    expect(beliefs.unbelieved(['b'])).toEqual([]);
  });

  it('go with the network: what was proved in the office proves nothing at home', () => {
    let network = 'the office';
    const beliefs = createBeliefs(false, () => network);
    beliefs.counts('a', failed, true);
    expect(beliefs.moved()).toBe(false);
    expect(beliefs.has('a')).toBe(true);
    network = 'home';
    expect(beliefs.moved()).toBe(true);
    expect(beliefs.has('a')).toBe(false);
    expect(beliefs.moved()).toBe(false);
  });

  it('are not asked for a failure of our own', () => {
    const beliefs = createBeliefs(false, () => 'the office');
    expect(beliefs.counts('a', { ...failed, hop: 'us' }, false)).toBe(true);
    expect(beliefs.unbelieved(['a'])).toEqual([]);
  });
});
