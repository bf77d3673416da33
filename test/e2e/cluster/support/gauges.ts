import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../harness/cluster.ts';
import { type AggregatedServer, clusterRoleBinding, install, path } from '../harness/workloads.ts';

const PROGRAM = new URL('./tide-gauge.mjs', import.meta.url).pathname;

/** How a gauge answers what is asked through the kube-apiserver; its readiness probe passes all the same. */
export type GaugeAnswers = 'unauthorized' | 'forbidden' | 'late';

/** A small aggregated API server of its own, so that many faults can be injected at once without touching each other. */
export function gaugeOf(cluster: Cluster, name: string): AggregatedServer {
  const files = [join(cluster.folder, `gauge-${name}.crt`), join(cluster.folder, `gauge-${name}.key`)];
  const group = `${name}.tides.example.com`;
  return {
    namespace: `gauge-${name}`,
    name: `gauge-${name}`,
    image: 'e2e/shell',
    // $0 is the pod's address.
    args: [`exec ${process.execPath} ${PROGRAM} "$0" ${group} ${files.join(' ')} ${answersFile(cluster, `gauge-${name}`)}`],
    port: 8443,
    readinessPath: '/readyz',
    apiServices: [{ group, version: 'v1' }],
    caBundle: cluster.servingCa.pem,
    node: 'node-b',
  };
}

/** The name of its APIService. */
export const apiOf = ({ apiServices: [api] }: AggregatedServer): string => `${api!.version}.${api!.group}`;

export function certificateOf({ namespace, name }: AggregatedServer) {
  return { commonName: 'gauge', names: [`${name}.${namespace}.svc`] };
}

/** From now on; the undo lets it answer well again. */
export function letAnswer(cluster: Cluster, { name }: AggregatedServer, how: GaugeAnswers): () => void {
  const file = answersFile(cluster, name);
  writeFileSync(file, how);
  return () => rmSync(file, { force: true });
}

const answersFile = (cluster: Cluster, name: string): string => join(cluster.folder, `${name}.answers`);

/** Installs them, lets everybody who is authenticated list gauges, and waits until all are available. */
export async function openGauges(cluster: Cluster, servers: readonly AggregatedServer[]): Promise<void> {
  await cluster.kube.apply('/apis/rbac.authorization.k8s.io/v1/clusterroles/gauge-reader', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'gauge-reader' },
    rules: [{ apiGroups: servers.map(({ apiServices }) => apiServices[0]!.group), resources: ['gauges'], verbs: ['list'] }],
  });
  await cluster.kube.apply(
    path.clusterRoleBinding('gauge-reader'),
    clusterRoleBinding('gauge-reader', 'gauge-reader', {
      kind: 'Group',
      apiGroup: 'rbac.authorization.k8s.io',
      name: 'system:authenticated',
    }),
  );
  for (const server of servers) {
    cluster.servingCa.issue(server.name, certificateOf(server));
    await install(cluster.kube, server);
  }
  for (const server of servers) await cluster.available(apiOf(server), 120);
}
