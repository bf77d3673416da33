import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { ONE_FAMILY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';
import { BACKEND_LOOKS_READY, DIRECT_PASSES, PACKETS_VANISH } from './shared/vantages.ts';

export const connectionTimedOut = defineCause({
  id: 'connection-timed-out',
  category: 'network-connectivity',
  part: 'path',
  title: 'Connections to the backend time out',
  summary:
    'Packets to the backend get no answer and no refusal. Possible reasons are routes, an overlay network, a firewall between control plane and nodes, or a node that is gone. Pods can stay ready, because the kubelet probes them from their own node.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'times-out-directly',
      when: reasonSeen('direct', 'connection-timeout'),
      weight: 'strong',
      says: 'Our own connections to the backend are not answered.',
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service}',
    },
    {
      id: 'times-out-through-the-aggregator',
      when: any(reasonSeen('aggregator', 'connection-timeout'), reasonSeen('list', 'connection-timeout')),
      weight: 'suggestive',
      says: 'Connections of the kube-apiserver to the backend are not answered.',
      reproduce: SHOW_ANSWER,
    },
    {
      id: 'one-family-cut',
      when: all(seen('families-disagree'), reasonSeen('direct', 'connection-timeout')),
      weight: 'suggestive',
      says: ONE_FAMILY,
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service}',
    },
    {
      id: 'pods-look-ready',
      when: all(PACKETS_VANISH, BACKEND_LOOKS_READY),
      weight: 'circumstantial',
      says: 'The backend counts as ready.',
      reproduce: 'kubectl get pods -n {namespace} -o wide',
    },
    {
      id: 'direct-passes',
      when: DIRECT_PASSES,
      weight: 'stronglyAgainst',
      says: 'Each backend address has answered our own probes for {value}.',
    },
    { id: 'no-endpoints', when: none('endpoints-ready'), weight: 'against', says: 'No endpoint is ready.' },
    {
      id: 'node-is-down',
      when: seen('hosts-not-ready'),
      weight: 'against',
      says: '{value|node that hosts the backend is|nodes that host the backend are} not Ready.',
    },
    ...linesSay('connection-timed-out'),
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'On a control-plane node, try the address of the pod; then do the same in another pod', command: 'nc -vz {address} {port}' },
    'Open the port from the control plane to the nodes. Managed clusters often open 443 and 10250 only.',
    'When only addresses of one IP family time out, look at routes and CNI of that family. Until then let the Service have the other one first (spec.ipFamilies): a kube-apiserver tries that alone.',
    'Look at the CNI agents on both nodes. With a wrong MTU only small packets pass.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList within one second' },
  confusedWith: [
    { cause: 'network-policy-blocking', tell: 'a NetworkPolicy selects the pods and does not admit the kube-apiserver' },
    { cause: 'aggregator-path-blocked', tell: 'our own connections to the pods are answered' },
    { cause: 'backend-slow', tell: 'the connection is made at once, and no answer comes' },
  ],
  references: ['https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/'],
});
