import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, last, MINUTE } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { ONE_FAMILY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';
import { BACKEND_LOOKS_READY, HAS_READY_ENDPOINTS, QUICK_CONNECT } from './shared/vantages.ts';

export const connectionRefused = defineCause({
  id: 'connection-refused',
  category: 'network-connectivity',
  part: 'backend',
  likeAStart: true,
  title: 'The backend refuses connections',
  summary:
    'Packets reach the address, but nothing listens on the port, or a rule rejects them. When the pods pass their own probes, the server listens on another port, or a firewall or CNI policy answers with a reset.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'refused-directly',
      when: all(reasonSeen('direct', 'connection-refused'), HAS_READY_ENDPOINTS),
      weight: 'strong',
      says: [
        clause('our own connections to the backend are refused', reasonSeen('direct', 'connection-refused')),
        clause('an endpoint is ready', HAS_READY_ENDPOINTS),
      ],
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service}',
    },
    {
      id: 'refused-through-the-aggregator',
      when: all(reasonSeen('aggregator', 'connection-refused'), BACKEND_LOOKS_READY),
      weight: 'suggestive',
      says: 'Connections of the kube-apiserver to the backend are refused.',
      reproduce: SHOW_ANSWER,
    },
    {
      id: 'one-family-refused',
      when: all(seen('families-disagree'), reasonSeen('direct', 'connection-refused')),
      weight: 'suggestive',
      says: ONE_FAMILY,
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service}',
    },
    {
      // Also in the first seconds, in which the ClusterIP of a pod that was just replaced refuses until its rules are written.
      id: 'addresses-answer',
      when: above(last('service-alone-failing', 2 * MINUTE), 0),
      weight: 'stronglyAgainst',
      says: 'The ClusterIP alone does not answer; each backend address has begun to.',
    },
    {
      // Of a refusal that the kube-apiserver reports alone: what it dialled may be a proxy. A backend that has just ended refuses ours within a second.
      id: 'our-connections-are-made',
      when: all(reasonSeen('aggregator', 'connection-refused'), QUICK_CONNECT),
      weight: 'against',
      says: 'Our own TCP connections to the backend are made at once.',
    },
    {
      id: 'listens-for-itself-only',
      when: all(
        seen('flags-loopback-only'),
        any(
          reasonSeen('direct', 'connection-refused'),
          reasonSeen('aggregator', 'connection-refused'),
          seen('signature-strength-connection-refused'),
        ),
      ),
      weight: 'strong',
      says: 'The --bind-address of the server lets it listen for its own pod only.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    {
      id: 'no-endpoints',
      when: none('endpoints-ready'),
      weight: 'stronglyAgainst',
      says: 'No endpoint is ready, and a Service without endpoints refuses connections by itself.',
    },
    ...linesSay('connection-refused'),
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    {
      says: 'Read the port on which the server listens ("Serving securely on")',
      command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    },
    { says: 'Compare it with the targetPort of the Service', command: 'kubectl get service -n {namespace} {service} -o yaml' },
    'Take --bind-address away when it is a loopback address: a server listens on all addresses by default.',
    'When only addresses of one IP family refuse, the server listens on the other one: --bind-address=:: listens on both.',
    'Look for rules that reject connections: CNI policies, and firewalls of the nodes.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [
    { cause: 'no-ready-endpoints', tell: 'no endpoint is ready' },
    { cause: 'service-port-mismatch', tell: 'another port of the pod answers' },
  ],
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/'],
});
