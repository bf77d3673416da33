import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const portConflict = defineCause({
  id: 'port-conflict',
  category: 'misconfiguration',
  part: 'backend',
  title: "The backend can't listen on its port",
  summary:
    'The port of the aggregated API server is taken or not allowed. With hostNetwork, port 10250 belongs to the kubelet. A port below 1024 needs a capability. The server exits or never serves.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('port-conflict')],
  supersedes: [
    'pod-crash-looping',
    'no-ready-endpoints',
    'pod-restarting',
    'connection-refused',
    'pod-probe-failing',
    'bad-flag-or-config',
  ],
  remedy: [
    'Choose another --secure-port (4443 is common), and the same targetPort in the Service.',
    'When the server does not need hostNetwork, leave it out.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod is READY' },
  confusedWith: [{ cause: 'service-port-mismatch', tell: 'the server listens, on another port than the Service says' }],
  references: ['https://github.com/kubernetes-sigs/metrics-server/blob/master/KNOWN_ISSUES.md'],
});
