// Runs the end-to-end suites in a network namespace of their own: its addresses, ports and packet filters are nobody else's.
import { spawnSync } from 'node:child_process';

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

const vitest = ['node_modules/.bin/vitest', 'run', '--config', 'test/e2e/vitest.config.ts', ...process.argv.slice(2)];
const { status } = spawnSync('unshare', ['--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...vitest], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
