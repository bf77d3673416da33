import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';

export const kubeletCertificateUntrusted = defineCause({
  id: 'kubelet-certificate-untrusted',
  category: 'tls-certificate',
  part: 'backend',
  title: "The backend does not accept the kubelets' certificates",
  summary:
    'metrics-server checks the serving certificate of each kubelet. That certificate is self-signed, expired, or without the address of the node. metrics-server gets no metrics and does not become ready.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('kubelet-certificate-untrusted'),
    {
      id: 'checks-kubelets',
      when: all(none('flags-kubelets-unverified'), seen('signature-strength-kubelet-certificate-untrusted')),
      weight: 'circumstantial',
      says: 'The flags of the server let it check the certificates of the kubelets.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    {
      id: 'does-not-check-kubelets',
      when: seen('flags-kubelets-unverified'),
      weight: 'stronglyAgainst',
      says: 'The server has --kubelet-insecure-tls, so the certificates of the kubelets do not matter.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
  ],
  supersedes: ['kubelet-scrape-failing', 'pod-probe-failing', 'no-ready-endpoints', 'rollout-in-progress'],
  remedy: [
    'Let the kubelets have certificates that the cluster signs: set serverTLSBootstrap: true.',
    { says: 'Then approve their requests', command: 'kubectl get csr' },
    'When an address is missing in them, set --kubelet-preferred-address-types=InternalIP on metrics-server.',
    'Use --kubelet-insecure-tls for tests only.',
  ],
  verify: { command: 'kubectl top nodes', expect: 'it prints figures for every node' },
  confusedWith: [
    {
      cause: 'ca-bundle-mismatch',
      tell: 'it is the certificate of the aggregated API server itself: the line names port 443 or the APIService',
    },
    { cause: 'kubelet-scrape-failing', tell: 'the kubelets do not answer, or answer 401 or 403' },
  ],
  references: ['https://github.com/kubernetes-sigs/metrics-server/blob/master/KNOWN_ISSUES.md'],
});
