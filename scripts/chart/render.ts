// Writes what a real Helm makes of the chart, for the tests that have none: npm run chart:render. Needs Go, which builds Helm once.
// `--if-built`: where it has not been built yet nothing is written; `npm run generate` needs Node only.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { renderedFile, renderedHead, valueSets, valuesFile } from './renderings.ts';

if (process.argv.includes('--if-built') && !existsSync(join(cache(), 'bin/helm4'))) {
  process.stderr.write('test/deploy/helm is left as it is: Helm is not built here. After a change of the chart: npm run chart:render\n');
  process.exit(0);
}
const build = new URL('../../test/e2e/components/build.sh', import.meta.url).pathname;
const bin = execFileSync(build, ['helm4'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
for (const name of valueSets()) {
  const args = ['template', 'aggregated-api-exporter', 'deploy/helm', '--namespace', 'monitoring', '--values', valuesFile(name)];
  const text = execFileSync(join(bin, 'helm4'), args, { encoding: 'utf8' });
  mkdirSync(dirname(renderedFile(name)), { recursive: true });
  writeFileSync(renderedFile(name), renderedHead(name) + text);
}

/** As test/e2e/components/build.sh finds it. */
function cache(): string {
  const { AGGREGATED_API_EXPORTER_CACHE: own, XDG_CACHE_HOME: user = join(homedir(), '.cache') } = process.env;
  return own ?? join(user, 'aggregated-api-exporter');
}
