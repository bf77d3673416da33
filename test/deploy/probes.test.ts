import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { type ExporterProcess, PROGRAM, startExporter } from '../support/exporter-process.ts';
import { freePort } from '../support/free-port.ts';
import { kubeconfigFor, type ScriptedCluster, startScriptedCluster } from '../support/scripted-cluster.ts';
import { documentsOf } from './manifests.ts';

/** What the kubelet reads of a probe. */
interface Probe {
  readonly httpGet: { readonly path?: string; readonly port?: string; readonly scheme?: 'HTTP' | 'HTTPS' };
}
interface Container {
  readonly args: readonly string[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
const containerOf = (file: string) =>
  documentsOf<{ spec: { template: { spec: { containers: readonly Container[] } } } }>(file)[0]?.spec.template.spec
    .containers[0] as Container;
const base = containerOf('kubernetes/deployment.yaml');
const overlay = containerOf('tls/deployment.yaml');
/** As kustomize merges the patch into the Deployment. */
const merged = (kind: 'livenessProbe' | 'readinessProbe'): Probe => ({ httpGet: { ...base[kind].httpGet, ...overlay[kind].httpGet } });

/** As the kubelet asks (pkg/probe/http of Kubernetes 1.36): no credentials, no verification, success is 200 to 399. */
function passes({ httpGet: { path, scheme = 'HTTP' } }: Probe, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = scheme === 'HTTPS' ? requestTls : requestPlain;
    const call = ask({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false, timeout: 5000 }, (response) => {
      const { statusCode = 0 } = response.resume();
      resolve(statusCode >= 200 && statusCode < 400);
    });
    call.on('error', () => resolve(false)).end();
  });
}

/** Patience is counted in pauses: on a busy machine they are as much longer as the exporter is slower. */
async function becomes(holds: () => Promise<boolean>): Promise<void> {
  for (let left = 30_000; !(await holds()); left -= 50) {
    if (left <= 0) throw new Error('still false');
    await sleep(50);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'probes-'));
const users = `basic_auth_users: { prometheus: "${hashSync('ebb-and-flood', 4)}" }\n`;
const tls = (more = '') => `tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n${more}`;
let cluster: ScriptedCluster;
const started: ExporterProcess[] = [];
beforeAll(async () => {
  cluster = await startScriptedCluster();
  const authority = await createAuthority({ name: 'harbour' });
  const serving = await authority.issue({ names: ['exporter.harbour'] });
  const files = {
    'tls.crt': serving.cert,
    'tls.key': serving.key,
    'ca.crt': authority.cert,
    kubeconfig: kubeconfigFor(cluster.server.url),
    'config.yaml': '',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(async () => {
  for (const exporter of started) exporter.kill();
  await cluster.server.stop();
  rmSync(folder, { recursive: true });
});

/** The exporter with the arguments of a manifest, its files in our folder. */
async function start(args: readonly string[], webConfig: string): Promise<ExporterProcess> {
  writeFileSync(join(folder, 'web.yml'), webConfig);
  const own = args.slice(1).map((arg) => arg.replace(/=\/etc\/[^/]+\//, `=${folder}/`));
  const exporter = await startExporter([...own, '--kubeconfig', join(folder, 'kubeconfig')], { port: await freePort() });
  started.push(exporter);
  return exporter;
}

/** The image's HEALTHCHECK, which is told nothing but where to find the process that serves. */
function healthcheck(...args: string[]): Promise<string> {
  const [command = '', ...rest] = PROGRAM;
  return new Promise((resolve) =>
    execFile(command, [...rest, 'healthcheck', ...args], (error, _out, err) => resolve(error ? err : 'healthy')),
  );
}

describe('with TLS and a password', () => {
  let exporter: ExporterProcess;
  beforeAll(async () => {
    exporter = await start(overlay.args, `${tls()}${users}`);
  });

  it.each([['livenessProbe'], ['readinessProbe']] as const)('the %s of deploy/tls passes', async (kind) => {
    // Ready is after the first tick.
    await becomes(() => passes(merged(kind), exporter.port));
  });

  it('the liveness probe of deploy/kubernetes alone, which speaks HTTP, would not: hence the patch', async () => {
    expect(await passes(base.livenessProbe, exporter.port)).toBe(false);
  });

  it('everything else asks for the password', async () => {
    expect(await passes({ httpGet: { path: '/metrics', scheme: 'HTTPS' } }, exporter.port)).toBe(false);
  });

  it("the image's healthcheck finds scheme and port by itself", async () => {
    expect(await healthcheck('--pid', String(exporter.child.pid))).toBe('healthy');
  });

  it('and is not content once nobody answers', async () => {
    exporter.child.kill('SIGTERM');
    await exporter.ended();
    const flags = [`--web.listen-address=127.0.0.1:${exporter.port}`, `--web.config.file=${join(folder, 'web.yml')}`];
    expect(await healthcheck(...flags)).toMatch(/^aggregated-api-exporter: https:\/\/127\.0\.0\.1:\d+\/-\/healthy connect ECONNREFUSED/);
  });
});

it('with a password alone both probes of deploy/kubernetes pass, and the healthcheck', async () => {
  const exporter = await start(overlay.args, users);
  await becomes(() => passes(base.readinessProbe, exporter.port));
  expect(await passes(base.livenessProbe, exporter.port)).toBe(true);

  expect(await healthcheck('--pid', String(exporter.child.pid))).toBe('healthy');
});

it('with client certificates the healthcheck is content with the handshake', async () => {
  const exporter = await start(overlay.args, tls('  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n'));
  expect(await passes(merged('livenessProbe'), exporter.port)).toBe(false);
  expect(await healthcheck('--pid', String(exporter.child.pid))).toBe('healthy');
});

describe('the patch of deploy/tls', () => {
  it('keeps the arguments of the Deployment, and mounts what it names', () => {
    expect(overlay.args.slice(0, base.args.length)).toEqual(base.args);
    const file = overlay.args.at(-1)?.split('=')[1] ?? '';
    expect(overlay.volumeMounts.map(({ mountPath }) => mountPath)).toContain(file.slice(0, file.lastIndexOf('/')));
  });
});
