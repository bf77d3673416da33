import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The commit that `bench/baseline` names, and its program and rules, in a work tree of its own. */
export interface Baseline {
  readonly commit: string;
  /** Folder of the work tree. */
  readonly folder: string;
  /** Path of the bundled program. */
  readonly main: string;
}

/**
 * Builds what was before this series of changes, once, in the user's cache folder: what costs what is said beside it, in the same run.
 * It is built with our own node_modules. Undefined, and a line that says why, where git does not know the commit.
 */
export function buildBaseline(): Baseline | undefined {
  const commit = readFileSync(new URL('./baseline', import.meta.url), 'utf8').trim();
  const cache =
    process.env.AGGREGATED_API_EXPORTER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aggregated-api-exporter');
  const folder = join(cache, 'bench', `baseline-${commit.slice(0, 12)}`);
  const main = join(folder, 'dist/main.js');
  if (existsSync(main)) return { commit, folder, main };
  mkdirSync(join(cache, 'bench'), { recursive: true });
  const run = (program: string, args: readonly string[], cwd: string): boolean => {
    const { status, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
    if (status !== 0) console.log(`no baseline: ${program} ${args.join(' ')}: ${(stderr ?? '').trim().split('\n')[0]}`);
    return status === 0;
  };
  if (!existsSync(folder) && !run('git', ['worktree', 'add', '--quiet', '--force', '--detach', folder, commit], ROOT)) return undefined;
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return run(process.execPath, ['scripts/build.mjs'], folder) ? { commit, folder, main } : undefined;
}
