import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, MINUTE, not } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { none, seen } from './shared/seen.ts';
import { NO_READY_ENDPOINTS } from './shared/vantages.ts';

/** An ExternalName has none, and the last count of pods is of what the Service was before. */
const HAS_SELECTOR = all(seen('service-exists'), not(none('service-routable')));
/** Another part of the Service that changed says nothing of its selector; one that was written before anybody looked may have changed it. */
const SELECTOR_MAY_HAVE_CHANGED = any(
  changedWithin('last-change-service-selector', 30 * MINUTE),
  changedWithin('last-change-service', 30 * MINUTE),
);

export const selectorMatchesNoPods = defineCause({
  id: 'selector-matches-no-pods',
  category: 'misconfiguration',
  part: 'service',
  title: "The Service's selector matches no pod",
  summary:
    'No pod has the labels that the Service selects. There is a typo, a renamed label, or a chart changed them. The server may run well, but no request is sent to it.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'selects-nothing',
      when: all(none('selected-pods'), HAS_SELECTOR),
      weight: 'strong',
      says: 'The selector of Service {service} matches no pod.',
      reproduce: 'kubectl get service -n {namespace} {service} -o wide',
    },
    {
      id: 'replicas-are-wanted',
      when: all(none('selected-pods'), seen('replicas-wanted'), HAS_SELECTOR),
      weight: 'suggestive',
      says: [
        clause('the selector of the Service matches no pod', none('selected-pods')),
        clause('the workload asks for {value|replica|replicas}', seen('replicas-wanted')),
      ],
      reproduce: 'kubectl get pods -n {namespace} --show-labels',
    },
    {
      id: 'service-just-changed',
      when: all(SELECTOR_MAY_HAVE_CHANGED, NO_READY_ENDPOINTS, HAS_SELECTOR),
      weight: 'strong',
      says: [
        clause('the selector of the Service changed in the last 30 min', changedWithin('last-change-service-selector', 30 * MINUTE)),
        clause('the Service changed in the last 30 min', changedWithin('last-change-service', 30 * MINUTE)),
        NO_ADDRESS_READY,
      ],
      reproduce: 'kubectl get service -n {namespace} {service} -o yaml --show-managed-fields',
    },
    { id: 'asks-for-none', when: none('replicas-wanted'), weight: 'stronglyAgainst', says: 'The workload asks for 0 replicas.' },
    { id: 'selects-some', when: seen('selected-pods'), weight: 'stronglyAgainst', says: 'The selector matches {value|pod|pods}.' },
  ],
  supersedes: ['no-ready-endpoints', 'connection-refused'],
  remedy: [
    { says: 'See the selector', command: 'kubectl get service -n {namespace} {service} -o wide' },
    { says: 'See the labels of the pods', command: 'kubectl get pods -n {namespace} --show-labels' },
    'Correct spec.selector of the Service, or the labels of the pod template.',
  ],
  verify: {
    command: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service}',
    expect: 'ENDPOINTS shows the addresses of the pods',
  },
  confusedWith: [
    { cause: 'backend-scaled-to-zero', tell: 'there is no pod because the workload asks for none' },
    { cause: 'pod-creation-refused', tell: 'there is no pod because its creation is refused: FailedCreate events' },
  ],
  references: ['https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/'],
});
