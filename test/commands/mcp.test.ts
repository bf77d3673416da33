import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebServer } from '../../src/expose/server.ts';
import { diagnosis, viewOf } from '../expose/view.ts';
import { incident, open } from '../incidents/incident.ts';
import { incidentServer } from '../incidents/incident-server.ts';
import { MAIN } from '../support/exporter-process.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';

const TIDES = 'v1.tides.example.com';
const BUOYS = 'v1.buoys.example.com';
/** A secret that some program put into a line. */
const SECRET = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJ0aWRlIn0.c2lnbmF0dXJlLW9mLXRoZS10aWRl';
const FAILED = incident({ evidence: incident().evidence.map((one) => ({ ...one, sample: `refused, token=${SECRET}` })) });
const MANY = Array.from({ length: 40 }, (_, n) =>
  incident({
    id: `20260105t0900${String(n).padStart(2, '0')}z-v1.docks.example.com`,
    apiservice: 'v1.docks.example.com',
    began: NOW / 1000 - n,
  }),
);

const VIEW = viewOf(
  healthySnapshot({
    apis: [healthyApi({ name: BUOYS }), healthyApi()],
    sources: [{ source: 'logs', state: 'forbidden', rule: 'pods/log: get' }],
  }),
  { diagnoses: [diagnosis()] },
);

interface Session {
  readonly client: Client;
  /** What a tool answers, as text. */
  call(name: string, args?: Record<string, unknown>): Promise<{ readonly text: string; readonly wrong: boolean }>;
}

/** The command, started as an assistant starts it. */
async function start(url: string, ...flags: string[]): Promise<Session> {
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp', '--url', url, ...flags], stderr: 'inherit' });
  const client = new Client({ name: 'a test', version: '1' });
  await client.connect(transport);
  return {
    client,
    async call(name, args = {}) {
      const { content, isError = false } = await client.callTool({ name, arguments: args });
      const [first] = content as { type: string; text: string }[];
      return { text: first!.text, wrong: isError };
    },
  };
}

let server: WebServer;
let session: Session;
beforeAll(async () => {
  server = await incidentServer([FAILED, ...MANY, open({ apiservice: BUOYS, id: '20260105t090000z-v1.buoys.example.com' })], {
    view: () => VIEW,
  });
  session = await start(String(server.urls[0]));
}, 60_000);
afterAll(async () => {
  await session?.client.close();
  await server?.close();
});

