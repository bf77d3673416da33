import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { runExporter } from '../../src/commands/exporter.ts';
import { observeCluster } from '../../src/commands/observe-cluster.ts';
import { defaultConfig } from '../../src/config.ts';
import { SILENT } from '../../src/source/logger.ts';
import { familyOf } from '../expose/parse-exposition.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { apiService, pod, service, slice } from '../support/kube-objects.ts';
import { answerStatus, FakeCluster, startKubeServer } from '../support/kube-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'dead-clusters-'));
afterAll(() => rmSync(folder, { recursive: true }));

function kubeconfig(name: string, server: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: '${server}'}}], users: [{name: u, user: {token: abc}}]}`,
  );
  return path;
}

async function live(): Promise<string> {
  const cluster = new FakeCluster();
  cluster.collection('/apis/apiregistration.k8s.io/v1/apiservices').set(apiService());
  cluster.collection('/api/v1/services').set(service());
  cluster.collection('/apis/discovery.k8s.io/v1/endpointslices').set(slice());
  cluster.collection('/api/v1/pods').set(pod());
  const server = await startKubeServer(cluster.handle);
  onTestFinished(() => server.stop());
  return server.url;
}

async function refusing(): Promise<string> {
  const server = await startKubeServer((_, response) => answerStatus(response, 401, 'Unauthorized', 'no'));
  onTestFinished(() => server.stop());
  return server.url;
}

/** Connections are made, and nothing is ever said. */
async function silent(): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('a cluster is watched beside others that are dead, each in its own way', async () => {
  const clusters = [
    ['gone', `http://127.0.0.1:${await freePort()}`],
    ['silent', await silent()],
    ['stranger', await refusing()],
    ['harbour', await live()],
  ].map(([name, server]) => ({ name: name!, kubeconfig: kubeconfig(name!, server!), differs: {} }));
  const all = [...clusters, { name: 'nowhere', kubeconfig: join(folder, 'missing'), differs: {} }];
  const port = await freePort();
  const usual = defaultConfig();
  const config = { ...usual, clusters: all, web: { ...usual.web, listen_addresses: [`127.0.0.1:${port}`] } };
  const stop = new AbortController();
  const log = pino({ level: 'silent' });
  const ended = runExporter({
    config,
    log,
    stop: stop.signal,
    connect: (by, own, cluster) => observeCluster(cluster!, by, { ...own, log: SILENT }),
  });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const up = async () => familyOf(await get('/metrics'), 'aggregated_api_exporter_cluster_up');
  const isReady = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}/-/ready`).catch(() => undefined))?.status === 200;
  await eventually(() => isReady('/clusters/harbour'));
  expect(await up()).toEqual({
    'cluster="gone"': 0,
    'cluster="silent"': 0,
    'cluster="stranger"': 0,
    'cluster="harbour"': 1,
    'cluster="nowhere"': 0,
  });
  await eventually(async () => /ECONNREFUSED/.test(await get('/clusters/gone/api/v1/diagnoses')));
  const list = await get('/');
  for (const why of [/ECONNREFUSED/, /the credentials were refused/, /missing: ENOENT/]) expect(list).toMatch(why);
  expect(list.match(/chip bad">\? not visible/g)).toHaveLength(3);
  expect(JSON.parse(await get('/clusters/harbour/api/v1/status'))).toMatchObject({
    ready: true,
    targets: [{ apiservice: 'v1.tides.example.com' }],
  });
  // Nothing is known of it yet, good or bad.
  expect(await get('/-/ready')).toBe('waiting for the first tick of silent\n');
});
