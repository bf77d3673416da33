import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { createKubeClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kube-config.ts';
import { SILENT } from '../../src/source/logger.ts';
import { MAIN } from '../support/exporter-process.ts';
import { eventually } from './support/client.ts';

const DEADLINE = 60_000;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function simulate(scenario: string) {
  const child = spawn(process.execPath, [MAIN, 'simulate', scenario], { stdio: 'pipe' });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  return { child, said, ended: () => child.exitCode !== null || child.signalCode !== null };
}

describe('the simulator as a process', { timeout: 3 * DEADLINE }, () => {
  it('says where it is in one line, serves, and ends with its parent, leaving no file', async () => {
    const { child, said, ended } = simulate('quiet');
    await eventually(() => said.out.includes('\n'), Boolean, DEADLINE);
    const { kubeconfig, configFile, server } = JSON.parse(said.out) as Record<string, string>;
    expect(statSync(kubeconfig!).mode & 0o777).toBe(0o600);
    const client = createKubeClient(loadKubeConfig({ kubeconfig: kubeconfig! }), { log: SILENT });
    expect(client.server.href).toBe(server);
    expect((await client.request('/apis/apiregistration.k8s.io/v1/apiservices')).status).toBe(200);
    client.close();
    child.stdin.end();
    await eventually(ended, Boolean, DEADLINE);
    expect({ code: child.exitCode, err: said.err, files: [kubeconfig, configFile].filter((file) => existsSync(file!)) }).toEqual({
      code: 0,
      err: '',
      files: [],
    });
  });

  it('says everything that is wrong with a scenario, and ends with an error', async () => {
    const { child, said, ended } = simulate('name: x\napis: []\ncolour: blue');
    await eventually(ended, Boolean, DEADLINE);
    expect(child.exitCode).not.toBe(0);
    expect(said.err).toContain('apis: ');
    expect(said.err).toContain('unknown key colour');
  });
});
