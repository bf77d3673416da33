// Ten faults on each version of Kubernetes, one after the other; `E2E_KUBERNETES=1.34` for one of them.
import { spawnSync } from 'node:child_process';

const VERSIONS = ['1.34', '1.35', '1.36', '1.37'];
/** The other etcd is tried below the version that everything else is tested on, so that what it changes is not taken for the doing of a kube-apiserver. */
const OTHER_ETCD = { 1.36: '3.7' };

const wanted = process.env.E2E_KUBERNETES?.split(',') ?? VERSIONS;
const unknown = wanted.filter((version) => !VERSIONS.includes(version));
if (unknown.length > 0) {
  console.error(`E2E_KUBERNETES: ${unknown.join(', ')} is unknown: allowed are ${VERSIONS.join(', ')}`);
  process.exit(2);
}
for (const version of wanted) {
  console.log(`Kubernetes ${version}`);
  const etcd = process.env.E2E_ETCD ?? OTHER_ETCD[version];
  const { status } = spawnSync(process.execPath, ['scripts/e2e.mjs', 'test/e2e/versions/faults.test.ts'], {
    stdio: 'inherit',
    env: { ...process.env, E2E_VERSIONS: '1', E2E_KUBERNETES: version, ...(etcd && { E2E_ETCD: etcd }) },
  });
  if (status !== 0) process.exitCode = 1;
}
