import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';

export const kubeletScrapeFailing = defineCause({
  id: 'kubelet-scrape-failing',
  category: 'backend-dependency',
  title: "The backend can't scrape the kubelets",
  summary:
    'metrics-server is up, and the kubelets that it asks for metrics do not answer, answer 401 or 403, or present a certificate that it does not accept. Without metrics it does not become ready.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('kubelet-scrape-failing'),
    {
      id: 'runs-but-not-ready',
      when: seen('containers-not-ready'),
      weight: 'circumstantial',
      says: 'A container runs without being ready.',
    },
  ],
  supersedes: ['pod-probe-failing', 'no-ready-endpoints'],
  remedy: [
    'Read what it says of each node: kubectl logs -n {namespace} deployment/metrics-server.',
    'For certificates: serverTLSBootstrap: true on the kubelets and approve their requests (--kubelet-insecure-tls is for tests only).',
    'For time-outs: open port 10250 from the pod network to the nodes; for names: --kubelet-preferred-address-types=InternalIP.',
  ],
  verify: { command: 'kubectl top nodes', expect: 'figures for every node' },
  confusedWith: [{ cause: 'pod-probe-failing', tell: 'its log shows no failed scrapes' }],
  references: ['https://github.com/kubernetes-sigs/metrics-server/blob/master/KNOWN_ISSUES.md'],
});
