import type { Cluster } from './harness/cluster.ts';
import type { KubeObject } from './harness/kube.ts';
import { path } from './harness/workloads.ts';

/** Something that looks alarming beside a fault and has nothing to do with it. */
export type Anomaly = { readonly id: string; readonly begin: (cluster: Cluster) => Promise<void> };

const NAMESPACE = 'harbour';
const NAME = 'lighthouse';

/** A workload that is nobody's backend. */
export async function installUnrelated(cluster: Cluster): Promise<void> {
  await cluster.kube.apply(path.namespace(NAMESPACE), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await cluster.kube.apply(path.deployment(NAMESPACE, NAME), unrelated());
}

function unrelated(): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: NAME } },
      template: {
        metadata: { labels: { app: NAME } },
        spec: { nodeName: 'node-a', automountServiceAccountToken: false, containers: [{ name: 'lamp', image: 'e2e/idle' }] },
      },
    },
  };
}

export const ANOMALIES: readonly Anomaly[] = [
  {
    id: 'rolling-update-elsewhere',
    begin: async (cluster) => {
      await cluster.kube.patch(path.deployment(NAMESPACE, NAME), {
        spec: { template: { metadata: { annotations: { turned: new Date().toISOString() } } } },
      });
    },
  },
  {
    id: 'noisy-log',
    begin: async (cluster) => {
      const { container } = cluster.pod(cluster.metrics);
      for (let i = 0; i < 20; i++)
        container.write(
          `E1125 09:00:0${i % 10}.000000       1 worker.go:8${i % 10}] "Retrying" err="item ${i} was not processed in this round"`,
        );
    },
  },
  {
    id: 'unrelated-restart',
    begin: async (cluster) => {
      cluster.kubelets[0]!.podOf('app', NAME)?.container.kill('SIGKILL');
    },
  },
];
