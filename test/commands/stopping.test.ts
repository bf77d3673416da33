import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type ExporterProcess, startExporter } from '../support/exporter-process.ts';
import { pod } from '../support/kube-objects.ts';
import { kubeconfigFor, startScriptedCluster } from '../support/scripted-cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'stopping-'));
const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Counted in pauses: on a busy machine they are as much longer as the exporter is slower. */
const PAUSE_MS = 20;
/** Two seconds are the promise, which the end-to-end suite measures; here as many processes as the machine has cores want their turn. */
const WITHIN_MS = 8000;
const LONG_MS = 30_000;

async function endsInTime(exporter: ExporterProcess): Promise<number | string | undefined> {
  let code: number | string | undefined;
  void exporter.ended().then((ended) => {
    code = ended;
  });
  for (let left = WITHIN_MS; code === undefined && left > 0; left -= PAUSE_MS) await sleep(PAUSE_MS);
  return code;
}

async function until(holds: () => boolean): Promise<void> {
  for (let left = LONG_MS; !holds(); left -= PAUSE_MS) {
    if (left <= 0) throw new Error(`still false: ${holds}`);
    await sleep(PAUSE_MS);
  }
}

/** An exporter with files of its own, in front of a kube-apiserver that answers each aggregated API with an error. */
async function scene(name: string, { settings = '', shell }: { settings?: string; shell?: string } = {}) {
  const cluster = await startScriptedCluster();
  ends.push(() => cluster.server.stop());
  cluster.answers(503);
  const own = join(folder, name);
  mkdirSync(own);
  const path = (file: string) => join(own, file);
  writeFileSync(path('kubeconfig'), kubeconfigFor(cluster.server.url));
  const config = `probe: {interval: 1s, direct: false, list: false}\ndiagnosis: {interval: 1s, state_file: ${path('state')}}\nincidents: {file: ${path('incidents')}}\n`;
  writeFileSync(path('config'), config + settings);
  const start = () =>
    startExporter(['--kubeconfig', path('kubeconfig'), '--config.file', path('config')], shell === undefined ? {} : { shell });
  const state = () => JSON.parse(readFileSync(path('state'), 'utf8')) as object;
  const incidents = () =>
    (existsSync(path('incidents')) ? readFileSync(path('incidents'), 'utf8').split('\n') : []).filter((line) => line.includes('"id"'));
  return { cluster, path, start, state, incidents };
}

const failing = (exporter: ExporterProcess) => exporter.line(({ event }) => event === 'onset');

/** A request that is sent and read no further than its first bytes. */
async function halfRead(port: number, path: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  ends.push(() => socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

describe.concurrent('it ends soon, with all that it knows saved, when it is told to', () => {
  it('while a probe hangs, a log is followed, a page is followed and a scrape is half read; also when it is told twice', async () => {
    const { cluster, start, state, incidents } = await scene('busy');
    const open = { probe: 0, log: 0 };
    const usual = cluster.server.handler;
    let hangs = false;
    cluster.server.handler = (request: IncomingMessage, response: ServerResponse, url: URL) => {
      if (url.pathname.endsWith('/log')) {
        open.log++;
        response.writeHead(200).write('2026-01-04T09:00:00.000000001Z E0104 09:00:00.000000 1 tide.go:7] ebb\n');
      } else if (url.pathname === '/api/v1/pods' && url.searchParams.get('watch') === null)
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '1' }, items: [pod()] }));
      else if (hangs && url.pathname === '/apis/tides.example.com/v1') open.probe++;
      else usual(request, response, url);
    };
    const exporter = await start();
    await failing(exporter);
    hangs = true;
    await until(() => open.probe > 0 && open.log > 0);
    await halfRead(exporter.port, '/metrics');
    await halfRead(exporter.port, '/live?page=/&at=0');
    exporter.child.kill('SIGTERM');
    await sleep(PAUSE_MS);
    exporter.child.kill('SIGTERM');
    expect(await endsInTime(exporter)).toBe(0);
    expect(state()).toMatchObject({ history: expect.any(Object) as object });
    expect(incidents()).not.toEqual([]);
  });

  it('while the kube-apiserver is gone, of which it holds the Lease', async () => {
    const { cluster, start, state, incidents } = await scene('alone', {
      settings: 'leader_election: {enabled: true, namespace: harbour, identity: pilot, lease_duration: 60s, renew_deadline: 50s}\n',
    });
    const usual = cluster.server.handler;
    let gone = false;
    cluster.server.handler = (request, response, url) => {
      if (gone) return;
      if (!url.pathname.includes('/leases')) return void usual(request, response, url);
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        const exists = body !== '';
        const metadata = { name: 'lease', namespace: 'harbour', resourceVersion: '1' };
        const answer = exists ? { ...(JSON.parse(body) as object), metadata } : { kind: 'Status', code: 404, reason: 'NotFound' };
        response.writeHead(exists ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    };
    const exporter = await start();
    await failing(exporter);
    await exporter.line(({ msg }) => msg === 'leads the replicas from now on');
    gone = true;
    exporter.child.kill('SIGINT');
    expect(await endsInTime(exporter)).toBe(0);
    expect(state()).toMatchObject({ history: expect.any(Object) as object });
    expect(incidents()).not.toEqual([]);
  });

  it('while the disk is full: what it had saved before stays', async () => {
    // Blocks of 512 bytes.
    const { path, start, incidents } = await scene('full', { shell: 'ulimit -f 1' });
    writeFileSync(path('state'), 'of an earlier run');
    const exporter = await start();
    await failing(exporter);
    exporter.child.kill('SIGTERM');
    expect(await endsInTime(exporter)).toBe(0);
    expect(readFileSync(path('state'), 'utf8')).toBe('of an earlier run');
    expect(existsSync(`${path('state')}.partial`)).toBe(false);
    expect(incidents().filter((line) => line.endsWith('}'))).toEqual([]);
  });

  it('while it starts: a state that it found is there', async () => {
    const { cluster, path, start } = await scene('early');
    await cluster.server.stop();
    const first = await start();
    first.child.kill('SIGTERM');
    expect(await endsInTime(first)).toBe(0);
    expect(existsSync(path('state'))).toBe(true);
  });
});
