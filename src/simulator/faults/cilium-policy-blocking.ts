import { dropTraffic } from './drop-traffic.ts';
import { defineFault } from './fault.ts';

/** A policy of Cilium admits what is outside of the cluster: a kube-apiserver on a node of it is not. */
export const ciliumPolicyBlocking = defineFault({
  id: 'cilium-policy-blocking',
  cause: 'network-policy-blocking',
  scope: 'api',
  async inject({ store }, api) {
    const { namespace, service } = api.plan;
    const name = `${service}-for-the-world`;
    store.ciliumnetworkpolicies.create(
      {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        metadata: { namespace, name, generation: 1 },
        spec: { endpointSelector: { matchLabels: { app: service } }, ingress: [{ fromEntities: ['world'] }] },
      },
      { manager: 'kubectl-client-side-apply' },
    );
    const clear = await dropTraffic(api);
    return async () => {
      store.ciliumnetworkpolicies.delete(`${namespace}/${name}`);
      await clear();
    };
  },
});
