import { clause, defineCause } from '../domain/cause.ts';
import { all, changedWithin, HOUR, MINUTE } from '../domain/criterion.ts';
import { seen } from './shared/seen.ts';
import { NETWORK_FAILURE } from './shared/vantages.ts';

export const networkPolicyChanged = defineCause({
  id: 'network-policy-changed',
  category: 'network-policy',
  part: 'path',
  shared: { id: 'network-policy-{namespace}', words: 'the NetworkPolicies of namespace {namespace}' },
  title: 'A NetworkPolicy of the backend changed recently',
  summary:
    'A policy that concerns the backend was written recently. The policies alone do not show whether it blocks, for example because the CNI has policies of its own kind.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'changed-before-failures',
      when: all(changedWithin('last-change-network-policy', 15 * MINUTE), NETWORK_FAILURE),
      weight: 'suggestive',
      says: [
        clause(
          "a network policy of the backend's namespace, or of the cluster, changed in the last 15 min",
          changedWithin('last-change-network-policy', 15 * MINUTE),
        ),
        clause('connections fail', NETWORK_FAILURE),
      ],
      reproduce: 'kubectl get networkpolicies -n {namespace} -o yaml --show-managed-fields',
    },
    { id: 'policy-admits', when: seen('policy-admits'), weight: 'against', says: 'The NetworkPolicies admit the kube-apiserver.' },
  ],
  lookBack: [
    {
      id: 'changed-within-the-hour',
      when: changedWithin('last-change-network-policy', HOUR),
      weight: 'suggestive',
      says: "A network policy of the backend's namespace, or of the cluster, changed in the last hour.",
      reproduce: 'kubectl get networkpolicies -n {namespace} -o yaml --show-managed-fields',
    },
  ],
  runbookCorrelation: 'policy-changes',
  remedy: [
    { says: 'See who changed what', command: 'kubectl get networkpolicies -n {namespace} -o yaml --show-managed-fields' },
    'Undo the change, and see whether the API recovers.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'network-policy-blocking', tell: 'the policies as they stand do not admit the kube-apiserver' }],
  references: ['https://kubernetes.io/docs/concepts/services-networking/network-policies/'],
});
