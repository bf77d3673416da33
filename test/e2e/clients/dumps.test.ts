import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Cluster, METRICS } from '../cluster/harness/cluster.ts';
import { whileBroken } from './broken.ts';
import { type Client, capture } from './captures.ts';
import { trimmedDump } from './dumps.ts';
import { layMetrics } from './metrics-faults.ts';
import { layOutMustGather } from './must-gather.ts';

/**
 * What `kubectl cluster-info dump` takes of a real cluster while metrics.k8s.io is broken, and its objects as a must-gather lays them out, written
 * to test/read/dump, whose tests then hold what is read out of each. A part of `npm run e2e:clients`.
 */
const BUILD = new URL('../components/build.sh', import.meta.url).pathname;
/** kubectl 1.34.3 and 1.37.2 print the same. */
const VERSION = '1.37';
const DUMPED = ['healthy', 'scaled-to-zero', 'unknown-flag'];
/** The condition of the APIService is in it, and tells more. */
const GATHERED = ['scaled-to-zero', 'packets-refused', 'unknown-flag'];
const DUMP = ['cluster-info', 'dump', '--namespaces=kube-system'];
const MUST_GATHER = new URL('../../read/dump/must-gather-1.36/', import.meta.url).pathname;
const FOLDER = new URL(`../../read/dump/cluster-info-${VERSION}/`, import.meta.url).pathname;
const bin = execFileSync(BUILD, [`kubectl-${VERSION}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const KUBECTL: Client = { name: `kubectl ${VERSION}`, program: join(bin, VERSION, 'kubectl'), commands: { dump: DUMP } };

whileBroken({
  of: 'what a dump holds of a broken metrics API',
  states: [...new Set([...DUMPED, ...GATHERED])],
  lay: layMetrics,
  // The condition is looked at each half minute; a container that ends at once waits ten seconds, then twenty.
  settledMs: 45_000,
  take: async ({ cluster, state }) => {
    if (DUMPED.includes(state)) await dump(cluster, state);
    if (GATHERED.includes(state)) await layOutMustGather(cluster.kube, join(MUST_GATHER, state), METRICS, 'kube-system');
  },
});

async function dump(cluster: Cluster, state: string): Promise<void> {
  const { output, exit } = await capture(KUBECTL, 'dump', {
    KUBECONFIG: cluster.adminKubeconfig(),
    KUBECACHEDIR: join(cluster.folder, 'cache'),
    HOME: cluster.folder,
  });
  expect(exit).toBe(0);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${state}.txt`), trimmedDump(output.replaceAll(cluster.folder, '/etc/serving')));
}
