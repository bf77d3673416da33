import { all, type Fault } from '../fault.ts';
import { reinstall, restartPod } from '../inject.ts';

const QUOTAS = '/api/v1/namespaces/wardle/resourcequotas';

export const fault: Fault = {
  id: 'quota-exceeded',
  title: 'A ResourceQuota admits no pod, and the pod is deleted',
  causes: ['pod-creation-refused'],
  category: 'misconfiguration',
  within: 40,
  inject: async (cluster) => {
    await cluster.kube.create(QUOTAS, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'no-pods' },
      spec: { hard: { pods: '0' } },
    });
    await restartPod(cluster);
    return all(
      // The back-off of the ReplicaSet's controller has grown meanwhile: a new ReplicaSet has none.
      () => reinstall(cluster),
      () => cluster.kube.remove(`${QUOTAS}/no-pods`),
    );
  },
};
