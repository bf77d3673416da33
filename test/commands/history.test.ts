import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerDiagnose } from '../../src/commands/diagnose.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { incident, open } from '../incidents/incident.ts';
import { incidentServer } from '../incidents/incident-server.ts';
import { NAME } from '../incidents/ticks.ts';

const HOUR = 3600;
const NOW = Date.now() / 1000;
const OLD = incident({ id: '20260105t090000z-old', began: NOW - 30 * HOUR, ended: NOW - 25 * HOUR, lastFailing: NOW - 25 * HOUR });
const NEW = incident({ id: '20260105t090000z-new', began: NOW - HOUR, ended: NOW - HOUR + 60, lastFailing: NOW - HOUR + 55 });
const OTHER = open({ id: '20260105t090000z-other', apiservice: 'v1.docks.example.com', began: NOW - 60, lastFailing: NOW - 5 });

let out = '';
const closing: (() => unknown)[] = [];
beforeEach(() => {
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text, ...rest) => {
    out += String(text);
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
  process.exitCode = 0;
});

/** An exporter that remembers these. */
async function exporter(incidents: readonly Incident[], allow?: string): Promise<string> {
  const server = await incidentServer(
    incidents,
    allow === undefined
      ? {}
      : { evidence: 'authenticated', reviewAccess: (token) => Promise.resolve(token === allow ? 'allowed' : 'unauthenticated') },
  );
  closing.push(() => server.close());
  return String(server.urls[0]);
}

/** Something that answers with this text. */
async function stranger(status: number, text: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function diagnose(...args: string[]): Promise<{ out: string; code: number }> {
  const program = new Command().exitOverride().configureOutput({ writeErr() {} });
  registerDiagnose(program, {
    observeCluster: () => {
      throw new Error('no cluster is looked at');
    },
  });
  process.exitCode = undefined;
  await program.parseAsync(['diagnose', ...args], { from: 'user' });
  return { out, code: Number(process.exitCode ?? 0) };
}

describe('diagnose --history', () => {
  it.each<[string, string[], RegExp[], number]>([
    ['of a day', ['24h'], [/✖ \S+ v1\.docks\.example\.com: .*✓ \S+ v1\.tides\.example\.com: Nothing listens on the port/s], 1],
    ['of two days', ['2d'], [/20260105t090000z-old/], 1],
    ['of one API', ['24h', NAME], [/^✓ \S+ v1\.tides/], 1],
    ['of an API without one', ['24h', 'v1.quays.example.com'], [/^No incident in this time\./], 0],
    ['of several APIs', ['24h', NAME, 'v1.quays.example.com'], [/^✓ \S+ v1\.tides/], 1],
    ['of a moment', ['1s'], [/^✖ \S+ v1\.docks/], 1],
    ['with what may be missing', ['24h'], [/The exporter has been recording since \d{4}-/], 1],
  ])('tells incidents %s', async (_, [back = '', ...apis], words, code) => {
    const said = await diagnose('--history', back, '--exporter.url', await exporter([OLD, NEW, OTHER]), ...apis);
    for (const word of words) expect(said.out).toMatch(word);
    expect(said.code).toBe(code);
  });

  it('leaves out what ended before', async () => {
    const { out: said } = await diagnose('--history', '24h', '--exporter.url', await exporter([OLD, NEW]));
    expect(said).not.toContain('20260105t090000z-old');
  });

  it('prints JSON as the exporter answers it, and markdown for the ticket', async () => {
    const url = await exporter([NEW]);
    const json = JSON.parse((await diagnose('--history', '24h', '--exporter.url', url, '-o', 'json')).out);
    expect(json).toMatchObject({ schema: 'aggregated-api-exporter/incidents/v1', truncated: false, incidents: [NEW] });
    out = '';
    const markdown = (await diagnose('--history', '24h', '--exporter.url', url, '-o', 'markdown')).out;
    expect(markdown).toMatch(/^# Incidents\n\n## v1\.tides\.example\.com: Nothing listens on the port\n/);
  });

  it('keeps the path of the URL, behind a reverse proxy', async () => {
    let asked: string | undefined;
    const server = createServer((request, response) => {
      asked = request.url;
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    await expect(diagnose('--history', '24h', '--exporter.url', `http://127.0.0.1:${port}/apis/`, NAME)).rejects.toThrow(/answers 404/);
    expect(asked).toBe(`/apis/api/v1/incidents?since=86400s&apiservice=${NAME}`);
  });

  it('shows a token where evidence is guarded', async () => {
    const url = await exporter([NEW], 'keepers-token');
    const folder = mkdtempSync(join(tmpdir(), 'history-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'token'), 'keepers-token\n');
    await expect(diagnose('--history', '24h', '--exporter.url', url)).rejects.toThrow(/answers 401: .*send a bearer token/);
    expect((await diagnose('--history', '24h', '--exporter.url', url, '--exporter.token-file', join(folder, 'token'))).code).toBe(1);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    [
      'nobody listens',
      () => 'http://127.0.0.1:1',
      /^http:\/\/127\.0\.0\.1:1\/api\/v1\/incidents does not answer: .*ECONNREFUSED.*--exporter\.url/,
    ],
    ['it is no URL', () => 'localhost:9944', /^--exporter\.url "localhost:9944": an http:\/\/ or https:\/\/ URL/],
    ['it has a query', () => 'http://localhost:9944/?a', /an http:\/\/ or https:\/\/ URL without a query is allowed/],
    [
      'it is another server',
      () => stranger(200, '<html>hello</html>'),
      /answers with "<html>hello<\/html>"; aggregated-api-exporter\/incidents\/v1 is understood/,
    ],
    [
      'it is a later version',
      () => stranger(200, '{"schema":"aggregated-api-exporter/incidents/v2"}'),
      /answers with "aggregated-api-exporter\/incidents\/v2"/,
    ],
    ['it fails', () => stranger(500, 'internal error'), /answers 500: internal error/],
    [
      'what it answers is no incident',
      () => stranger(200, JSON.stringify({ schema: 'aggregated-api-exporter/incidents/v1', time: 1, recordingSince: 1, incidents: [{}] })),
      /answers with 1 incidents that are none/,
    ],
  ])('says what is wrong where %s', async (_, url, said) => {
    await expect(diagnose('--history', '24h', '--exporter.url', await url())).rejects.toThrow(said);
  });

  it('is not asked together with an input', async () => {
    await expect(diagnose('--history', '24h', '--from', '-')).rejects.toThrow('one of them is allowed');
  });
});
