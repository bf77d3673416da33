import { defineCause } from '../domain/cause.ts';
import { lastWordsSay, linesSay } from './shared/lines.ts';
import { atLeast } from './shared/seen.ts';

export const kubeApiserverUnreachableFromBackend = defineCause({
  id: 'kube-apiserver-unreachable-from-backend',
  category: 'network-connectivity',
  part: 'path',
  title: "The backend can't reach the kube-apiserver",
  summary:
    'The aggregated API server calls the kube-apiserver for its configuration and for access reviews. Its packets do not arrive: kube-proxy, the CNI or an egress policy. It does not start, or answers slowly or with 500.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('kube-apiserver-unreachable-from-backend'),
    lastWordsSay('kube-apiserver-unreachable-from-backend'),
    {
      id: 'control-fails-too',
      when: atLeast('control-failing', 0.5),
      weight: 'against',
      says: 'The kube-apiserver does not answer our own probes.',
    },
  ],
  supersedes: [
    'pod-crash-looping',
    'no-ready-endpoints',
    'pod-restarting',
    'connection-refused',
    'pod-probe-failing',
    'rollout-in-progress',
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    'In a pod on the same node, try https://kubernetes.default.svc/readyz.',
    'Look at kube-proxy and the CNI agent of that node.',
    { says: 'Look for NetworkPolicies with egress rules', command: 'kubectl get networkpolicies -n {namespace} -o yaml' },
  ],
  verify: {
    command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    expect: 'it prints no new time-outs to the address of the kube-apiserver',
  },
  confusedWith: [
    { cause: 'apiserver-unavailable', tell: 'the kube-apiserver is down for everybody' },
    { cause: 'request-header-config-unreadable', tell: 'the kube-apiserver answers, and forbids' },
  ],
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/'],
});
