import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { WHERE_THE_LINE_STANDS } from '../domain/placeholders.ts';
import { DISCOVERY_WORKS } from './shared/clauses.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { CONTROL_PASSES, DISCOVERY_PASSES, FAILING } from './shared/vantages.ts';

export const backendStorageFailing = defineCause({
  id: 'backend-storage-failing',
  category: 'backend-dependency',
  part: 'backend',
  title: "The backend's own storage fails",
  summary:
    'The aggregated API server keeps its objects in an etcd or database of its own, and that does not answer. Discovery does not use it, so the condition stays True. Lists and other real requests hang or fail.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'discovery-passes-lists-hang',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'response-timeout', 'gateway-timeout', 'transfer-timeout')),
      weight: 'strong',
      says: [
        DISCOVERY_WORKS,
        clause('a list gets no answer in time', reasonSeen('list', 'response-timeout', 'gateway-timeout', 'transfer-timeout')),
      ],
    },
    {
      id: 'discovery-passes-lists-err',
      when: all(DISCOVERY_PASSES, reasonSeen('list', 'server-error', 'service-unavailable')),
      weight: 'suggestive',
      says: [DISCOVERY_WORKS, clause('a list is answered with 500 or 503', reasonSeen('list', 'server-error', 'service-unavailable'))],
    },
    {
      // /readyz of the kube-apiserver asks its own etcd (k8s.io/apiserver: server/options/etcd.go).
      id: 'own-storage-not-the-clusters',
      when: all(linesPointTo('backend-storage-failing'), CONTROL_PASSES, FAILING),
      weight: 'strong',
      says: [
        clause('error lines point to the storage of the backend first', linesPointTo('backend-storage-failing')),
        clause('the /readyz of the kube-apiserver, which asks its own etcd, passes', CONTROL_PASSES),
      ],
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
