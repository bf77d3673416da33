import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDENTITIES, type IdentityName } from './access.ts';
import type { Cluster } from './cluster.ts';
import { required } from './required.ts';

/** Files that tell an exporter (or kubectl) how to reach the cluster. Readable by their owner only; removed with remove(). */
export interface ClusterFiles {
  readonly kubeconfig: string;
  readonly configFile: string;
  remove(): void;
}

/** Loopback addresses are probed only when told so, whatever the cluster's objects say; here they and the kubelets are ours. */
const CONFIGURATION = 'probe:\n  allow_addresses: ["127.0.0.0/8"]\n  network: cluster\nresources:\n  kubelet_token: true\n';

/** One context per identity; the exporter's is the current one. JSON is YAML. */
export function writeClusterFiles(cluster: Cluster): ClusterFiles {
  const folder = mkdtempSync(join(tmpdir(), 'aggregated-api-simulator-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const configFile = join(folder, 'exporter.yaml');
  const names = Object.keys(IDENTITIES) as IdentityName[];
  const { host, port } = required(cluster.apiServers[0], 'a kube-apiserver');
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'simulated',
        cluster: {
          server: `https://${host}:${port}`,
          'certificate-authority-data': Buffer.from(cluster.authorities.cluster.certificate).toString('base64'),
        },
      },
    ],
    users: names.map((name) => ({ name, user: { token: cluster.tokens.tokenOf(IDENTITIES[name]) } })),
    contexts: names.map((name) => ({ name, context: { cluster: 'simulated', user: name } })),
    'current-context': 'exporter' satisfies IdentityName,
  };
  writeFileSync(kubeconfig, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(configFile, CONFIGURATION, { mode: 0o600 });
  return { kubeconfig, configFile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
