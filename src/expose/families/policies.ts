import { observedValue } from '../../domain/observed.ts';
import { type Family, familyPerApi } from '../family.ts';

export const POLICY_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_network_policies',
    type: 'gauge',
    help: 'Verdict on traffic from the kube-apiserver to the backend pods by the NetworkPolicies that select them: 1 for the current one, 0 for the others.',
    labels: ['verdict'],
    cost: 'APIs × 3',
    collect(api, emit) {
      const policy = observedValue(api.policy);
      if (!policy) return;
      for (const verdict of ['admits', 'blocks', 'undetermined'] as const) emit([verdict], policy.verdict === verdict ? 1 : 0);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_network_policies_selecting',
    type: 'gauge',
    help: 'NetworkPolicies that select a backend pod for ingress.',
    labels: [],
    cost: 'APIs',
    collect(api, emit) {
      const policy = observedValue(api.policy);
      if (policy) emit([], policy.selecting.length);
    },
  }),
];
