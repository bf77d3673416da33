import type { Undo } from '../cluster/fault.ts';
import type { Cluster } from '../cluster/harness/cluster.ts';
import { APISERVER_UID } from '../cluster/harness/control-plane.ts';
import { filter } from '../cluster/harness/network.ts';
import type { LeafOptions } from '../cluster/harness/pki.ts';
import { until } from '../cluster/harness/process.ts';
import { type AggregatedServer, apiService, install, path } from '../cluster/harness/workloads.ts';
import { changeApiService, containerChange } from '../cluster/inject.ts';
import type { Faults } from './broken.ts';

/** An aggregated server that is to be broken. */
export interface Backend {
  readonly server: AggregatedServer;
  /** Another serving certificate, for its next start. */
  readonly certify: (differs: Partial<LeafOptions>) => void;
}

/** A version that no server of metrics serves. */
const UNSERVED = 'v1beta9';

/** How any aggregated server is broken, by the names of the faults of the suite's sample-apiserver. */
export function faultsOf(backendOf: (cluster: Cluster) => Backend): Faults {
  const change = (container: (cluster: Cluster) => object) => async (cluster: Cluster) =>
    changeDeployment(cluster, backendOf(cluster).server, containerChange(container(cluster)));
  const cut = (action: 'refuse' | 'drop') => (cluster: Cluster) =>
    Promise.resolve(filter({ action, to: cluster.pod(backendOf(cluster).server).ip, uid: APISERVER_UID }));
  return {
    'service-deleted': async (cluster) => {
      const { server } = backendOf(cluster);
      await cluster.kube.remove(path.service(server.namespace, server.name));
      return () => install(cluster.kube, server);
    },
    'scaled-to-zero': (cluster) => changeDeployment(cluster, backendOf(cluster).server, { spec: { replicas: 0 } }),
    'unknown-flag': change(() => ({ args: ['--enable-tide=true'] })),
    'request-header-ca': change(({ servingCa }) => ({
      args: [
        `--requestheader-client-ca-file=${servingCa.certFile}`,
        '--requestheader-username-headers=X-Remote-User',
        '--requestheader-group-headers=X-Remote-Group',
      ],
    })),
    'packets-refused': cut('refuse'),
    'packets-dropped': cut('drop'),
    'ca-bundle': (cluster) =>
      forEachApi(backendOf(cluster).server, (name) =>
        changeApiService(cluster, name, (object) => {
          object.spec.caBundle = Buffer.from(cluster.controlPlane.ca.pem).toString('base64');
        }),
      ),
    'certificate-expired': (cluster) => {
      const { server, certify } = backendOf(cluster);
      certify({ days: -1 });
      cluster.pod(server).container.terminate();
      return Promise.resolve(async () => {
        certify({});
        await reinstalled(cluster, server);
      });
    },
    'version-not-served': (cluster) => {
      const { server } = backendOf(cluster);
      const groups = new Set(server.apiServices.map(({ group }) => group));
      return undone([...groups], async (group) => {
        const at = path.apiService(`${UNSERVED}.${group}`);
        await cluster.kube.apply(at, apiService(server, group, UNSERVED));
        return () => cluster.kube.remove(at);
      });
    },
    'server-hung': (cluster) => {
      const { container } = cluster.pod(backendOf(cluster).server);
      container.pause();
      return Promise.resolve(() => container.resume());
    },
    'auth-delegator-missing': async (cluster) => {
      const { server } = backendOf(cluster);
      await cluster.kube.remove(path.clusterRoleBinding(`${server.name}:system:auth-delegator`));
      return () => install(cluster.kube, server);
    },
  };
}

const forEachApi = ({ apiServices }: AggregatedServer, inject: (name: string) => Promise<Undo>): Promise<Undo> =>
  undone(apiServices, ({ group, version }) => inject(`${version}.${group}`));

/** Injects for each, one after the other, and takes all back. */
async function undone<T>(each: readonly T[], inject: (one: T) => Promise<Undo>): Promise<Undo> {
  const undos: Undo[] = [];
  for (const one of each) undos.push(await inject(one));
  return async () => {
    for (const undo of undos) await undo();
  };
}

async function changeDeployment(cluster: Cluster, server: AggregatedServer, change: object): Promise<Undo> {
  await cluster.kube.patch(path.deployment(server.namespace, server.name), change, 'strategic-merge');
  return () => reinstalled(cluster, server);
}

/** The Deployment is made anew: server-side apply leaves fields of other managers. */
async function reinstalled(cluster: Cluster, server: AggregatedServer): Promise<void> {
  const at = path.deployment(server.namespace, server.name);
  await cluster.kube.remove(at, { propagationPolicy: 'Background' });
  await until('the Deployment to be gone', 20, async () => (await cluster.kube.raw('GET', at)).status === 404);
  await install(cluster.kube, server);
}
