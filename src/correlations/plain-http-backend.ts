import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const plainHttpBackend = defineCause({
  id: 'plain-http-backend',
  category: 'misconfiguration',
  part: 'backend',
  title: 'The backend speaks plain HTTP',
  summary:
    'The kube-apiserver speaks TLS to aggregated API servers. The server on the target port does not. The port is wrong, or the server was started without a certificate.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('plain-http-backend')],
  supersedes: ['serving-certificate-unusable', 'invalid-response'],
  remedy: [
    'Point the targetPort of the Service to the TLS port of the server.',
    'Or start the server with --secure-port and a serving certificate.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'serving-certificate-unusable', tell: 'the port speaks TLS, and the handshake fails' }],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/'],
});
