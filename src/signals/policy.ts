import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { PolicyFacts } from '../domain/snapshot.ts';

const verdict = (name: string, is: PolicyFacts['verdict'], help: string): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_network_policies',
  familyHelp:
    'Verdict on traffic from the kube-apiserver to the backend pods by the NetworkPolicies that select them: 1 for the current one, 0 for the others.',
  labels: { verdict: is },
  source: 'network-policies',
  observe(api) {
    const facts = observedValue(api.policy);
    return facts && (facts.verdict === is ? 1 : 0);
  },
  quote(api) {
    const facts = observedValue(api.policy);
    return facts?.why && facts.verdict === is ? { text: facts.why } : undefined;
  },
});

/** What the NetworkPolicies say of traffic from the kube-apiserver to the backend pods. */
export const POLICY_SIGNALS: readonly Signal[] = [
  verdict('policy-admits', 'admits', '1 while the NetworkPolicies admit the kube-apiserver to the backend pods, else 0.'),
  verdict('policy-blocks', 'blocks', '1 while the NetworkPolicies keep the kube-apiserver from the backend pods, else 0.'),
  verdict('policy-undetermined', 'undetermined', '1 while it cannot be told whether the NetworkPolicies admit the kube-apiserver, else 0.'),
  {
    name: 'policies-selecting',
    help: 'NetworkPolicies that select a backend pod for ingress.',
    kind: 'gauge',
    metric: 'aggregated_api_network_policies_selecting',
    source: 'network-policies',
    observe: (api) => observedValue(api.policy)?.selecting.length,
  },
  {
    name: 'policies-not-evaluated',
    help: 'Kinds of CNI policies that exist in the cluster and are not evaluated.',
    kind: 'gauge',
    metric: 'aggregated_api_network_policies_not_evaluated',
    source: 'network-policies',
    observe: (api) => observedValue(api.policy)?.notEvaluated.length,
  },
];
