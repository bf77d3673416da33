import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const podNetworkSetupFailing = defineCause({
  id: 'pod-network-setup-failing',
  category: 'network-connectivity',
  part: 'backend',
  title: "The CNI can't give the backend pod a network",
  summary:
    "The kubelet can't create the sandbox of the pod, because the CNI plugin fails. No address is free, its agent is down, or its configuration is missing. The pod never starts.",
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'sandbox-events',
      when: seen('events-sandbox-failed'),
      weight: 'decisive',
      says: 'Events of the last 10 min say that the network of a pod could not be set up.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=FailedCreatePodSandBox',
    },
    {
      id: 'node-network-unavailable',
      when: seen('hosts-network-unavailable'),
      weight: 'strong',
      says: '{value|node that hosts the backend has|nodes that host the backend have} NetworkUnavailable.',
      reproduce: 'kubectl describe nodes',
    },
    {
      id: 'cni-in-trouble',
      when: all(seen('system-network'), seen('events-sandbox-failed')),
      weight: 'circumstantial',
      says: '{value|warning|warnings} of the last 10 min are about the CNI.',
      reproduce: 'kubectl get events -A --field-selector type=Warning',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'stronglyAgainst', says: 'An endpoint is ready.' },
    ...linesSay('pod-network-setup-failing'),
  ],
  supersedes: ['no-ready-endpoints', 'rollout-in-progress', 'connection-refused', 'pod-probe-failing'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: "Read the plugin's message", command: 'kubectl describe pod -n {namespace} {pod}' },
    { says: 'Look at the CNI agent on that node', command: 'kubectl get pods -A -o wide --field-selector spec.nodeName={node}' },
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod has an IP and is Running' },
  confusedWith: [{ cause: 'volume-mount-failing', tell: 'events FailedMount instead of FailedCreatePodSandBox' }],
  references: ['https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/'],
});
