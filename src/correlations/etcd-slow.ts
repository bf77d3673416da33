import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, changedWithin, increase, MINUTE } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { LOAD_MAY_EXPLAIN } from './shared/load.ts';
import { atLeast, lessThan, seen } from './shared/seen.ts';
import { FAILING, SLOW_ANSWERS } from './shared/vantages.ts';

export const etcdSlow = defineCause({
  id: 'etcd-slow',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: "the cluster's etcd",
  title: "The kube-apiserver's etcd is slow or failing",
  summary:
    'The kube-apiserver waits for etcd: a slow disk, or no leader. Everything that reads or writes objects suffers, also TokenReviews and leases of the aggregated API servers.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'etcd-takes-long',
      when: all(atLeast('etcd-seconds', 0.25), any(FAILING, SLOW_ANSWERS), LOAD_MAY_EXPLAIN),
      weight: 'strong',
      says: 'Requests to etcd take {value} on average. A few milliseconds are usual.',
      reproduce: 'kubectl get --raw /metrics | grep etcd_request_duration_seconds_sum',
    },
    {
      id: 'etcd-errors',
      // A client that gives up counts as an error of etcd too: one, or a few among many, are no trouble of etcd's.
      when: all(atLeast('etcd-error-ratio', 0.1), above(increase('etcd-errors', 5 * MINUTE), 4.5), FAILING, LOAD_MAY_EXPLAIN),
      weight: 'strong',
      says: [
        clause('of the requests to etcd {value} fail', atLeast('etcd-error-ratio', 0.1)),
        clause('{value|request|requests} failed in the last 5 min', above(increase('etcd-errors', 5 * MINUTE), 4.5)),
      ],
      reproduce: 'kubectl get --raw /metrics | grep etcd_request_errors_total',
    },
    {
      id: 'etcd-quick',
      when: lessThan('etcd-seconds', 0.05),
      weight: 'against',
      says: 'Requests to etcd take {value} on average, which is quick.',
    },
    {
      id: 'its-pod-in-trouble',
      when: all(seen('system-etcd'), atLeast('etcd-seconds', 0.1), LOAD_MAY_EXPLAIN),
      weight: 'suggestive',
      says: [
        clause('{value|warning|warnings} of the last 10 min are about the pod of etcd', seen('system-etcd')),
        clause('requests to etcd take {value} on average', atLeast('etcd-seconds', 0.1)),
      ],
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
    {
      id: 'leaders-change',
      // One that cannot renew its lease for ten seconds gives it up.
      when: all(changedWithin('last-change-control-plane-leader', 10 * MINUTE), atLeast('etcd-seconds', 0.1), FAILING, LOAD_MAY_EXPLAIN),
      weight: 'suggestive',
      says: [
        clause(
          'the leader of kube-controller-manager or of kube-scheduler changed in the last 10 min',
          changedWithin('last-change-control-plane-leader', 10 * MINUTE),
        ),
        clause('requests to etcd take {value} on average', atLeast('etcd-seconds', 0.1)),
      ],
      reproduce: 'kubectl get events -n kube-system --field-selector reason=LeaderElection',
    },
    ...linesSay('etcd-slow'),
  ],
  supersedes: [
    'apiserver-slow',
    'apiserver-overloaded',
    'apiserver-unavailable',
    'backend-slow',
    'aggregator-path-blocked',
    'delegated-auth-failing',
    'stuck-connections',
  ],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    "Look at etcd's disk: its metric etcd_disk_wal_fsync_duration_seconds should stay below 10 ms.",
    'Look for leader changes.',
    'Defragment etcd, or give it a faster disk.',
  ],
  verify: { command: 'kubectl get --raw /readyz/etcd', expect: 'it prints ok' },
  confusedWith: [
    { cause: 'etcd-out-of-space', tell: 'only writes fail, with "database space exceeded"' },
    { cause: 'backend-storage-failing', tell: "it is the aggregated API server's own etcd" },
  ],
  references: ['https://etcd.io/docs/latest/tuning/'],
});
