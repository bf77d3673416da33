import { setTimeout as sleep } from 'node:timers/promises';
import { all, type Fault } from '../fault.ts';

const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1';
const CLIENTS = 8;
const NAME = 'e2e-no-seats';

export const fault: Fault = {
  id: 'too-many-requests',
  title: 'A FlowSchema leads every request for the API to a priority level without seats, which lets one in at a time: others get 429',
  causes: ['rate-limited'],
  category: 'rate-limiting',
  within: 60,
  inject: async (cluster) => {
    const { kube } = cluster;
    await kube.create(`${FLOW_CONTROL}/prioritylevelconfigurations`, {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: NAME },
      spec: {
        type: 'Limited',
        limited: { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } },
      },
    });
    await kube.create(`${FLOW_CONTROL}/flowschemas`, {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name: NAME },
      spec: {
        matchingPrecedence: 100,
        priorityLevelConfiguration: { name: NAME },
        rules: [
          {
            subjects: [{ kind: 'Group', group: { name: 'system:authenticated' } }],
            resourceRules: [{ verbs: ['*'], apiGroups: ['wardle.example.com'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
          },
        ],
      },
    });
    const clients = cluster.ordinaryClient();
    let asking = true;
    for (let i = 0; i < CLIENTS; i++)
      void (async () => {
        while (asking) {
          await clients.raw('GET', '/apis/wardle.example.com/v1alpha1/flunders').catch(() => undefined);
          await sleep(1);
        }
      })();
    return all(
      () => {
        asking = false;
        clients.close();
      },
      () => kube.remove(`${FLOW_CONTROL}/prioritylevelconfigurations/${NAME}`),
      () => kube.remove(`${FLOW_CONTROL}/flowschemas/${NAME}`),
    );
  },
};
