import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { madeOnce } from './once-per-run.ts';

const BUILD = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url));
/** Of this program as it is: unbundled it would open more files than some of the tests allow, and take seconds to start. */
const folder = madeOnce('program', (made) => {
  writeFileSync(join(made, 'package.json'), '{"type": "module"}');
  execFileSync(process.execPath, [BUILD, join(made, 'dist')]);
});
export const MAIN = join(folder, 'dist', 'main.js');
export const PROGRAM: readonly string[] = [process.execPath, MAIN];
const DEADLINE_MS = 60_000;
const PAUSE_MS = 20;

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface ExporterProcess {
  readonly child: ChildProcess;
  /** What it logged until now (JSON). */
  lines(): LogLine[];
  /** The first line that is so, logged by now or later. */
  line(matches: (line: LogLine) => boolean): Promise<LogLine>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: string }>;
  /** Value of a metric without labels. */
  metric(name: string): Promise<number | undefined>;
  readonly port: number;
  ended(): Promise<number | string>;
  kill(): void;
}

export interface ExporterSurroundings {
  /** What a shell does before it becomes the exporter. */
  readonly shell?: string;
  /** To listen on; 0 = any that is free. */
  readonly port?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Path of a module that is loaded before the exporter, and spoken to by `child.send`. */
  readonly inside?: string;
}

/** Starts the exporter with a JSON log, and waits until it listens on a free port of 127.0.0.1. */
export async function startExporter(
  args: readonly string[],
  { shell, port: wanted = 0, env = {}, inside }: ExporterSurroundings = {},
): Promise<ExporterProcess> {
  const [node = '', ...program] = PROGRAM;
  const first = inside === undefined ? [] : ['--import', inside];
  const all = [node, ...first, ...program, 'serve', '--log.format=json', `--web.listen-address=127.0.0.1:${wanted}`, ...args];
  const [command = '', ...rest] = shell === undefined ? all : ['/bin/sh', '-c', `${shell}; exec "$@"`, 'sh', ...all];
  const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', 'pipe', 'pipe', ...(inside === undefined ? [] : ['ipc' as const])];
  const child = spawn(command, rest, { stdio, env: { ...process.env, ...env } });
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<number | string>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 'gone')));
  const lines = () => err.split('\n').slice(0, -1).flatMap(parsed);
  const line = async (matches: (line: LogLine) => boolean): Promise<LogLine> => {
    // Counted in pauses: on a busy machine they are as much longer as the exporter is slower.
    for (let left = DEADLINE_MS; ; left -= PAUSE_MS) {
      const found = lines().find(matches);
      if (found) return found;
      if (left <= 0 || child.exitCode !== null)
        throw new Error(`no such line (exit code ${child.exitCode}, signal ${child.signalCode}):\n${err}`);
      await sleep(PAUSE_MS);
    }
  };
  const listening = await line(({ msg }) => msg === 'listening');
  const port = Number(new URL((listening.urls as string[])[0] ?? '').port);
  const get: ExporterProcess['get'] = (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      call.on('error', reject).end();
    });
  const exporter: ExporterProcess = {
    child,
    lines,
    line,
    get,
    async metric(name) {
      const value = new RegExp(`^${name} (\\S+)$`, 'm').exec((await get('/metrics')).body)?.[1];
      return value === undefined ? undefined : Number(value);
    },
    port,
    ended: () => ended,
    kill: () => void child.kill('SIGKILL'),
  };
  return exporter;
}

function parsed(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}
