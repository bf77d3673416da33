import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';

export const kubeletUnreachable = defineCause({
  id: 'kubelet-unreachable',
  category: 'network-connectivity',
  part: 'path',
  title: 'The backend does not reach the kubelets',
  summary:
    'metrics-server runs, and its connections to the kubelets end before a node has answered. A firewall or the network between pods and nodes is in the way, not the kubelet. Without metrics it does not become ready.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('kubelet-unreachable'),
    {
      id: 'runs-but-not-ready',
      when: seen('containers-not-ready'),
      weight: 'circumstantial',
      says: 'A backend container runs but is not ready.',
    },
  ],
  supersedes: ['kubelet-scrape-failing', 'pod-probe-failing', 'no-ready-endpoints', 'rollout-in-progress'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    {
      says: 'Read which nodes it does not reach: one alone has a firewall of its own',
      command: 'kubectl logs -n {namespace} {pod} --tail=200',
    },
    'Open port 10250 of the nodes to the network of the pods: in the firewall of each node, in security groups, in egress policies.',
    'Where no firewall is in the way, look at the routes between the networks of pods and nodes: two of them must not overlap.',
  ],
  verify: { command: 'kubectl top nodes', expect: 'it prints figures for every node' },
  confusedWith: [
    { cause: 'kubelet-scrape-failing', tell: 'the kubelet refuses the connection, or answers with an error' },
    { cause: 'network-policy-blocking', tell: 'a policy selects the pods of metrics-server for egress' },
  ],
  references: ['https://github.com/kubernetes-sigs/metrics-server#requirements'],
});
