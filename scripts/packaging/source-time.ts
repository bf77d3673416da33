import { execFileSync } from 'node:child_process';
import { ROOT } from './lock.ts';

/**
 * The time that goes into what is packed, in seconds: SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch), else that
 * of the last commit, else 0, as in a build context without its history. @throws Error where SOURCE_DATE_EPOCH is no number of seconds
 */
export function sourceTime(env: NodeJS.ProcessEnv = process.env): number {
  const given = env.SOURCE_DATE_EPOCH;
  if (given !== undefined) {
    if (!/^\d{1,11}$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH is ${JSON.stringify(given)}: whole seconds since 1970 are allowed`);
    return Number(given);
  }
  return Number(ofGit('log', '-1', '--format=%ct') ?? 0);
}

/** The commit that is checked out; undefined where there is no history. */
export function sourceRevision(): string | undefined {
  return ofGit('rev-parse', 'HEAD');
}

function ofGit(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
