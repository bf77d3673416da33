import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { CONDITION_SHOWS_NONE, NO_ADDRESS_READY, SLICES_SHOW_NONE } from './shared/clauses.ts';
import { linesAllow, linesName, linesNameIt } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';
import { NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const noReadyEndpoints = defineCause({
  id: 'no-ready-endpoints',
  category: 'pod-instability',
  part: 'backend',
  likeAStart: true,
  title: 'The Service has no ready endpoint',
  summary:
    'No pod behind the Service is ready, so the kube-apiserver answers 503 for the whole API group. Many faults look like this from outside. The pods show which one it is.',
  severity: 'critical',
  prior: -0.5,
  evidence: [
    {
      id: 'none-ready',
      when: any(NO_READY_ENDPOINTS, linesName('no-ready-endpoints')),
      weight: 'strong',
      says: [NO_ADDRESS_READY, SLICES_SHOW_NONE, CONDITION_SHOWS_NONE, linesNameIt('no-ready-endpoints')],
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service} -o yaml',
    },
    {
      id: 'endpoints-are-ready',
      when: all(seen('endpoints-ready'), none('condition-missing-endpoints')),
      weight: 'stronglyAgainst',
      says: '{value|address of the Service is|addresses of the Service are} ready.',
    },
    linesAllow('no-ready-endpoints'),
  ],
  supersedes: ['connection-refused'],
  remedy: [
    { says: 'Look at the pods', command: 'kubectl get pods -n {namespace} -l {selector} -o wide' },
    { says: 'Read what their events say', command: 'kubectl describe pod -n {namespace} {pod}' },
    { says: "Compare the Service's selector with the labels of the pods", command: 'kubectl get service -n {namespace} {service} -o wide' },
  ],
  verify: {
    command: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service} -o yaml',
    // The table lists addresses that are not ready too (kubectl 1.36).
    expect: 'an endpoint has conditions.ready: true',
  },
  confusedWith: [
    { cause: 'selector-matches-no-pods', tell: 'the pods are ready, and the selector does not match them' },
    { cause: 'backend-scaled-to-zero', tell: 'the workload asks for no replica' },
  ],
  references: ['https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/'],
});
