import { afterEach, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { CONTENT_SECURITY_POLICY } from '../../src/expose/page/shell.ts';
import type { WebServer, WebServerOptions } from '../../src/expose/server.ts';
import { incident, open } from '../incidents/incident.ts';
import { incidentServer } from '../incidents/incident-server.ts';
import { NAME, START } from '../incidents/ticks.ts';

const opened: WebServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

const ENDED = incident();
const OPEN = open({ id: '20260105t100000z-v1.docks.example.com', apiservice: 'v1.docks.example.com', began: START + 3600 });

async function serve(incidents: readonly Incident[], differs: Partial<WebServerOptions> = {}) {
  const server = await incidentServer(incidents, differs);
  opened.push(server);
  return async (path: string) => {
    const response = await fetch(new URL(path, server.urls[0]));
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
}

describe('GET /api/v1/incidents', () => {
  const since = (seconds: number) => new Date((START + seconds) * 1000).toISOString();
  it.each<[string, string, readonly string[]]>([
    ['all, newest first', '', [OPEN.id, ENDED.id]],
    ['of one API', `?apiservice=${NAME}`, [ENDED.id]],
    ['that ended then', `?since=${START + 60}`, [OPEN.id, ENDED.id]],
    ['that went on later', `?since=${START + 61}`, [OPEN.id]],
    ['since a time', `?since=${since(61)}`, [OPEN.id]],
    ['since a day', '?since=2026-01-05', [OPEN.id, ENDED.id]],
    ['of the last minute', '?since=1m', [OPEN.id]],
    ['with empty parameters', '?since=&apiservice=', [OPEN.id, ENDED.id]],
  ])('answers with those %s', async (_, query, ids) => {
    const { status, body } = await (await serve([ENDED, OPEN]))(`/api/v1/incidents${query}`);
    expect(status).toBe(200);
    const said = JSON.parse(body);
    expect(said).toMatchObject({ schema: 'aggregated-api-exporter/incidents/v1', truncated: false });
    expect(said.incidents.map(({ id }: Incident) => id)).toEqual(ids);
  });

  it.each([
    ['?since=yesterday', /^since "yesterday": Unix seconds, a time such as/],
    ['?since=2026-13-45', /^since "2026-13-45"/],
    ['?since=-5', /^since "-5"/],
    ['?since=1&since=2', /^since \["1","2"\]: .* once$/],
    ['?apiservice=A/B', /^apiservice "A\/B": the name of one APIService such as/],
    ['?apiservice=a&apiservice=b', /^apiservice \["a","b"\]/],
    [`?apiservice=${'a'.repeat(254)}`, /^apiservice "aaa/],
    ['?sinse=1h', /^"sinse": no such parameter; allowed are since, apiservice$/],
    ['?__proto__=1', /^"__proto__": no such parameter/],
  ])('refuses %s, and says what is allowed', async (query, said) => {
    const get = await serve([ENDED]);
    const json = await get(`/api/v1/incidents${query}`);
    expect(json.status).toBe(400);
    expect(JSON.parse(json.body).error).toMatch(said);
    const page = await get(`/incidents${query}`);
    expect(page.status).toBe(400);
    expect(page.body.trimEnd()).toMatch(said);
  });

  it('says that there are more than it answers', async () => {
    const many = Array.from({ length: 1001 }, (_, n) => incident({ id: `20260105t090000z-${n}`, began: START + n }));
    const { body } = await (await serve(many))('/api/v1/incidents');
    const said = JSON.parse(body);
    expect(said.truncated).toBe(true);
    expect(said.incidents).toHaveLength(1000);
    expect(said.incidents[0].id).toBe('20260105t090000z-1000');
  });
});

/** What a person reads. */
const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the pages', () => {
  it('list each with a link to its own', async () => {
    const get = await serve([ENDED, OPEN]);
    const { body, headers } = await get('/incidents');
    expect(headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(textOf(body)).toContain(`2026-01-05 09:00:00`);
    for (const { id } of [ENDED, OPEN]) {
      expect(body).toContain(`href="/incidents/${id}"`);
      expect((await get(`/incidents/${id}`)).status).toBe(200);
    }
  });

  it.each([
    ['nothing is remembered', [], '', 'No incident is remembered'],
    ['nothing of an API', [ENDED], '?apiservice=v1.quays.example.com', 'Those of v1.quays.example.com. All None of them is remembered'],
  ])('say that %s, and that this is no proof', async (_, incidents, query, words) => {
    const text = textOf((await (await serve(incidents))(`/incidents${query}`)).body);
    expect(text).toContain(words);
    expect(text).toContain('it is no proof that nothing failed');
  });

  it.each([
    ['why, and how sure', 'Nothing listens on the port 93 % sure network-connectivity runbook'],
    ['how long', 'lasted 1 min; nothing errs since 2026-01-05 09:01:00'],
    ['what was said in time', 'The cause is not known unknown'],
    ['what shows it', 'dial tcp 10.1.0.5:10250: connect: connection refused'],
    ['since when', 'Began 2026-01-05 09:00:00 ('],
    ['what happened meanwhile', 'While it lasted 2026-01-05 09:00:30 restart server in tide-gauge restarted'],
    ['what came before it', 'Deployment harbour/tide-gauge: image changed, by kubectl-edit'],
    [
      'what coincides with its end',
      'What coincides with the end 2026-01-05 09:00:58 rollout Deployment harbour/tide-gauge: image changed back',
    ],
    ['who asked', 'aggregator through the kube-apiserver 28 of 30 requests failed 93 %'],
    ['who was hurt', '3 HPAs cannot scale, at the most at once'],
    ['what failed with it', 'node a; also failed: v1.docks.example.com'],
  ])('of one say %s', async (_, words) => {
    expect(textOf((await (await serve([ENDED]))(`/incidents/${ENDED.id}`)).body)).toContain(words);
  });

  it('keep what a cluster says text', async () => {
    const hostile = '<script>alert(1)</script>"\'';
    const got = await (
      await serve([
        incident({
          title: hostile,
          causes: [{ ...ENDED.causes[0]!, title: hostile, cause: hostile }],
          evidence: [{ ...ENDED.evidence[0]!, says: hostile, sample: hostile, cause: hostile }],
          before: [{ at: START, what: 'event', says: hostile, message: hostile }],
          during: [{ at: START + 1, what: 'event', says: hostile, message: hostile }],
          endedBy: { at: START, what: 'event', says: hostile, message: hostile },
          hurt: [{ kind: 'namespace', name: hostile, says: hostile }],
          shared: { id: hostile, shared: hostile, apiservices: [hostile] },
        }),
      ])
    )(`/incidents/${ENDED.id}`);
    expect(got.body).not.toContain('<script>alert');
    expect(got.body).not.toContain('"\'');
  });

  it('stand below the path of a reverse proxy', async () => {
    const get = await serve([ENDED], { externalUrl: 'https://ops.example.com/apis' });
    for (const path of ['/apis/incidents', `/apis/incidents/${ENDED.id}`]) {
      const links = [...(await get(path)).body.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link);
      expect(links.length).toBeGreaterThan(3);
      expect(links.filter((link) => !link?.startsWith('/apis/'))).toEqual([]);
    }
  });

  it.each(['/incidents/20260105t090000z-none', '/incidents/x.md', '/incidents/%2e%2e%2f', '/incidents/a/b'])(
    'are not there for %s',
    async (path) => {
      expect((await (await serve([ENDED]))(path)).status).toBe(404);
    },
  );
});

describe('markdown for the ticket', () => {
  it.each([
    [`/incidents/${ENDED.id}.md`, 'attachment; filename="20260105t090000z-v1.tides.example.com.md"'],
    [`/incidents/${ENDED.id}?format=markdown`, null],
  ])('%s', async (path, disposition) => {
    const { body, headers, status } = await (await serve([ENDED]))(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(disposition);
    expect(body).toMatch(/^# v1\.tides\.example\.com: Nothing listens on the port\n/);
  });

  it('is of an API whose name ends so, too', async () => {
    const odd = incident({ id: '20260105t090000z-v1.notes.md' });
    const get = await serve([odd]);
    expect((await get(`/incidents/${odd.id}`)).headers.get('content-type')).toMatch(/^text\/html/);
    expect((await get(`/incidents/${odd.id}.md`)).headers.get('content-type')).toMatch(/^text\/markdown/);
  });

  it('is no other format', async () => {
    const { status, body } = await (await serve([ENDED]))(`/incidents/${ENDED.id}?format=pdf`);
    expect([status, body]).toEqual([400, 'format "pdf": markdown or html is allowed\n']);
  });
});

describe('where nobody may read quotations', () => {
  const QUOTE = 'the north gauge is under water';
  const quoting = incident({
    evidence: [{ ...ENDED.evidence[0]!, sample: QUOTE }],
    before: [{ at: START - 1, what: 'event', says: 'Failed harbour/tides', message: QUOTE }],
    endedBy: { at: START + 60, what: 'event', says: 'Started harbour/tides', message: QUOTE },
  });
  const paths = ['/api/v1/incidents', `/incidents/${ENDED.id}`, `/incidents/${ENDED.id}.md`];

  it.each(paths)('%s has none', async (path) => {
    expect((await (await serve([quoting]))(path)).body).toContain(QUOTE);
    const { status, body } = await (await serve([quoting], { evidence: 'off' }))(path);
    expect(status).toBe(200);
    expect(body).not.toContain(QUOTE);
    expect(body).toContain('Failed harbour/tides');
  });

  it.each(['/incidents', ...paths])('%s is guarded', async (path) => {
    expect((await (await serve([quoting], { evidence: 'authenticated' }))(path)).status).toBe(401);
  });
});
