import { defineCause } from '../domain/cause.ts';
import { all, changedWithin, HOUR, MINUTE } from '../domain/criterion.ts';
import { seen } from './shared/seen.ts';
import { NETWORK_FAILURE } from './shared/vantages.ts';

export const networkPolicyChanged = defineCause({
  id: 'network-policy-changed',
  category: 'network-policy',
  part: 'path',
  title: 'A NetworkPolicy changed just before the errors',
  summary:
    'A policy that concerns the backend was written shortly before the API began to err. Whether it blocks can not be told from the policies alone, for instance because the CNI has policies of its own kind.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'changed-before-failures',
      when: all(changedWithin('last-change-network-policy', 15 * MINUTE), NETWORK_FAILURE),
      weight: 'suggestive',
      says: 'A NetworkPolicy changed within a quarter of an hour, and connections fail.',
      reproduce: 'kubectl get networkpolicies -n {namespace} -o yaml --show-managed-fields',
    },
    { id: 'policy-admits', when: seen('policy-admits'), weight: 'against', says: 'The NetworkPolicies admit the kube-apiserver.' },
  ],
  lookBack: [
    {
      id: 'changed-within-the-hour',
      when: changedWithin('last-change-network-policy', HOUR),
      weight: 'suggestive',
      says: 'A NetworkPolicy that concerns the backend changed within the last hour.',
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
