import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterEach, describe, expect, it } from 'vitest';
import { observed } from '../../src/domain/observed.ts';
import { EVIDENCE_RIGHT } from '../../src/expose/evidence-access.ts';
import { createExposition } from '../../src/expose/exposition.ts';
import { createWebServer, type WebServerOptions } from '../../src/expose/server.ts';
import { createAccessReviews } from '../../src/kube/access-review.ts';
import { createKubeClient } from '../../src/kube/client.ts';
import { SILENT } from '../../src/source/logger.ts';
import { healthyApi, healthyPod, healthySnapshot, healthyTally, NOW, probeResult } from '../support/healthy.ts';
import { answer, type KubeServer, startKubeServer } from '../support/kube-server.ts';
import { diagnosis, viewOf } from './view.ts';

const QUOTE = 'the north gauge is under water';

/** Says the same words in every place that quotes. */
function failing() {
  const { name } = healthyApi();
  const count = { signature: 'panic', speaker: 'aggregated-server', count: 1, lastAt: NOW, sample: QUOTE } as const;
  const last = probeResult({ vantage: 'aggregator', request: 'discovery', ok: false, reason: 'other', detail: QUOTE });
  const [pod] = [healthyPod()];
  const dead = { reason: 'Error', exitCode: 1, message: QUOTE };
  const api = healthyApi({
    condition: observed({ status: 'False', reason: 'FailedDiscoveryCheck', message: QUOTE, lastTransition: NOW }),
    pods: observed([
      {
        ...pod,
        message: QUOTE,
        unschedulable: QUOTE,
        containers: pod.containers.map((one) => ({
          ...one,
          args: [QUOTE],
          waiting: { reason: 'X', message: QUOTE },
          lastTermination: dead,
        })),
      },
    ]),
    probes: [healthyTally('aggregator', 'discovery', { last, lastFailure: last })],
    events: observed({
      counts: [],
      recent: [{ type: 'Warning', reason: 'Failed', kind: 'Pod', object: 'harbour/tides', message: QUOTE, at: NOW, count: 1 }],
    }),
    logs: observed({
      lines: { info: 0, warning: 0, error: 1, fatal: 0, unknown: 0 },
      matches: [count],
      dropped: { budget: 0, truncated: 0, gap: 0 },
      unknownTemplates: [{ template: QUOTE, count: 1, sample: QUOTE, lastAt: NOW }],
      lastWords: [{ pod: 'tides', container: 'server', lines: [QUOTE] }],
    }),
    textMatches: [count],
  });
  const made = diagnosis({ apiservice: name });
  const quoting = { ...made, evidence: made.evidence.map((piece) => ({ ...piece, sample: QUOTE })) };
  return viewOf(healthySnapshot({ apis: [api] }), { diagnoses: [quoting] });
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(
  differs: Partial<WebServerOptions>,
): Promise<(path: string, authorization?: string) => Promise<{ status: number; body: string; challenge: string | null }>> {
  const view = failing();
  const exposition = createExposition({ signals: [] });
  exposition.update(view);
  const server = await createWebServer({
    exposition,
    view: () => view,
    listenAddresses: ['127.0.0.1:0'],
    version: '1.2.3',
    log: { info() {}, warn() {}, error() {} },
    ...differs,
  });
  closing.push(() => server.close());
  return async (path, authorization) => {
    const response = await fetch(new URL(path, server.urls[0]), { headers: authorization === undefined ? {} : { authorization } });
    return { status: response.status, body: await response.text(), challenge: response.headers.get('www-authenticate') };
  };
}

/** A kube-apiserver that knows one token and gives its user one right. */
async function cluster(): Promise<{
  server: KubeServer;
  reviews: object[];
  reviewAccess: NonNullable<WebServerOptions['reviewAccess']>;
  clock: { now: number };
}> {
  const reviews: object[] = [];
  const server = await startKubeServer((request, response, url) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const { spec } = JSON.parse(text) as { spec: { token?: string; user?: string; nonResourceAttributes?: object } };
      reviews.push(spec);
      if (url.pathname.endsWith('/tokenreviews'))
        answer(response, 201, {
          status: ['keepers-token', 'guests-token'].includes(spec.token ?? '')
            ? { authenticated: true, user: { username: spec.token?.split('-')[0], groups: ['harbour'] } }
            : { authenticated: false },
        });
      else answer(response, 201, { status: { allowed: spec.user === 'keepers' } });
    });
  });
  const client = createKubeClient(server.kubeConfig, { log: SILENT });
  closing.push(async () => {
    client.close();
    await server.stop();
  });
  const clock = { now: 0 };
  return {
    server,
    reviews,
    clock,
    reviewAccess: createAccessReviews(
      () => client,
      () => clock.now,
    ).review,
  };
}

const QUOTING = ['/apis/v1.tides.example.com', '/api/v1/diagnoses', '/api/v1/status'];
/** No view has them today: one that is added is guarded without a word more. */
const UNKNOWN = ['/', '/apis/none', '/api/v1/later', '/later', '/runbooks/none/later', '/metrics/later'];
const OPEN = ['/metrics', '/-/healthy', '/-/ready', '/runbooks/none'];

describe('evidence that is open', () => {
  it.each(QUOTING)('is quoted at %s', async (path) => {
    expect((await (await serve({}))(path)).body).toContain(QUOTE);
  });
});

