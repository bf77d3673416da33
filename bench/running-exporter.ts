import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../test/support/free-port.ts';

/** The bundled program. */
export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const POLL_MS = 5;

export interface RunningExporter {
  readonly process: ChildProcess;
  readonly port: number;
  /** Seconds from the start until the path is answered with 200. @throws Error when it is not, or the exporter has ended. */
  since(path: string, giveUpMs?: number): Promise<number>;
}

export function buildWhereAbsent(): void {
  if (!existsSync(MAIN)) spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}

/** The bundled exporter of that cluster as a process of its own; undefined = of those that its configuration names. */
export async function startExporter(kubeconfig: string | undefined, ...args: readonly string[]): Promise<RunningExporter> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [
      MAIN,
      'serve',
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const since = async (path: string, giveUpMs = 30_000) => {
    while ((await ask(port, path)) !== 200) {
      if (child.exitCode !== null) throw new Error(`the exporter ended with code ${child.exitCode}`);
      if (performance.now() - began > giveUpMs) throw new Error(`${path} was not answered with 200 within ${giveUpMs / 1000} s`);
      await sleep(POLL_MS);
    }
    return (performance.now() - began) / 1000;
  };
  return { process: child, port, since };
}

/** Status, or 0 while nobody listens. */
export function ask(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (answer) => answer.resume().on('end', () => resolve(answer.statusCode ?? 0))).on(
      'error',
      () => resolve(0),
    );
  });
}
