import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedApi } from '../../src/simulator/api.ts';
import type { Leaf } from '../../src/simulator/certificates.ts';
import type { FaultId } from '../../src/simulator/faults/list.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { useLoopTime } from '../support/virtual-time.ts';
import { clientOf, eventually } from './support/client.ts';
import { smallScenario, TIDES, TIDES_LIST } from './support/scenario.ts';

useLoopTime();

let simulator: Simulator;
const DISCOVERY = '/apis/tides.example/v1';

beforeAll(async () => {
  const { apis = [], ...scenario } = smallScenario({ timeouts: 20 });
  // A pod whose server is made to hang or to hang up stays an endpoint.
  const unprobed = apis.map((api) => ({ ...api, readinessProbe: false }));
  simulator = await startSimulator({ scenario: { ...scenario, apis: unprobed } });
  await eventually(() => condition()?.status === 'True');
  // The condition stays True whatever happens, so that the proxy's own words are heard and not its "service unavailable".
  for (const server of simulator.cluster.apiServers) server.holdConditions(true);
});
afterAll(() => simulator.stop());

const condition = () => simulator.cluster.store.apiservices.get(TIDES)!.status.conditions?.[0];
const ask = (path: string, identity: 'ordinary' | 'admin' | 'anonymous' = 'ordinary') => clientOf(simulator, identity).ask(path);

