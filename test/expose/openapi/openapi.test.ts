import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { hashSync } from 'bcryptjs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { catalogueOptions } from '../../../src/commands/catalogue-options.ts';
import { createDiagnostician } from '../../../src/diagnose/diagnostician.ts';
import type { Diagnoses } from '../../../src/domain/diagnosis.ts';
import { observed } from '../../../src/domain/observed.ts';
import { openApiDocument } from '../../../src/expose/openapi/document.ts';
import type { WebServer, WebServerOptions } from '../../../src/expose/server.ts';
import { EGRESS_ROWS } from '../../correlations/tables/egress.ts';
import { ROWS } from '../../correlations/tables/rows.ts';
import { incident, open } from '../../incidents/incident.ts';
import { incidentServer } from '../../incidents/incident-server.ts';
import { healthyApi, healthySnapshot, NOW } from '../../support/healthy.ts';
import { play } from '../../support/play.ts';
import { diagnosis, viewOf } from '../view.ts';
import { DECLARED, wrongAnswer, wrongBy } from './conforms.ts';

const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const opened: WebServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

/** One API that fails with all that a verdict can have, one that was deleted, and everything that the status lists. */
const FAILING = viewOf(
  healthySnapshot({
    apis: [
      healthyApi({
        logs: observed({
          lines: { info: 0, warning: 0, error: 1, fatal: 0, unknown: 0 },
          matches: [],
          dropped: { budget: 0, truncated: 0, gap: 0 },
          unknownTemplates: [{ template: 'the gauge <*> is wet', count: 2, sample: 'the gauge 4 is wet', lastAt: NOW }],
          lastWords: [],
        }),
      }),
      healthyApi({ name: 'v1.buoys.example.com', deletedAt: NOW }),
    ],
    cluster: {
      systemEvents: observed([
        {
          type: 'Warning',
          reason: 'Failed',
          kind: 'Pod',
          object: 'kube-system/dns',
          message: 'cut',
          at: NOW,
          count: 1,
          node: 'a',
          over: true,
        },
      ]),
    },
    sources: [{ source: 'logs', state: 'forbidden', lastSuccess: NOW, message: 'RBAC refuses', rule: 'pods/log: get', refused: 1 }],
  }),
  {
    diagnoses: [
      diagnosis({
        deeper: 0.1,
        possibleOf: 'known incidents',
        possibilities: [{ category: 'rate-limiting', share: 0.2, check: 'look', shows: 'a limit' }],
        nextCheck: 'look at the node',
        together: { id: 'node-a', shared: 'node a', apiservices: ['v1.tides.example.com'], cause: 'panic' },
        impact: {
          counts: { autoscaler: 1 },
          says: '1 HPA cannot scale',
          told: [{ kind: 'autoscaler', name: 'pier', namespace: 'harbour', since: 1, says: 'it cannot scale', message: 'no metrics' }],
          notKnown: [{ kind: 'webhook', why: 'we may not see them', rule: 'webhooks: list' }],
        },
        endedAt: NOW / 1000,
      }),
    ],
  },
);
const FAILED = incident({
  hurt: [{ kind: 'autoscaler', name: 'pier', says: 'it cannot scale', message: 'no metrics' }],
  before: [{ at: 1, what: 'event', says: 'Failed', message: 'cut' }],
});

interface Said {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function serve(differs: Partial<WebServerOptions> = {}): Promise<(path: string, init?: RequestInit) => Promise<Said>> {
  const server = await incidentServer([FAILED, open()], { view: () => FAILING, ...differs });
  opened.push(server);
  return async (path, init) => {
    const response = await fetch(new URL(path, server.urls[0]), init);
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() };
  };
}

const pathOf = (target: string) => target.replace(/\?.*/, '');

