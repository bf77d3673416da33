import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { FAILING } from './shared/vantages.ts';

export const nodeUnderPressure = defineCause({
  id: 'node-under-pressure',
  category: 'resource-pressure',
  part: 'backend',
  title: 'The node of the backend is short of resources',
  summary:
    'The node that hosts the aggregated API server is short of memory, disk or process ids. The kubelet evicts pods, and starts and probes them slowly. New pods are not placed there.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'host-has-pressure',
      when: all(any(seen('hosts-memory-pressure'), seen('hosts-disk-pressure'), seen('hosts-pid-pressure')), FAILING),
      weight: 'strong',
      says: 'A node that hosts the backend is short of memory, disk or process ids.',
      reproduce: 'kubectl describe nodes',
    },
    {
      id: 'eviction-events',
      when: seen('events-evicted'),
      weight: 'circumstantial',
      says: 'Events of the last 10 min say that the kubelet evicts pods.',
    },
    {
      id: 'node-out-of-memory',
      when: all(seen('events-out-of-memory'), seen('ended-killed')),
      weight: 'suggestive',
      says: 'Events of the last 10 min say that the node had no memory left and killed a process.',
    },
    {
      id: 'system-pods-evicted',
      when: all(seen('system-evicted'), FAILING),
      weight: 'suggestive',
      says: '{value|warning|warnings} of the last 10 min say that pods of the system were evicted from a node of the backend.',
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
    {
      id: 'neighbours-evicted',
      when: all(seen('neighbours-evicted'), FAILING),
      weight: 'suggestive',
      says: '{value|other pod of its node was|other pods of its nodes were} evicted or killed for memory in the last 10 min.',
      reproduce: 'kubectl get pods -A -o wide --field-selector spec.nodeName={node}',
    },
    ...linesSay('node-under-pressure'),
  ],
  supersedes: [
    'pod-evicted',
    'no-ready-endpoints',
    'pod-probe-failing',
    'backend-slow',
    'pod-restarting',
    'pod-removed',
    'rollout-in-progress',
    'pod-unschedulable',
  ],
  runbookCorrelation: 'resource-pressure',
  remedy: [
    { says: 'See what fills the node', command: 'kubectl describe node {node}' },
    { says: 'See which pods use most memory', command: 'kubectl top pods -A --sort-by=memory' },
    'Move or limit what fills it.',
    'Give the backend resource requests, so that it is placed where there is room.',
  ],
  verify: { command: 'kubectl describe node {node}', expect: 'MemoryPressure, DiskPressure and PIDPressure are False' },
  confusedWith: [{ cause: 'out-of-memory-killed', tell: 'the container hit its own limit' }],
  references: ['https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/'],
});
