import { all, type Undo } from '../cluster/fault.ts';
import { type Cluster, METRICS } from '../cluster/harness/cluster.ts';
import { APISERVER_UID } from '../cluster/harness/control-plane.ts';
import { filter } from '../cluster/harness/network.ts';
import { until } from '../cluster/harness/process.ts';
import { install, path } from '../cluster/harness/workloads.ts';
import { changeApiService, containerChange } from '../cluster/inject.ts';

const { namespace, name } = { namespace: 'kube-system', name: 'metrics-server' };

/** The Deployment is made anew: server-side apply leaves fields of other managers. */
async function reinstalled(cluster: Cluster): Promise<void> {
  const at = path.deployment(namespace, name);
  await cluster.kube.remove(at, { propagationPolicy: 'Background' });
  await until('the Deployment to be gone', 20, async () => (await cluster.kube.raw('GET', at)).status === 404);
  await install(cluster.kube, cluster.metrics);
}

const change =
  (deployment: object) =>
  async (cluster: Cluster): Promise<Undo> => {
    await cluster.kube.patch(path.deployment(namespace, name), deployment, 'strategic-merge');
    return () => reinstalled(cluster);
  };

const cut = (action: 'refuse' | 'drop') => (cluster: Cluster) =>
  Promise.resolve(filter({ action, to: cluster.pod(cluster.metrics).ip, uid: APISERVER_UID }));

/** How metrics-server is broken, by the names of the faults of the suite's other server. */
export const METRICS_FAULTS: Readonly<Record<string, (cluster: Cluster) => Promise<Undo>>> = {
  'service-deleted': async (cluster) => {
    await cluster.kube.remove(path.service(namespace, name));
    return () => install(cluster.kube, cluster.metrics);
  },
  'scaled-to-zero': change({ spec: { replicas: 0 } }),
  'unknown-flag': change(containerChange({ args: ['--enable-tide=true'] })),
  'packets-refused': cut('refuse'),
  'packets-dropped': cut('drop'),
  'ca-bundle': (cluster) =>
    changeApiService(cluster, METRICS, (object) => {
      object.spec.caBundle = Buffer.from(cluster.controlPlane.ca.pem).toString('base64');
    }),
  'server-hung': (cluster) => {
    const { container } = cluster.pod(cluster.metrics);
    container.pause();
    return Promise.resolve(() => container.resume());
  },
  'auth-delegator-missing': async (cluster) => {
    await cluster.kube.remove(path.clusterRoleBinding('metrics-server:system:auth-delegator'));
    return () => install(cluster.kube, cluster.metrics);
  },
  'kubelets-refuse': (cluster) => {
    for (const kubelet of cluster.kubelets) kubelet.manner = { does: 'knows nobody' };
    return Promise.resolve(
      all(
        ...cluster.kubelets.map((kubelet) => () => {
          kubelet.manner = undefined;
        }),
      ),
    );
  },
};
