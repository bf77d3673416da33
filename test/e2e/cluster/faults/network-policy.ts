import { all, type Fault } from '../fault.ts';
import { cutPod } from '../inject.ts';

const AT = '/apis/networking.k8s.io/v1/namespaces/wardle/networkpolicies/default-deny';

export const fault: Fault = {
  id: 'network-policy',
  title: 'A default-deny NetworkPolicy is applied, and the packet filter that a CNI would make of it',
  causes: ['network-policy-blocking', 'network-policy-changed'],
  category: 'network-policy',
  within: 30,
  inject: async (cluster) => {
    await cluster.kube.apply(AT, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'default-deny', namespace: 'wardle' },
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    });
    return all(() => cluster.kube.remove(AT), cutPod(cluster, { action: 'drop' }));
  },
};
