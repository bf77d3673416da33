import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const backendServerError = defineCause({
  id: 'backend-server-error',
  category: 'backend-dependency',
  part: 'backend',
  title: 'The backend answers with an error of its own',
  summary:
    'The connection works, and the aggregated API server itself answers 500 or 503. Something in it or behind it fails. Its log says what.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'server-error',
      when: all(reasonSeen('aggregator', 'server-error'), HAS_READY_ENDPOINTS),
      weight: 'strong',
      says: 'Discovery through the kube-apiserver is answered with 500.',
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    {
      id: 'error-directly',
      when: all(reasonSeen('direct', 'server-error', 'service-unavailable', 'bad-gateway', 'gateway-timeout'), HAS_READY_ENDPOINTS),
      weight: 'strong',
      says: 'Our own requests to the backend are answered with 500, 502, 503 or 504.',
    },
    {
      id: 'list-error',
      when: reasonSeen('list', 'server-error'),
      weight: 'suggestive',
      says: 'A list through the kube-apiserver is answered with 500.',
    },
    { id: 'no-endpoints', when: none('endpoints-ready'), weight: 'stronglyAgainst', says: 'No endpoint is ready.' },
    ...linesSay('backend-server-error'),
  ],
  remedy: [
    { says: 'Read its log', command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200' },
    { says: 'Ask the API itself', command: 'kubectl get --raw /apis/{group}/{version}' },
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [
    { cause: 'delegated-auth-failing', tell: 'only ordinary users get 500' },
    { cause: 'panic', tell: 'its log shows a panic' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/'],
});
