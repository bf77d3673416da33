import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { MAIN } from '../support/exporter-process.ts';
import { freePort } from '../support/free-port.ts';
import { kubeconfigFor } from '../support/scripted-cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
async function becomes(port: number, open: boolean): Promise<void> {
  for (let left = 40_000; (await isOpen(port)) !== open; left -= 100) {
    if (left <= 0) throw new Error(`port ${port} is still ${open ? 'closed' : 'open'}`);
    await sleep(100);
  }
}

// npm hands SIGTERM to the shell of the script only, which ends and leaves what it has started.
it('SIGTERM to npm ends what `npm start` has started', async () => {
  const { scripts, type } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
    type: string;
  };
  // The script as it is, in front of a bundle of our own: the one in dist/ is nobody's to replace.
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist/main.js'), `await import(${JSON.stringify(`file://${MAIN}`)});\n`);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'harbour', version: '1.0.0', type, scripts: { start: scripts.start } }),
  );
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor('http://127.0.0.1:1'));
  const port = await freePort();
  const args = ['start', '--', `--web.listen-address=127.0.0.1:${port}`, '--kubeconfig', join(folder, 'kubeconfig')];
  const npm = spawn('npm', args, { cwd: folder, stdio: 'ignore' });
  await becomes(port, true);
  npm.kill('SIGTERM');
  await becomes(port, false);
  expect(await isOpen(port)).toBe(false);
});
