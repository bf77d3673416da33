import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, HOUR, MINUTE } from '../domain/criterion.ts';
import { PODS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';
import { BACKEND_LOOKS_READY } from './shared/vantages.ts';

/** Another part of the Service that changed says nothing of its ports; one that was written before anybody looked may have changed them. */
const PORTS_MAY_HAVE_CHANGED = any(
  changedWithin('last-change-service-ports', 30 * MINUTE),
  changedWithin('last-change-service', 30 * MINUTE),
);

export const servicePortMismatch = defineCause({
  id: 'service-port-mismatch',
  category: 'misconfiguration',
  part: 'service',
  title: 'The ports of APIService, Service and pod do not fit together',
  summary:
    'The APIService asks for a port that its Service does not declare. Or the Service sends requests to a port on which the pod does not listen. The pods run, but no request arrives.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'condition-says-so',
      when: seen('condition-service-port-error'),
      weight: 'decisive',
      says: 'The condition Available says ServicePortError.',
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'port-not-declared',
      when: none('service-port-declared'),
      weight: 'decisive',
      says: 'Service {service} does not declare the port that the APIService names.',
      reproduce: 'kubectl get service -n {namespace} {service} -o yaml',
    },
    {
      id: 'port-not-in-slices',
      // A slice without addresses has no ports either.
      when: all(none('endpoint-port-served'), seen('service-exists'), any(seen('endpoints-ready'), seen('endpoints-not-ready'))),
      weight: 'strong',
      says: 'No EndpointSlice has a port of that name, so the targetPort leads to no port of the pods.',
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service} -o yaml',
    },
    {
      id: 'refused-after-service-change',
      when: all(PORTS_MAY_HAVE_CHANGED, reasonSeen('direct', 'connection-refused', 'connection-timeout'), BACKEND_LOOKS_READY),
      weight: 'strong',
      says: [
        clause('the ports of the Service changed in the last 30 min', changedWithin('last-change-service-ports', 30 * MINUTE)),
        clause('the Service changed in the last 30 min', changedWithin('last-change-service', 30 * MINUTE)),
        clause('our own connections to the backend fail', reasonSeen('direct', 'connection-refused', 'connection-timeout')),
        PODS_READY,
      ],
      reproduce: 'kubectl get service -n {namespace} {service} -o yaml',
    },
    {
      id: 'server-listens-elsewhere',
      when: all(
        seen('flags-port-differs'),
        any(
          reasonSeen('direct', 'connection-refused'),
          reasonSeen('aggregator', 'connection-refused'),
          seen('signature-strength-connection-refused'),
        ),
      ),
      weight: 'strong',
      says: 'The --secure-port of the server is another port than the one to which the Service leads.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    ...linesSay('service-port-mismatch'),
  ],
  lookBack: [
    {
      id: 'service-changed-within-the-hour',
      when: any(changedWithin('last-change-service-ports', HOUR), changedWithin('last-change-service', HOUR)),
      weight: 'suggestive',
      says: 'The Service changed in the last hour.',
      reproduce: 'kubectl get service -n {namespace} {service} -o yaml --show-managed-fields',
    },
  ],
  supersedes: ['no-ready-endpoints', 'connection-refused', 'connection-timed-out'],
  remedy: [
    { says: 'See the port of the APIService', command: 'kubectl get apiservice {apiservice} -o yaml' },
    { says: 'See the ports and the targetPort of the Service', command: 'kubectl get service -n {namespace} {service} -o yaml' },
    'Compare both with --secure-port of the server, and correct the one that is wrong.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'connection-refused', tell: 'the ports fit together, and the server does not listen' }],
  references: ['https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports'],
});
