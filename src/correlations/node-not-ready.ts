import { defineCause } from '../domain/cause.ts';
import { all, changedWithin, coincides, HOUR, MINUTE } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { AGGREGATOR_FAILS, FAILING, HAS_READY_ENDPOINTS } from './shared/vantages.ts';

export const nodeNotReady = defineCause({
  id: 'node-not-ready',
  category: 'pod-instability',
  part: 'backend',
  title: 'The node of the backend is down',
  summary:
    'The node that hosts the aggregated API server no longer reports. Its pods count as not ready, but are replaced only after five minutes. Connections to them hang until they time out.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'host-not-ready',
      when: seen('hosts-not-ready'),
      weight: 'decisive',
      says: '{value|node that hosts the backend is|nodes that host the backend are} not Ready.',
      reproduce: 'kubectl get nodes',
    },
    {
      id: 'node-events',
      when: seen('events-node-lost'),
      weight: 'strong',
      says: 'Events of the last 10 min say that a node became NotReady or was rebooted.',
      reproduce: 'kubectl get events -A --field-selector reason=NodeNotReady',
    },
    {
      id: 'pods-lost',
      when: seen('pods-lost'),
      weight: 'strong',
      says: '{value|backend pod is|backend pods are} on a lost node.',
      reproduce: 'kubectl get pods -n {namespace} -o wide',
    },
    {
      id: 'addresses-unreachable',
      when: all(AGGREGATOR_FAILS, seen('nodes-not-ready')),
      weight: 'circumstantial',
      says: '{value|node of the cluster is|nodes of the cluster are} not Ready.',
      reproduce: 'kubectl get nodes',
    },
    { id: 'endpoints-are-ready', when: HAS_READY_ENDPOINTS, weight: 'against', says: 'An endpoint is ready.' },
    ...linesSay('node-not-ready'),
  ],
  lookBack: [
    {
      id: 'errors-after-node-changes-within-the-hour',
      when: coincides(changedWithin('last-change-node', 10 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      weight: 'suggestive',
      says: '{met} of {of} failed checks since {from} came at most 11 minutes after a node that hosts the backend changed.',
      reproduce: 'kubectl get nodes',
    },
  ],
  supersedes: [
    'no-ready-endpoints',
    'host-unreachable',
    'connection-timed-out',
    'pod-probe-failing',
    'aggregator-path-blocked',
    'packet-loss',
  ],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: 'See what the node says', command: 'kubectl describe node {node}' },
    'Bring the node back.',
    {
      says: 'When it does not come back, delete the pod, so that another node takes it',
      command: 'kubectl delete pod -n {namespace} {pod} --grace-period=0 --force',
      destroys: 'This ends the pod without waiting for the node; what it was doing is lost.',
    },
    'Lower the tolerationSeconds of the backend, and run two replicas on different nodes.',
  ],
  verify: { command: 'kubectl get nodes', expect: 'STATUS is Ready for every node' },
  confusedWith: [{ cause: 'connection-timed-out', tell: 'the node is Ready' }],
  references: ['https://kubernetes.io/docs/concepts/architecture/nodes/#condition'],
});
