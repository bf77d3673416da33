import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const kubeletProbeForbidden = defineCause({
  id: 'kubelet-probe-forbidden',
  category: 'authn-authz',
  part: 'backend',
  title: "The backend refuses the kubelet's probes",
  summary:
    'The kubelet asks /livez or /readyz without credentials. The server answers 401, because it takes nobody without credentials, or 403, because its authorization does not exempt these paths. The pod never becomes ready and is restarted again and again.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('kubelet-probe-forbidden')],
  supersedes: [
    'pod-probe-failing',
    'pod-crash-looping',
    'pod-restarting',
    'no-ready-endpoints',
    'connection-refused',
    'discovery-forbidden',
    // A probe that is refused is refused of the next pod too.
    'rollout-in-progress',
  ],
  runbookCorrelation: 'pod-instability',
  remedy: [
    'At 401: take --anonymous-auth=false away, or, in a kube-apiserver, let an AuthenticationConfiguration admit anonymous requests to these paths alone.',
    'At 403: add /livez, /readyz and /healthz to --authorization-always-allow-paths of the server, or bind system:public-info-viewer to system:unauthenticated.',
    'Or point the probes to a path that needs no authorization.',
  ],
  verify: { command: 'kubectl get events -n {namespace} --field-selector reason=Unhealthy', expect: 'it prints no new events' },
  confusedWith: [{ cause: 'pod-probe-failing', tell: 'the probe times out or answers 500' }],
  references: ['https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/'],
});
