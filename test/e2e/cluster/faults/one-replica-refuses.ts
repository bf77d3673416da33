import { all, type Fault } from '../fault.ts';
import { APISERVER_UID } from '../harness/control-plane.ts';
import { EXPORTER_UID } from '../harness/exporter.ts';
import { filter } from '../harness/network.ts';
import { until } from '../harness/process.ts';
import { changeDeployment } from '../inject.ts';

export const fault: Fault = {
  id: 'one-replica-refuses',
  title: 'One of two replicas refuses connections, and is Ready',
  causes: ['one-replica-bad'],
  category: 'network-connectivity',
  within: 60,
  inject: async (cluster) => {
    const undo = await changeDeployment(cluster, { spec: { replicas: 2 } });
    const pods = await until('two ready pods', 40, () => {
      const ready = [...cluster.kubelets[0]!.pods.values()].filter(
        (pod) => pod.object.metadata.labels?.app === 'wardle' && pod.container.ready,
      );
      return ready.length === 2 && ready;
    });
    const filters = [APISERVER_UID, EXPORTER_UID].map((uid) => filter({ to: pods[1]!.ip, action: 'refuse', uid }));
    return all(undo, ...filters);
  },
};