describe('a healthy API', () => {
  it('is discovered and listed through the kube-apiserver', async () => {
    expect((await ask(DISCOVERY)).json).toMatchObject({ kind: 'APIResourceList', groupVersion: 'tides.example/v1' });
    expect((await ask(TIDES_LIST)).json).toMatchObject({ kind: 'GaugeList', items: [{ metadata: { name: 'north' } }] });
  });

  it('has a condition that says so', () => {
    expect(condition()).toMatchObject({ type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' });
  });

  it('knows on whose behalf it is asked', async () => {
    const seen: string[] = [];
    const api = simulator.cluster.api(TIDES);
    api.behaviour.intercept = ({ user }) => {
      seen.push(`${user.name} ${user.groups.includes('developers')}`);
      return undefined;
    };
    await ask(TIDES_LIST);
    delete api.behaviour.intercept;
    expect(seen).toEqual(['ordinary true']);
  });

  it('is not listed by those whom RBAC does not know', async () => {
    const answer = await ask(TIDES_LIST, 'anonymous');
    expect(answer.json).toMatchObject({ code: 403, message: expect.stringContaining('User "system:anonymous" cannot list resource') });
  });
});

/** Status and body as a client of the kube-apiserver gets them while the condition is still True. */
describe('the words of the proxy', () => {
  it.each<[fault: FaultId, path: string, status: number, body: RegExp]>([
    ['connection-refused', DISCOVERY, 503, /^error trying to reach service: dial tcp 127\.\S+:\d+: connect: connection refused\n$/],
    ['connection-reset', DISCOVERY, 503, /^error trying to reach service: read tcp \S+->\S+: read: connection reset by peer\n$/],
    ['connection-timed-out', DISCOVERY, 503, /^error trying to reach service: context deadline exceeded\n$/],
    ['connection-timed-out', TIDES_LIST, 503, /^error trying to reach service: dial tcp 127\.\S+: i\/o timeout\n$/],
    ['backend-slow', DISCOVERY, 503, /^error trying to reach service: context deadline exceeded\n$/],
    ['backend-storage-hung', TIDES_LIST, 504, /Timeout: request did not complete within the allotted timeout/],
    ['dns-failing', DISCOVERY, 503, /^error trying to reach service: dial tcp: lookup \S+ on \S+: no such host\n$/],
    ['tunnel-down', DISCOVERY, 503, /^error trying to reach service: No agent available\n$/],
    ['service-not-found', DISCOVERY, 503, /^service unavailable\n$/],
    ['service-port-mismatch', DISCOVERY, 503, /^service unavailable\n$/],
    [
      'serving-certificate-expired',
      DISCOVERY,
      503,
      /^error trying to reach service: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time \S+ is after \S+\n$/,
    ],
    [
      'serving-certificate-name-mismatch',
      DISCOVERY,
      503,
      /x509: certificate is valid for tide-gauge-old\.harbour\.svc, localhost, not tide-gauge\.harbour\.svc\n$/,
    ],
    [
      'ca-bundle-mismatch',
      DISCOVERY,
      503,
      /x509: certificate signed by unknown authority \(possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "tide-gauge-ca"\)\n$/,
    ],
    ['ca-bundle-replaced', DISCOVERY, 503, /x509: certificate signed by unknown authority\n$/],
    ['version-not-served', DISCOVERY, 404, /^404 page not found\n$/],
    ['request-header-ca-mismatch', DISCOVERY, 401, /"reason":"Unauthorized"/],
    ['discovery-forbidden', DISCOVERY, 403, /User \\"system:anonymous\\" cannot get path \\"\/apis\/tides\.example\/v1\\"/],
    ['rate-limited', TIDES_LIST, 429, /Too many requests, please try again later\./],
  ])('after %s, %s: %i', async (fault, path, status, body) => {
    expect((await ask(path)).status).toBe(200);
    await simulator.inject(fault, TIDES);
    try {
      // The first answers may still come over a connection that stood.
      const answer = await eventually(
        () => {
          simulator.cluster.apiServers[0]!.connections.closeIdle(TIDES);
          return ask(path);
        },
        (seen) => seen.status === status && body.test(seen.text),
      );
      expect(answer.status).toBe(status);
    } finally {
      await simulator.clear(fault, TIDES);
      await eventually(
        () => ask(path),
        (seen) => seen.status === 200,
      );
    }
  });

  type Spoil = (api: SimulatedApi) => void | Promise<void>;
  const serving =
    (leaf: Partial<Leaf>): Spoil =>
    async (api) => {
      api.behaviour.serving = await api.authority.issue({
        commonName: api.serverName,
        usage: 'server',
        dnsNames: [api.serverName],
        ...leaf,
      });
      await api.reload();
    };
  const hangs: Spoil = (api) => {
    for (const { listener } of api.pods()) listener!.impair = () => ({ kind: 'hang' });
  };
  const withBundle = (api: SimulatedApi, caBundle: string) =>
    api.editApiService((copy) => {
      copy.spec.caBundle = caBundle;
    });
  const unverified = (words: string) => `error trying to reach service: tls: failed to verify certificate: x509: ${words}`;

  it.each<[string, string, Spoil, number, string]>([
    [
      'a certificate of tomorrow',
      DISCOVERY,
      serving({ notBefore: new Date(Date.now() + 86_400_000) }),
      503,
      unverified('certificate has expired or is not yet valid: current time T is before T'),
    ],
    [
      'a certificate without names',
      DISCOVERY,
      serving({ dnsNames: [] }),
      503,
      unverified('certificate relies on legacy Common Name field, use SANs instead'),
    ],
    [
      'a certificate for clients',
      DISCOVERY,
      serving({ usage: 'client' }),
      503,
      unverified('certificate specifies an incompatible key usage'),
    ],
    [
      'plain HTTP',
      DISCOVERY,
      (api) => {
        api.behaviour.plainText = true;
        return api.reload();
      },
      503,
      'error trying to reach service: tls: first record does not look like a TLS handshake',
    ],
    ['TLS that never answers', DISCOVERY, hangs, 503, 'error trying to reach service: context deadline exceeded'],
    ['TLS that never answers', TIDES_LIST, hangs, 503, 'error trying to reach service: net/http: TLS handshake timeout'],
    [
      'a connection that is closed',
      TIDES_LIST,
      (api) => {
        api.behaviour.intercept = () => 'abort';
      },
      503,
      'error trying to reach service: EOF',
    ],
    [
      'a caBundle of garbage',
      DISCOVERY,
      (api) => withBundle(api, 'Z2FyYmFnZQ=='),
      500,
      'unable to load root certificates: unable to parse bytes as PEM block',
    ],
  ])('with %s, %s', async (_, path, spoil, status, words) => {
    const api = simulator.cluster.api(TIDES);
    const caBundle = simulator.cluster.store.apiservices.get(TIDES)!.spec.caBundle!;
    await spoil(api);
    try {
      const plain = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'T');
      await eventually(
        () => {
          simulator.cluster.apiServers[0]!.connections.closeIdle(TIDES);
          return ask(path);
        },
        (seen) => seen.status === status && plain(seen.text) === `${words}\n`,
      );
    } finally {
      api.behaviour = {};
      for (const { listener } of api.pods()) listener!.impair = undefined;
      withBundle(api, caBundle);
      await api.reload();
      await eventually(
        () => ask(path),
        (seen) => seen.status === 200,
      );
    }
  });

  it('are the backend’s own for what it answers, Retry-After included', async () => {
    const api = simulator.cluster.api(TIDES);
    api.behaviour.intercept = () => ({ status: 429, body: 'slow down', headers: { 'Retry-After': '7' } });
    const answer = await ask(TIDES_LIST);
    delete api.behaviour.intercept;
    expect([answer.status, answer.text, answer.headers['retry-after']]).toEqual([429, 'slow down', '7']);
  });

  it('say nothing in /apis and /apis/<group>, which list a group that is dead', async () => {
    await simulator.inject('connection-refused', TIDES);
    expect((await ask('/apis')).json.groups).toContainEqual(expect.objectContaining({ name: 'tides.example' }));
    expect((await ask('/apis/tides.example')).json).toMatchObject({ kind: 'APIGroup', name: 'tides.example' });
    await simulator.clear('connection-refused', TIDES);
  });

  it('differ by who asks when only delegated authorization is broken', async () => {
    await simulator.inject('delegated-auth-failing', TIDES);
    const ordinary = await eventually(
      () => ask(TIDES_LIST),
      (seen) => seen.status === 500,
      12_000,
    );
    expect(ordinary.text).toContain(
      'subjectaccessreviews.authorization.k8s.io is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot create',
    );
    expect((await ask(TIDES_LIST, 'admin')).status).toBe(200);
    expect(condition()?.status).toBe('True');
    await simulator.clear('delegated-auth-failing', TIDES);
  });

  it('say "redirect" for a redirect, and cut what the backend cuts', async () => {
    const api = simulator.cluster.api(TIDES);
    api.behaviour.intercept = () => ({ status: 302, body: '', headers: { Location: 'https://elsewhere.invalid/' } });
    expect(await ask(TIDES_LIST)).toMatchObject({
      status: 502,
      text: 'the backend attempted to redirect this request, which is not permitted\n',
    });
    api.behaviour.intercept = () => 'break';
    await expect(ask(TIDES_LIST)).rejects.toThrow();
    delete api.behaviour.intercept;
    expect((await ask('/metrics', 'admin')).text).toMatch(/apiserver_request_aborts_total\{group="tides\.example".*\} 1/);
  });
});