describe('the tools of mcp', () => {
  it('are four, say that they only read, and what they take', async () => {
    const { tools } = await session.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual(['diagnose', 'explain_cause', 'incident', 'list_apis']);
    for (const { annotations, inputSchema, description } of tools) {
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
      expect(Object.keys(inputSchema.properties ?? {})).not.toEqual([]);
      expect(description).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each<[string, string, Record<string, unknown>, readonly RegExp[]]>([
    [
      'the APIs, the failing ones first',
      'list_apis',
      {},
      [
        /^2 aggregated APIs, /,
        new RegExp(`\\n- ${TIDES} .*: diagnosed; out-of-memory-killed, 93 % sure.*\\n- ${BUOYS} .*: healthy`),
        /Not seen, and so never called healthy: logs is forbidden \(pods\/log: get\)\./,
      ],
    ],
    ['the verdict on an API', 'diagnose', { apiservice: TIDES }, [/killed for its memory/, /93 % sure/, /Raise the memory limit/]],
    ['an API that is well', 'diagnose', { apiservice: BUOYS }, [/none errs/, /\*\*Well\*\*: v1\.buoys/]],
    [
      'the verdict on a text',
      'diagnose',
      {
        text: `E0105 09:00:00.000000 1 available_controller.go:1] ${TIDES} failed with: failing or missing response from https://10.1.0.5:443/apis/tides.example.com/v1: Get "https://10.1.0.5:443/": dial tcp 10.1.0.5:443: connect: connection refused`,
      },
      [/v1\.tides\.example\.com/, /connection-refused/],
    ],
    ['that a text says nothing', 'diagnose', { text: 'good morning' }, [/Nothing to judge/, /kubectl get apiservices/]],
    ['an incident', 'incident', { id: FAILED.id }, [/Nothing listens on the port/, /refused/]],
    ['incidents of an API', 'incident', { since: '2026-01-01', apiservice: TIDES }, [/v1\.tides/, /has been recording since/]],
    ['that there was no incident', 'incident', { since: '1s', apiservice: TIDES }, [/^No incident in this time\./]],
    ['a cause', 'explain_cause', { cause: 'connection-refused' }, [/^<!--|^# /, /## Remedy/, /Serving securely on/]],
    ['that a cause is not known', 'explain_cause', { cause: 'unknown' }, [/## Remedy/]],
  ])('tell %s', async (_, tool, args, words) => {
    const { text, wrong } = await session.call(tool, args);
    expect(wrong).toBe(false);
    for (const word of words) expect(text).toMatch(word);
  });

  it('tell only what errs where that is asked', async () => {
    expect((await session.call('list_apis', { failing: true })).text).not.toContain(BUOYS);
  });

  it.each<[string, string, Record<string, unknown>, RegExp]>([
    ['neither a text nor an API', 'diagnose', {}, /^text or apiservice is wanted, exactly one of them$/],
    ['both', 'diagnose', { text: 'x', apiservice: TIDES }, /exactly one of them$/],
    ['an empty text', 'diagnose', { text: ' ' }, /^the text is empty; paste what shows it/],
    ['an API that is not watched', 'diagnose', { apiservice: 'v1.quays.example.com' }, /answers 404: .*not watched: v1\.quays/],
    ['an incident that there is not', 'incident', { id: 'nowhere' }, /^"nowhere": the exporter remembers no incident of this id/],
    ['an id that is a path', 'incident', { id: '../metrics' }, /^"\.\.\/metrics": the exporter remembers no incident/],
    ['a time that is none', 'incident', { since: 'yesterday' }, /since .*yesterday.* is allowed/],
    [
      'a cause that there is not',
      'explain_cause',
      { cause: 'constructor' },
      /^"constructor": no cause is called so; allowed are .*connection-refused/,
    ],
    ['a name that is none', 'diagnose', { apiservice: 'A/B' }, /apiservice/],
    ['a text that is too long', 'diagnose', { text: 'x'.repeat(1_000_001) }, /text/],
    ['another type', 'explain_cause', { cause: 5 }, /cause/],
  ])('say what is wrong with %s', async (_, tool, args, says) => {
    const { text, wrong } = await session.call(tool, args);
    expect(wrong).toBe(true);
    expect(text).toMatch(says);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['what the exporter answers', 'incident', { id: FAILED.id }],
    [
      'what is pasted',
      'diagnose',
      { text: `v1.tides.example.com: dial tcp 10.1.0.5:443: connect: connection refused Authorization: Bearer ${SECRET}` },
    ],
  ])('cut secrets out of %s', async (_, tool, args) => {
    const { text } = await session.call(tool, args);
    expect(text).toContain('refused');
    expect(text).not.toContain(SECRET.slice(0, 40));
  });

  it('keep within bounds, and say that there is more', async () => {
    const { text } = await session.call('incident', { since: '2026-01-01' });
    expect(text.match(/20260105t0900\d\dz-v1\.docks/g)!.length).toBeLessThanOrEqual(20);
    expect(text).toContain('There were more: these are the newest 20.');
    expect(text.length).toBeLessThan(25_000);
  });
});

describe('mcp', () => {
  it('names the exporter that does not answer', async () => {
    const { client, call } = await start('http://127.0.0.1:9');
    const { text, wrong } = await call('list_apis');
    expect([wrong, text]).toEqual([
      true,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:9\/api\/v1\/status does not answer: .*; --url names where/),
    ]);
    // What needs no exporter goes on.
    expect((await call('explain_cause', { cause: 'panic' })).wrong).toBe(false);
    await client.close();
  });

  it('shows a guarded exporter its token', async () => {
    const guarded = await incidentServer([], {
      view: () => VIEW,
      evidence: 'authenticated',
      reviewAccess: (token) => Promise.resolve(token === 'harbour-token' ? 'allowed' : 'unauthenticated'),
    });
    const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
    const { join } = await import('node:path');
    const folder = mkdtempSync('/tmp/mcp-');
    writeFileSync(join(folder, 'token'), 'harbour-token\n');
    const without = await start(String(guarded.urls[0]));
    expect((await without.call('list_apis')).text).toMatch(/answers 401: log lines are shown to users of this cluster only/);
    const with_ = await start(String(guarded.urls[0]), '--token-file', join(folder, 'token'));
    expect((await with_.call('list_apis')).text).toMatch(/^2 aggregated APIs/);
    await without.client.close();
    await with_.client.close();
    await guarded.close();
    rmSync(folder, { recursive: true });
  });
});
