import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Path of the program in this folder of bench, built into the user's cache folder; undefined, and a line that says why, without Go. */
export function buildGoPeer(name: 'expfmt' | 'cyclonus'): string | undefined {
  const source = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const cache =
    process.env.AGGREGATED_API_EXPORTER_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aggregated-api-exporter');
  const program = join(cache, 'bench', name);
  mkdirSync(join(cache, 'bench'), { recursive: true });
  const built = spawnSync('go', ['build', '-trimpath', '-o', program, '.'], { cwd: source, encoding: 'utf8' });
  if (built.error) console.log('Go is not installed: nothing to compare with');
  else if (built.status !== 0) console.log(`the peer in Go does not build: ${built.stderr.trim().split('\n')[0]}`);
  else return program;
  return undefined;
}
