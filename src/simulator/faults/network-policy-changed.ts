import { dropTraffic } from './drop-traffic.ts';
import { defineFault } from './fault.ts';

/** A policy that admitted the control plane is edited and names another address range now. */
export const networkPolicyChanged = defineFault({
  id: 'network-policy-changed',
  cause: 'network-policy-changed',
  scope: 'api',
  async inject({ store, network }, api) {
    const name = `admit-control-plane-to-${api.plan.service}`;
    const key = `${api.plan.namespace}/${name}`;
    const from = (cidr: string) => [{ from: [{ ipBlock: { cidr } }] }];
    if (!store.networkpolicies.get(key))
      store.networkpolicies.create(
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { namespace: api.plan.namespace, name, generation: 1 },
          spec: {
            podSelector: { matchLabels: { app: api.plan.service } },
            policyTypes: ['Ingress'],
            ingress: from(network.addresses.cidr),
          },
        },
        { manager: 'helm' },
      );
    store.networkpolicies.update(
      key,
      (copy) => {
        copy.spec.ingress = from('198.51.100.0/24');
      },
      { manager: 'kubectl-edit' },
    );
    const clear = await dropTraffic(api);
    return async () => {
      store.networkpolicies.delete(key);
      await clear();
    };
  },
});