describe('evidence that is off', () => {
  it.each(QUOTING)('leaves no quoted word at %s, and the verdict', async (path) => {
    const { status, body } = await (await serve({ evidence: 'off' }))(path);
    expect(status).toBe(200);
    expect(body).not.toContain(QUOTE);
    expect(body).toContain(diagnosis().cause);
  });
});

describe('evidence for users of the cluster', () => {
  it('streams no change to strangers', async () => {
    const get = await serve({ evidence: 'authenticated', reviewAccess: (await cluster()).reviewAccess });
    for (const authorization of [undefined, 'Bearer some-other-token']) expect((await get('/live?page=/', authorization)).status).toBe(401);
    expect((await get('/live?page=/', 'Bearer guests-token')).status).toBe(403);
  });

  it.each([...QUOTING, ...UNKNOWN, '/Metrics', '/metrics/', '/api/v1/status/', '/API/V1/Diagnoses', '/api/v1/diagnoses?apiservice=x'])(
    'is closed to strangers at %s',
    async (path) => {
      const get = await serve({ evidence: 'authenticated', reviewAccess: (await cluster()).reviewAccess });
      for (const authorization of [undefined, 'Bearer some-other-token', 'Basic dGlkZTpoaWdo', 'Bearer ']) {
        const { status, body, challenge } = await get(path, authorization);
        expect([status, challenge]).toEqual([401, 'Bearer realm="aggregated-api-exporter"']);
        expect(body).not.toContain(QUOTE);
      }
      expect((await get(path, 'Bearer guests-token')).status).toBe(403);
      expect((await get(path, 'Bearer keepers-token')).status).toBeLessThan(405);
    },
  );

  it.each(QUOTING)('is open to who has the right, at %s', async (path) => {
    const get = await serve({ evidence: 'authenticated', reviewAccess: (await cluster()).reviewAccess });
    expect(await get(path, 'Bearer keepers-token')).toMatchObject({ status: 200, body: expect.stringContaining(QUOTE) as string });
  });

  it.each(OPEN)('leaves %s open', async (path) => {
    const get = await serve({ evidence: 'authenticated', reviewAccess: (await cluster()).reviewAccess });
    expect((await get(path)).status).toBe(path.startsWith('/runbooks') ? 404 : 200);
  });

  it('asks for a right that not every user has: system:discovery gives /api/* to all', async () => {
    const { reviews, reviewAccess } = await cluster();
    await (await serve({ evidence: 'authenticated', reviewAccess }))('/api/v1/status', 'Bearer keepers-token');
    expect(reviews).toEqual([
      { token: 'keepers-token' },
      { user: 'keepers', groups: ['harbour'], nonResourceAttributes: { path: EVIDENCE_RIGHT, verb: 'get' } },
    ]);
    expect(EVIDENCE_RIGHT).not.toMatch(/^\/(?:apis?|healthz|livez|readyz|version|openapi)(?:\/|$)/);
  });

  it('is asked about once a minute per token, and after ten seconds again when it was refused', async () => {
    const { reviews, reviewAccess, clock } = await cluster();
    const get = await serve({ evidence: 'authenticated', reviewAccess });
    const asked = async (token: string, now: number) => {
      clock.now = now;
      const before = reviews.length;
      await Promise.all([get('/', `Bearer ${token}`), get('/api/v1/status', `Bearer ${token}`)]);
      return reviews.length - before;
    };
    expect([await asked('keepers-token', 0), await asked('keepers-token', 59_999), await asked('keepers-token', 60_000)]).toEqual([
      2, 0, 2,
    ]);
    expect([await asked('nobodys', 0), await asked('nobodys', 9_999), await asked('nobodys', 10_000)]).toEqual([1, 0, 1]);
  });

  it('is closed while the kube-apiserver does not answer, and a token goes nowhere else', async () => {
    const { server, reviewAccess } = await cluster();
    const get = await serve({ evidence: 'authenticated', reviewAccess });
    server.handler = (_request, response) => answer(response, 500, {});
    expect(await get('/', 'Bearer keepers-token')).toMatchObject({ status: 503, body: expect.not.stringContaining('keepers') as string });
    server.handler = (_request, response) => answer(response, 201, { status: null });
    expect((await get('/', 'Bearer keepers-token')).status).toBe(503);
  });

  it('is closed where nobody can tell who asks', async () => {
    const get = await serve({ evidence: 'authenticated' });
    expect((await get('/', 'Bearer keepers-token')).status).toBe(401);
  });
});

describe('evidence for users of the web configuration', () => {
  const BASIC = `Basic ${Buffer.from('tide:ebb-and-flood').toString('base64')}`;

  it('is open to them, and to bearer tokens of the cluster; what they guard stays guarded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'web.yaml');
    writeFileSync(file, `basic_auth_users: { tide: "${hashSync('ebb-and-flood', 4)}" }`);
    const get = await serve({ evidence: 'authenticated', webConfigFile: file, reviewAccess: (await cluster()).reviewAccess });
    expect([
      (await get('/')).status,
      (await get('/', BASIC)).status,
      (await get('/', 'Bearer keepers-token')).status,
      (await get('/', 'Bearer nobodys')).status,
    ]).toEqual([401, 200, 200, 401]);
    expect([
      (await get('/metrics')).status,
      (await get('/metrics', BASIC)).status,
      (await get('/metrics', 'Bearer keepers-token')).status,
    ]).toEqual([401, 200, 401]);
    expect((await get('/-/healthy')).status).toBe(200);
  });
});
