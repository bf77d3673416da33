import { defineCause } from '../domain/cause.ts';
import { lastWordsSay, linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';

export const backendRightsMissing = defineCause({
  id: 'backend-rights-missing',
  category: 'authn-authz',
  part: 'rights',
  title: "The backend's ServiceAccount lacks a right",
  summary:
    'The aggregated API server has no right to list or watch something that it needs, or its credentials are no longer accepted. Its caches never fill. It does not become ready, or serves nothing.',
  severity: 'warning',
  prior: -1.5,
  evidence: [
    ...linesSay('backend-rights-missing'),
    lastWordsSay('backend-rights-missing'),
    {
      id: 'runs-but-not-ready',
      when: seen('containers-not-ready'),
      weight: 'circumstantial',
      says: 'A backend container runs but is not ready.',
    },
  ],
  // A kubelet asks the kube-apiserver whether metrics-server may; and a right that a new pod lacks does not come by waiting.
  supersedes: ['pod-probe-failing', 'no-ready-endpoints', 'kubelet-scrape-failing', 'rollout-in-progress'],
  remedy: [
    {
      says: 'Read which right is missing: the line says "cannot list resource …" and names the ServiceAccount',
      command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    },
    'When kubelets answer "403 Forbidden", the right to get nodes/metrics is missing.',
    "Install the ClusterRole and the ClusterRoleBinding of the server's release.",
  ],
  verify: { command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200', expect: 'it prints no new lines with "forbidden"' },
  confusedWith: [
    { cause: 'request-header-config-unreadable', tell: 'it is ConfigMap extension-apiserver-authentication that it may not read' },
  ],
  references: ['https://kubernetes.io/docs/reference/access-authn-authz/rbac/'],
});
