import type { Fault } from '../fault.ts';
import { until } from '../harness/process.ts';
import { changeDeployment } from '../inject.ts';

export const fault: Fault = {
  id: 'unschedulable',
  title: 'No node fits the pod; the harness writes what the scheduler would',
  causes: ['pod-unschedulable'],
  category: 'pod-instability',
  within: 30,
  inject: async (cluster) => {
    const undo = await changeDeployment(cluster, { spec: { template: { spec: { nodeName: null, nodeSelector: { disk: 'fast' } } } } });
    const pod = await until('a pod without a node', 20, async () =>
      (await cluster.kube.get('/api/v1/namespaces/wardle/pods')).items.find((item: { spec: { nodeName?: string } }) => !item.spec.nodeName),
    );
    const { name, uid } = pod.metadata;
    const message =
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
    await cluster.kube.patch(`/api/v1/namespaces/wardle/pods/${name}/status`, {
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] },
    });
    await cluster.kube.create('/api/v1/namespaces/wardle/events', {
      metadata: { generateName: `${name}.`, namespace: 'wardle' },
      involvedObject: { kind: 'Pod', namespace: 'wardle', name, uid, apiVersion: 'v1' },
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler',
      action: 'Scheduling',
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      type: 'Warning',
      reason: 'FailedScheduling',
      message,
    });
    return undo;
  },
};
