import { defineCause } from '../domain/cause.ts';
import { all, changedWithin, MINUTE } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { FAILING } from './shared/vantages.ts';

export const leaderElectionLost = defineCause({
  id: 'leader-election-lost',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  title: 'The backend loses its leader election',
  summary:
    'The server could not renew its lease in time, because the kube-apiserver answered late or not at all. The leader steps down or exits. What only the leader serves is not served.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'leader-changed',
      when: all(changedWithin('last-change-leader', 5 * MINUTE), FAILING),
      weight: 'circumstantial',
      says: 'A pod of the backend became leader, or ceased to be one, in the last 5 min.',
      reproduce: 'kubectl get events -n {namespace} --field-selector reason=LeaderElection',
    },
    ...linesSay('leader-election-lost'),
  ],
  supersedes: ['pod-restarting', 'no-ready-endpoints'],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    { says: 'See who holds the lease', command: 'kubectl get leases -n {namespace}' },
    'Look at the latency of the kube-apiserver and of etcd at those times.',
    'Make the lease duration and the renew deadline of the server longer.',
    'Make sure that only one component uses this lease.',
  ],
  verify: { command: 'kubectl get leases -n {namespace}', expect: 'HOLDER stays the same for ten minutes' },
  confusedWith: [{ cause: 'apiserver-slow', tell: 'other clients suffer too' }],
  references: ['https://kubernetes.io/docs/concepts/architecture/leases/'],
});
