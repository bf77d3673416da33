import { dropTraffic } from './drop-traffic.ts';
import { defineFault } from './fault.ts';

/** A default-deny policy appears in the backend's namespace. */
export const networkPolicyBlocking = defineFault({
  id: 'network-policy-blocking',
  cause: 'network-policy-blocking',
  scope: 'api',
  async inject({ store }, api) {
    const { namespace } = api.plan;
    const name = 'default-deny';
    store.networkpolicies.create(
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { namespace, name, generation: 1 },
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      },
      { manager: 'kubectl-client-side-apply' },
    );
    const clear = await dropTraffic(api);
    return async () => {
      store.networkpolicies.delete(`${namespace}/${name}`);
      await clear();
    };
  },
});
