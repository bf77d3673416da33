import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';
import { DIRECT_PASSES } from './shared/vantages.ts';

export const hostUnreachable = defineCause({
  id: 'host-unreachable',
  category: 'network-connectivity',
  part: 'path',
  title: 'The network says that the backend cannot be reached',
  summary:
    'Connections to the backend end with "no route to host" or "network is unreachable". The kernel or a router says so, it is not silence. Possible reasons are a missing CNI route, a wrong address family, an address without a pod, or a node that is gone. A firewall or a policy that rejects with ICMP looks the same.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'unreachable-directly',
      when: reasonSeen('direct', 'host-unreachable'),
      weight: 'strong',
      says: 'Our own connections to the backend end as unreachable.',
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service}',
    },
    {
      id: 'unreachable-through-the-aggregator',
      when: any(reasonSeen('aggregator', 'host-unreachable'), reasonSeen('list', 'host-unreachable')),
      weight: 'strong',
      says: 'Connections of the kube-apiserver to the backend end as unreachable.',
      reproduce: SHOW_ANSWER,
    },
    {
      id: 'node-network-unavailable',
      when: seen('hosts-network-unavailable'),
      weight: 'suggestive',
      says: '{value|node that hosts the backend has|nodes that host the backend have} NetworkUnavailable.',
    },
    {
      id: 'cni-in-trouble',
      when: all(
        seen('system-network'),
        any(
          reasonSeen('direct', 'host-unreachable'),
          reasonSeen('aggregator', 'host-unreachable'),
          reasonSeen('list', 'host-unreachable'),
          seen('signature-strength-host-unreachable'),
        ),
      ),
      weight: 'suggestive',
      says: '{value|warning|warnings} of the last 10 min are about the CNI.',
      reproduce: 'kubectl get events -A --field-selector type=Warning',
    },
    {
      id: 'direct-passes',
      when: DIRECT_PASSES,
      weight: 'stronglyAgainst',
      says: 'Each backend address has answered our own probes for {value}.',
    },
    {
      id: 'node-is-down',
      when: seen('hosts-not-ready'),
      weight: 'against',
      says: '{value|node that hosts the backend is|nodes that host the backend are} not Ready.',
    },
    ...linesSay('host-unreachable'),
  ],
  supersedes: ['connection-timed-out'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    {
      says: 'Compare the address with those of the pods: an address without a pod is answered like this',
      command: 'kubectl get pods -n {namespace} -o wide',
    },
    { says: 'On the node of the kube-apiserver, look at the route', command: 'ip route get {address}' },
    'Look at the CNI agent of both nodes, and at what rejects: the firewall (firewalld, nftables) and network policies.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [
    {
      cause: 'connection-timed-out',
      tell: 'nothing answers at all: the text is "i/o timeout", or a wait for the connection that was given up',
    },
    { cause: 'connection-refused', tell: 'the address itself answers, and says that the port is closed' },
    { cause: 'network-policy-blocking', tell: 'a NetworkPolicy selects the pods and does not admit the kube-apiserver' },
    { cause: 'node-not-ready', tell: 'the node is NotReady' },
  ],
  references: [
    'https://kubernetes.io/docs/concepts/cluster-administration/networking/',
    'https://www.rfc-editor.org/rfc/rfc792',
    'https://www.rfc-editor.org/rfc/rfc4443#section-3.1',
  ],
});
