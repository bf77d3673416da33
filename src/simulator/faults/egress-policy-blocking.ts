import { cutOff } from './cut-off.ts';
import { defineFault } from './fault.ts';

/** A policy lets the server's pods reach DNS and nothing else: it can ask nobody who a client is. */
export const egressPolicyBlocking = defineFault({
  id: 'egress-policy-blocking',
  cause: 'network-policy-blocking',
  scope: 'api',
  inject({ store }, api) {
    const { namespace, service } = api.plan;
    const name = `${service}-stays-home`;
    store.networkpolicies.create(
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { namespace, name, generation: 1 },
        spec: {
          podSelector: { matchLabels: { app: service } },
          policyTypes: ['Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
        },
      },
      { manager: 'kubectl-client-side-apply' },
    );
    const clear = cutOff(api);
    return async () => {
      store.networkpolicies.delete(`${namespace}/${name}`);
      await clear();
    };
  },
});