describe('what /api/v1 answers is what the document says', () => {
  it.each<[string, string, number]>([
    ['diagnoses', '/api/v1/diagnoses', 200],
    ['those of one API', '/api/v1/diagnoses?apiservice=v1.tides.example.com', 200],
    ['those of an API that is not watched', '/api/v1/diagnoses?apiservice=v1.quays.example.com', 404],
    ['the status', '/api/v1/status', 200],
    ['incidents', '/api/v1/incidents', 200],
    ['a parameter that is none', '/api/v1/incidents?sinse=1h', 400],
    ['the document', '/api/v1/openapi.json', 200],
  ])('%s', async (_, target, status) => {
    const said = await (await serve())(target);
    expect(said.status).toBe(status);
    expect(wrongAnswer(pathOf(target), said)).toEqual([]);
  });

  it.each<[string, string, number]>([
    ['diagnoses', '/api/v1/diagnoses', 503],
    ['the status', '/api/v1/status', 200],
  ])('%s before the first tick', async (_, target, status) => {
    const sources = [{ source: 'probes', state: 'pending' }] as const;
    const said = await (await serve({ view: () => undefined, waiting: () => ({ time: NOW, sources }) }))(target);
    expect(said.status).toBe(status);
    expect(wrongAnswer(target, said)).toEqual([]);
  });

  it.each(DECLARED)('%s without quotations', async (path) => {
    expect(wrongAnswer(path, await (await serve({ evidence: 'off' }))(path))).toEqual([]);
  });

  it.each(DECLARED)('%s of a reader who is not let in', async (path) => {
    const reviews = { 'a-token': 'allowed', 'guest-token': 'forbidden', 'lost-token': 'unavailable' } as const;
    const get = await serve({
      evidence: 'authenticated',
      reviewAccess: (token) => Promise.resolve(new Map(Object.entries(reviews)).get(token) ?? 'unauthenticated'),
    });
    for (const [token, status] of [
      ['other-token', 401],
      ['guest-token', 403],
      ['lost-token', 503],
      ['a-token', 200],
    ] as const) {
      const said = await get(path, { headers: { authorization: `Bearer ${token}` } });
      expect(said.status).toBe(status);
      expect(wrongAnswer(path, said)).toEqual([]);
    }
  });

  it.each<[string, string, RequestInit, number]>([
    ['without a password', `basic_auth_users: { harbour: "${hashSync('slack-water', 4)}" }`, {}, 401],
    ['over the rate limit', 'rate_limit: { interval: 1h, burst: 0 }', {}, 429],
    ['that is no GET', '{}', { method: 'POST' }, 405],
  ])('a request %s', async (name, config, init, status) => {
    const webConfigFile = join(folder, `${name.replaceAll(' ', '-')}.yml`);
    writeFileSync(webConfigFile, `${config}\n`);
    const get = await serve({ webConfigFile });
    for (const path of DECLARED) {
      const said = await get(path, init);
      expect(said.status).toBe(status);
      expect(wrongAnswer(path, said)).toEqual([]);
    }
  });

  const situations = [...ROWS, ...EGRESS_ROWS].map(
    ({ cause, match }) => [cause, play(match, { healthyTicks: 1, faultyTicks: 2 })] as const,
  );
  it.each(situations)('the verdict %s, tick by tick', (_, snapshots) => {
    const doctor = createDiagnostician(catalogueOptions());
    for (const snapshot of snapshots) {
      // As it is sent: undefined is left out.
      const said = JSON.parse(JSON.stringify(doctor.observe(snapshot).diagnoses)) as Diagnoses;
      expect(wrongBy('Diagnoses', said)).toEqual([]);
    }
  });
});

describe('a change of an answer is noticed', () => {
  const body = JSON.parse(JSON.stringify(FAILING.round.diagnoses)) as Diagnoses;
  const [first] = body.diagnoses;
  it.each<[string, unknown, RegExp]>([
    ['a field more', { ...body, later: 1 }, /additional properties .*"later"/],
    ['a field more within', { ...body, diagnoses: [{ ...first, later: 1 }] }, /\/diagnoses\/0 .*"later"/],
    ['a field less', { ...body, examined: undefined }, /required property 'examined'/],
    ['another type', { ...body, diagnoses: [{ ...first, confidence: '93 %' }] }, /\/diagnoses\/0\/confidence must be number/],
    ['a word that is not of the list', { ...body, answer: 'sick' }, /\/answer must be equal to one of/],
  ])('%s', (_, changed, said) => {
    expect(wrongBy('Diagnoses', JSON.parse(JSON.stringify(body)))).toEqual([]);
    expect(wrongBy('Diagnoses', JSON.parse(JSON.stringify(changed))).join('\n')).toMatch(said);
  });

  it('an answer that nobody declared', () => {
    expect(wrongAnswer('/api/v1/status', { status: 418, type: 'text/plain', body: '' })).toEqual(['/api/v1/status 418 is not declared']);
  });
});

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...openApiDocument('1.2.3') })).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(await validator.validate({ ...openApiDocument('1.2.3'), openapi: '3.1.0', paths: { nowhere: {} } })).toMatchObject({
      valid: false,
    });
  });

  it('has every route of /api/v1', () => {
    const sources = readdirSync(new URL('../../../src/expose', import.meta.url), { encoding: 'utf8' }).filter((file) => /\.ts$/.test(file));
    const routes = sources.flatMap((file) => [
      ...readFileSync(new URL(`../../../src/expose/${file}`, import.meta.url), 'utf8').matchAll(/\.get\('(\/api\/v1\/[^']+)'/g),
    ]);
    expect(routes.map(([, path]) => path).sort()).toEqual([...DECLARED].sort());
  });

  it('says under which path it is served', async () => {
    const said = await (await serve({ externalUrl: 'https://ops.example.com/apis' }))('/apis/api/v1/openapi.json');
    expect(JSON.parse(said.body)).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' }, servers: [{ url: '/apis' }] });
  });
});
