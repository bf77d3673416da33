import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const backendDependencyFailing = defineCause({
  id: 'backend-dependency-failing',
  category: 'backend-dependency',
  title: 'What the backend asks fails',
  summary:
    'The aggregated API server is up, and what it needs for an answer is not: Prometheus, an operator behind gRPC, a queue, a cloud API. Its own answers are empty, slow or 500.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('backend-dependency-failing')],
  supersedes: ['pod-probe-failing', 'no-ready-endpoints', 'backend-server-error', 'backend-slow'],
  remedy: [
    'Its log names what it could not reach: kubectl logs -n {namespace} <pod>. Look at that service first.',
    'Check the address in its flags or configuration, NetworkPolicies of that service, and DNS.',
  ],
  verify: { command: 'kubectl logs -n {namespace} <pod> --tail=50', expect: 'no new errors about it' },
  confusedWith: [
    { cause: 'kubelet-scrape-failing', tell: 'it is the kubelets that do not answer' },
    { cause: 'backend-storage-failing', tell: "it is the server's own storage" },
  ],
  references: ['https://github.com/kubernetes-sigs/prometheus-adapter', 'https://keda.sh/docs/latest/troubleshooting/'],
});
