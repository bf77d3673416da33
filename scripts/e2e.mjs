// Runs the end-to-end suites in a network namespace of their own: its addresses, ports and packet filters are nobody else's.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const wants = [];
if (process.platform !== 'linux') wants.push('Linux: the suites use network namespaces and iptables');
if (process.getuid?.() !== 0) wants.push('root: run it with sudo, or in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN');
for (const [tool, from] of [
  ['unshare', 'util-linux'],
  ['ip', 'iproute2'],
  ['iptables', 'iptables'],
  ['openssl', 'openssl'],
  ['promtool', 'prometheus'],
  ['prometheus', 'prometheus'],
  ['prometheus-alertmanager', 'prometheus-alertmanager'],
  ['chromium', 'chromium'],
  ['kubectl', 'kubectl, https://kubernetes.io/docs/tasks/tools'],
  ['go', 'Go 1.26, https://go.dev/dl'],
])
  if (spawnSync('which', [tool]).status !== 0) wants.push(`${tool}: install ${from}`);
if (wants.length > 0) {
  console.error(`the end-to-end suites can't run here; they need\n  ${wants.join('\n  ')}`);
  process.exit(2);
}

/** Folders of suites whose control plane, kubelets and packet filters are one at a time; what needs only a simulated cluster runs beside them. */
const REAL_CLUSTER = ['test/e2e/cluster', 'test/e2e/helm'];

/** The exit code of vitest in a network namespace of its own. Its output goes to a file where `log` is one. */
function vitest(args, log) {
  const command = ['node_modules/.bin/vitest', 'run', '--config', 'test/e2e/vitest.config.ts', ...args];
  const child = spawn('unshare', ['--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command], {
    stdio: ['ignore', log ?? 'inherit', log ?? 'inherit'],
  });
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
}

/** All suites, in two lanes: most of the time of each is spent in waiting for real programs. The second lane's output follows the first's. */
async function everything() {
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-lanes-'));
  const file = join(folder, 'log');
  const log = openSync(file, 'w');
  const codes = await Promise.all([
    vitest(REAL_CLUSTER),
    vitest(
      REAL_CLUSTER.map((path) => `--exclude=${path}/**`),
      log,
    ),
  ]);
  closeSync(log);
  process.stdout.write(readFileSync(file));
  rmSync(folder, { recursive: true });
  return Math.max(...codes);
}

const args = process.argv.slice(2);
process.exitCode = args.length === 0 ? await everything() : await vitest(args);
