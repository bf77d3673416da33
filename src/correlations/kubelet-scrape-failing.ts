import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { lastWordsSay, linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';

export const kubeletScrapeFailing = defineCause({
  id: 'kubelet-scrape-failing',
  category: 'backend-dependency',
  part: 'backend',
  likeAStart: true,
  title: "The backend can't scrape the kubelets",
  summary:
    'metrics-server runs, but it gets no metrics from the kubelets. They do not answer, answer 401 or 500, or answer without figures. Without metrics it does not become ready.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('kubelet-scrape-failing'),
    lastWordsSay('kubelet-scrape-failing'),
    {
      id: 'asks-by-name',
      when: all(
        seen('flags-kubelets-by-name'),
        seen('signature-strength-kubelet-scrape-failing'),
        any(seen('signature-strength-dns-failing'), seen('signature-strength-backend-dependency-failing')),
      ),
      weight: 'suggestive',
      says: 'The flags of the server let it ask kubelets by the names of their nodes first.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    {
      id: 'runs-but-not-ready',
      when: seen('containers-not-ready'),
      weight: 'circumstantial',
      says: 'A backend container runs but is not ready.',
    },
  ],
  supersedes: ['pod-probe-failing', 'no-ready-endpoints'],
  remedy: [
    { says: 'Read what it says of each node', command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200' },
    'When they answer 401, set authentication.webhook.enabled: true on the kubelets.',
    'When names are not found, set --kubelet-preferred-address-types=InternalIP.',
    {
      says: 'When it names no node, see whether a kubelet answers with figures (needs the right to use nodes/proxy)',
      command: "kubectl get --raw '/api/v1/nodes/'{node}'/proxy/metrics/resource'",
    },
  ],
  verify: { command: 'kubectl top nodes', expect: 'it prints figures for every node' },
  confusedWith: [
    { cause: 'pod-probe-failing', tell: 'its log shows no failed scrapes' },
    { cause: 'kubelet-unreachable', tell: 'dials time out or have no route' },
  ],
  references: ['https://github.com/kubernetes-sigs/metrics-server/blob/master/KNOWN_ISSUES.md'],
});
