import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { WHERE_THE_LINE_STANDS } from '../domain/placeholders.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { CONTROL_PASSES, DISCOVERY_PASSES, FAILING } from './shared/vantages.ts';

export const backendStorageFailing = defineCause({
  id: 'backend-storage-failing',
  category: 'backend-dependency',
  part: 'backend',
  title: "The backend's own storage fails",
  summary:
    'The aggregated API server keeps its objects in an etcd or database of its own, and that does not answer. Discovery does not touch it, so the condition stays True while every real request hangs or errs.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'discovery-passes-lists-hang',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'response-timeout', 'gateway-timeout', 'transfer-timeout')),
      weight: 'strong',
      says: 'Discovery passes, and a real list gets no answer in time.',
    },
    {
      id: 'discovery-passes-lists-err',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'server-error', 'service-unavailable')),
      weight: 'suggestive',
      says: 'Discovery passes, and a real list is answered with 500 or 503.',
    },
    {
      // /readyz of the kube-apiserver asks its own etcd (k8s.io/apiserver: server/options/etcd.go).
      id: 'own-storage-not-the-clusters',
      when: all(linesPointTo('backend-storage-failing'), CONTROL_PASSES, FAILING),
      weight: 'strong',
      says: 'The backend gets no answer from its storage, while the kube-apiserver gets one from its own.',
      reproduce: WHERE_THE_LINE_STANDS,
    },
    ...linesSay('backend-storage-failing'),
  ],
  supersedes: ['pod-probe-failing', 'no-ready-endpoints', 'pod-restarting', 'pod-crash-looping', 'backend-slow', 'backend-server-error'],
  remedy: [
    { says: 'Look at the pods of its etcd or database', command: 'kubectl get pods -n {namespace} -o wide' },
    'Check the addresses that its flags name (--etcd-servers).',
    'When the storage is back and the server does not reconnect, restart the server.',
  ],
  verify: { command: 'time kubectl get {resource} -A --chunk-size=1', expect: 'it takes less than one second' },
  confusedWith: [
    { cause: 'delegated-auth-failing', tell: 'administrators get an answer, ordinary users do not' },
    { cause: 'etcd-slow', tell: "it is the kube-apiserver's etcd: built-in resources suffer too" },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/'],
});
