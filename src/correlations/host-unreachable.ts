import { defineCause } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';

export const hostUnreachable = defineCause({
  id: 'host-unreachable',
  category: 'network-connectivity',
  part: 'path',
  title: 'There is no route to the backend',
  summary:
    'The kernel or a router says that the address of the backend cannot be reached. Possible reasons are a missing CNI route, a wrong address family, a firewall that rejects, or a node that is gone.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'unreachable-directly',
      when: reasonSeen('direct', 'host-unreachable'),
      weight: 'strong',
      says: 'Our own connections find no route to the backend.',
    },
    {
      id: 'unreachable-through-the-aggregator',
      when: any(reasonSeen('aggregator', 'host-unreachable'), reasonSeen('list', 'host-unreachable')),
      weight: 'strong',
      says: 'The kube-apiserver finds no route to the backend.',
      reproduce: SHOW_ANSWER,
    },
    {
      id: 'node-network-unavailable',
      when: seen('hosts-network-unavailable'),
      weight: 'suggestive',
      says: '{value|node that hosts the backend has|nodes that host the backend have} NetworkUnavailable.',
    },
    ...linesSay('host-unreachable'),
  ],
  supersedes: ['connection-timed-out'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'On the node of the kube-apiserver, look at the route', command: 'ip route get {address}' },
    'Look at the CNI agent and the firewall (firewalld, nftables) of both nodes.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [{ cause: 'node-not-ready', tell: 'the node is NotReady' }],
  references: ['https://kubernetes.io/docs/concepts/cluster-administration/networking/'],
});
