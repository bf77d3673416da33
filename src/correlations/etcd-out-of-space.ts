import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const etcdOutOfSpace = defineCause({
  id: 'etcd-out-of-space',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: "the cluster's etcd",
  title: "The kube-apiserver's etcd is full",
  summary:
    'The database of etcd has reached its quota: 2 GiB, unless --quota-backend-bytes says otherwise. etcd raises the alarm NOSPACE and refuses every write. Reads go on: leases run out, pods are not replaced, and no mend is stored.',
  severity: 'critical',
  prior: -1,
  evidence: linesSay('etcd-out-of-space'),
  supersedes: ['etcd-slow', 'backend-server-error', 'backend-storage-failing'],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    'On a control-plane node, see which member raised the alarm: etcdctl alarm list',
    { says: 'See how large the database is', command: 'kubectl get --raw /metrics | grep apiserver_storage_size_bytes' },
    {
      // The former is hidden from 1.37 on, the latter is there from 1.34 on (k8s.io/apiserver v0.37.0 pkg/storage/etcd3/metrics).
      says: 'See which kind of object there is most of',
      command: "kubectl get --raw /metrics | grep -E '^apiserver_(storage|resource)_objects'",
    },
    'Compact to the newest revision: etcdctl compact. Then defragment one member after the other: etcdctl defrag. A member does not answer meanwhile.',
    'Take the alarm back: etcdctl alarm disarm. Until then every write is refused.',
    'Let the database grow, up to 8 GiB: --quota-backend-bytes.',
  ],
  verify: {
    command: 'kubectl get leases -n kube-node-lease -o custom-columns=NODE:.metadata.name,RENEWED:.spec.renewTime',
    expect: 'each node has renewed its lease in the last minute',
  },
  confusedWith: [
    { cause: 'etcd-slow', tell: 'reads are late or fail too' },
    { cause: 'backend-storage-failing', tell: "the aggregated API server's own etcd says it; writes of built-in resources go on" },
  ],
  references: ['https://etcd.io/docs/latest/op-guide/maintenance/'],
});
