import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';

export const backendDependencyFailing = defineCause({
  id: 'backend-dependency-failing',
  category: 'backend-dependency',
  part: 'backend',
  title: 'A service that the backend needs fails',
  summary:
    'The aggregated API server runs, but a service that it needs for its answers does not. This can be Prometheus, an operator, a queue or a cloud API. Its answers are empty, slow or 500.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('backend-dependency-failing'),
    {
      id: 'flags-name-it',
      when: all(seen('flags-dependencies'), seen('signature-strength-backend-dependency-failing')),
      weight: 'circumstantial',
      says: 'The flags of the server name {value|service|services} that it asks.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
  ],
  supersedes: ['pod-probe-failing', 'no-ready-endpoints'],
  deepens: ['backend-server-error', 'backend-slow'],
  remedy: [
    { says: 'Read what the backend could not reach', command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200' },
    'Look at that service first.',
    'Check its address in the flags or the configuration of the backend, its NetworkPolicies, and DNS.',
  ],
  verify: { command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200', expect: 'it prints no new errors about that service' },
  confusedWith: [
    { cause: 'kubelet-scrape-failing', tell: 'it is the kubelets that do not answer' },
    { cause: 'backend-storage-failing', tell: "it is the server's own storage" },
  ],
  references: ['https://github.com/kubernetes-sigs/prometheus-adapter', 'https://keda.sh/docs/latest/troubleshooting/'],
});
