import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const overlayNotRoutable = defineCause({
  id: 'overlay-not-routable',
  category: 'network-connectivity',
  part: 'path',
  shared: 'the route from the control plane to the pod network',
  title: 'Pod addresses are not routable from the control plane',
  summary:
    'A managed control plane is not part of the overlay network of the cluster, so it cannot connect to pod addresses. The pods run, but no kube-apiserver reaches them.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('overlay-not-routable'),
    { id: 'on-the-host-network', when: seen('pods-host-network'), weight: 'against', says: 'The backend uses the host network.' },
    { id: 'has-endpoints', when: HAS_READY_ENDPOINTS, weight: 'circumstantial', says: 'An endpoint is ready.' },
  ],
  supersedes: ['aggregator-path-blocked', 'connection-timed-out', 'connection-refused'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    'Run the aggregated API server with hostNetwork: true, so that it has the address of a node. Choose a port that is free there.',
    'Or use the CNI of the provider: the control plane can route to its pod addresses.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'aggregator-path-blocked', tell: 'pod addresses are routable, and a firewall stands between' }],
  references: ['https://docs.tigera.io/calico/latest/getting-started/kubernetes/managed-public-cloud/eks'],
});
