import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { runExporter } from '../../src/commands/exporter.ts';
import { observeCluster } from '../../src/commands/observe-cluster.ts';
import { defaultConfig } from '../../src/config.ts';
import type { SourceState } from '../../src/domain/sources.ts';
import { familyOf } from '../expose/parse-exposition.ts';
import { freePort } from '../support/free-port.ts';
import { answerStatus, type Handler, startKubeServer } from '../support/kube-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'blind-start-'));
afterAll(() => rmSync(folder, { recursive: true }));
const SECRET = 'aGVsbG8tdGhpcy1pcy1hLXNlY3JldA';

function plugin(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return `{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ${path}}}`;
}

async function serverOf(handler: Handler): Promise<string> {
  const server = await startKubeServer(handler);
  onTestFinished(() => server.stop());
  return server.url;
}

/** The exporter in front of this server; returns how to look at it. */
async function start(server: string, user = '{token: abc}') {
  const kubeconfig = join(folder, `kubeconfig-${Math.random()}`);
  writeFileSync(
    kubeconfig,
    `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: '${server}'}}], users: [{name: u, user: ${user}}]}`,
  );
  const port = await freePort();
  const config = { ...defaultConfig(), web: { ...defaultConfig().web, listen_addresses: [`127.0.0.1:${port}`] } };
  const lines: string[] = [];
  const options = { level: 'info', formatters: { level: (level: string) => ({ level }) } };
  const log = pino(options, { write: (line: string) => void lines.push(line) });
  const stop = new AbortController();
  const connect = () => observeCluster({ kubeconfig }, config, { log });
  const ended = runExporter({ config, connect, log, stop: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const sources = async () =>
    (JSON.parse((await get('/api/v1/status')).text) as { sources: { source: string; state: SourceState; message?: string }[] }).sources;
  return { get, sources, lines };
}

/** Patience is counted in pauses: on a busy machine they are as much longer as the exporter is slower. */
async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean, withinMs = 20_000): Promise<T> {
  for (let left = withinMs; ; left -= 20) {
    const value = await look().catch(() => undefined);
    if (value !== undefined && holds(value)) return value;
    if (left <= 0) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const refusing =
  (status: number): Handler =>
  (_request, response) =>
    answerStatus(response, status, 'Reason', 'no');
const dripping: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 50);
  response.on('close', () => clearInterval(timer));
};

describe('an exporter that never could list the APIServices', () => {
  it.each<[string, () => Promise<{ server: string; user?: string }>, SourceState, RegExp]>([
    ['nobody listens', async () => ({ server: `http://127.0.0.1:${await freePort()}` }), 'failed', /ECONNREFUSED/],
    ['the name does not resolve', async () => ({ server: 'https://harbour.invalid:6443' }), 'failed', /getaddrinfo (ENOTFOUND|EAI_AGAIN)/],
    [
      'the token is not valid',
      async () => ({ server: await serverOf(refusing(401)) }),
      'unauthorised',
      /^the credentials were refused: GET .*: 401/,
    ],
    ['it is answered 500', async () => ({ server: await serverOf(refusing(500)) }), 'failed', /: 500 Reason: no/],
    [
      'the plugin prints rubbish',
      async () => ({ server: await serverOf(refusing(500)), user: plugin('rubbish', `echo '${SECRET} {{{'`) }),
      'failed',
      /credentials can't be had: exec plugin .*: printed 35 bytes that are no ExecCredential/,
    ],
    [
      'the plugin complains',
      async () => ({ server: await serverOf(refusing(500)), user: plugin('complains', `echo '${SECRET}' >&2; exit 1`) }),
      'failed',
      /exec plugin .*: ended with exit code 1/,
    ],
  ])('says so on the page, in /metrics, in the status and in the log when %s', async (_, given, state, message) => {
    const { server, user } = await given();
    const { get, sources, lines } = await start(server, user);
    await until(sources, (all) => all.find(({ source }) => source === 'api-services')?.state === state);
    const [page, metrics, status, ready] = await Promise.all(['/', '/metrics', '/api/v1/status', '/-/ready'].map(get));
    const told = (await sources()).find(({ source }) => source === 'api-services');
    expect(told?.message).toMatch(message);
    expect(familyOf(metrics!.text, 'aggregated_api_exporter_source_up')).toMatchObject({
      'source="api-services"': 0,
      // That nobody listens is a result, which some of them have by now.
      'source="probes"': expect.any(Number) as number,
    });
    expect(familyOf(metrics!.text, 'aggregated_api_exporter_source_unauthorised')['source="api-services"']).toBe(
      state === 'unauthorised' ? 1 : 0,
    );
    expect(page!.text).toMatch(/APIServices are not visible.*Nothing is known of any aggregated API/s);
    expect([status!.status, ready!.status]).toEqual([200, 503]);
    // When all fail in the same way, one of them says it.
    expect(lines.filter((line) => line.includes('"level":"warn"')).join('')).toMatch(new RegExp(message.source.replace('^', '')));
    for (const text of [page!.text, metrics!.text, status!.text, ...lines]) expect(text).not.toContain(SECRET.slice(0, 10));
  });

  it.each<[string, () => Promise<{ server: string; user?: string }>]>([
    ['the plugin hangs', async () => ({ server: await serverOf(refusing(500)), user: plugin('hangs', 'exec sleep 60') })],
    ['the list drips', async () => ({ server: await serverOf(dripping) })],
  ])('shows its sources from the first second when %s', async (_, given) => {
    const { server, user } = await given();
    const { get, sources } = await start(server, user);
    const all = await until(sources, (found) => found.length > 0, 3_000);
    expect(all.find(({ source }) => source === 'api-services')?.state).toBe('pending');
    expect(familyOf((await get('/metrics')).text, 'aggregated_api_exporter_source_up')).toMatchObject({ 'source="api-services"': 0 });
    expect((await get('/')).text).toMatch(/Waiting for the first answers/);
  });
});
