import { Cluster, METRICS } from '../cluster/harness/cluster.ts';
import { faultsOf } from './backend-faults.ts';
import type { Breakable, Faults } from './broken.ts';

const SERVING = { commonName: 'metrics-server', names: ['metrics-server.kube-system.svc'] };

/** How metrics-server is broken: in the ways of all servers, and in one of its own. */
export const METRICS_FAULTS: Faults = {
  ...faultsOf((cluster) => ({
    server: cluster.metrics,
    certify: (differs) => void cluster.servingCa.issue('metrics', { ...SERVING, ...differs }),
  })),
  'kubelets-refuse': (cluster) => {
    for (const kubelet of cluster.kubelets) kubelet.manner = { does: 'knows nobody' };
    return Promise.resolve(() => {
      for (const kubelet of cluster.kubelets) kubelet.manner = undefined;
    });
  },
};

/** A cluster whose metrics-server is broken. */
export const layMetrics = (): Breakable => ({
  cluster: new Cluster({ nodeGraceSeconds: 120, controllersAsThemselves: true }),
  apis: [METRICS],
  faults: METRICS_FAULTS,
});
