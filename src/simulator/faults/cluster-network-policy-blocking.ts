import { cutOff } from './cut-off.ts';
import { defineFault } from './fault.ts';

/** The administrator's policy lets the server's pods reach pods, and denies them everything else: the kube-apiserver is no pod. */
export const clusterNetworkPolicyBlocking = defineFault({
  id: 'cluster-network-policy-blocking',
  cause: 'network-policy-blocking',
  scope: 'api',
  inject({ store }, api) {
    const { namespace, service } = api.plan;
    const name = `${namespace}-${service}-inside-only`;
    store.clusternetworkpolicies.create(
      {
        apiVersion: 'policy.networking.k8s.io/v1alpha2',
        kind: 'ClusterNetworkPolicy',
        metadata: { name, generation: 1 },
        spec: {
          tier: 'Admin',
          priority: 20,
          subject: {
            pods: {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
              podSelector: { matchLabels: { app: service } },
            },
          },
          egress: [
            { name: 'pods', action: 'Accept', to: [{ namespaces: {} }] },
            { name: 'all-else', action: 'Deny', to: [{ networks: ['0.0.0.0/0', '::/0'] }] },
          ],
        },
      },
      { manager: 'kubectl-client-side-apply' },
    );
    const clear = cutOff(api);
    return async () => {
      store.clusternetworkpolicies.delete(name);
      await clear();
    };
  },
});
