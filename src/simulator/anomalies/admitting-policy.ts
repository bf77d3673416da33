import { defineAnomaly } from './anomaly.ts';

/** A NetworkPolicy is added that admits whatever needs to be admitted. */
export const admittingPolicy = defineAnomaly({
  id: 'admitting-policy',
  inject({ store }, api) {
    const { namespace, service } = api.plan;
    const name = `admit-all-to-${service}`;
    store.networkpolicies.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace, name, generation: 1 },
      spec: { podSelector: { matchLabels: { app: service } }, policyTypes: ['Ingress'], ingress: [{}] },
    });
    return () => void store.networkpolicies.delete(`${namespace}/${name}`);
  },
});
