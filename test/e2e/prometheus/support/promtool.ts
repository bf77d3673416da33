import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's promtool, the oldest that the rules are for. */
export const PROMTOOL = 'promtool';

/** A program that test/e2e/components/build.sh builds. @throws Error when it is missing: that is a failure, not a skip. */
export function built(program: string, component: string): string {
  const cache =
    process.env.AGGREGATED_API_EXPORTER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aggregated-api-exporter');
  const path = join(cache, 'bin', program);
  if (!existsSync(path)) throw new Error(`${path} is missing: run test/e2e/components/build.sh ${component}`);
  return path;
}

/** A current promtool. */
export const currentPromtool = (): string => built('promtool', 'promtool');

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export function run(program: string, args: readonly string[], cwd?: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: 256 * 2 ** 20, ...(cwd ? { cwd } : {}) }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(new Error(`${program}: ${error.message}`));
      else resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

/** A folder with these files, gone afterwards. */
export async function inFolder<T>(files: Readonly<Record<string, string>>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'aggregated-api-rules-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
