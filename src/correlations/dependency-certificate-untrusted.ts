import { defineCause } from '../domain/cause.ts';
import { lastWordsSay, linesSay } from './shared/lines.ts';

export const dependencyCertificateUntrusted = defineCause({
  id: 'dependency-certificate-untrusted',
  category: 'tls-certificate',
  part: 'backend',
  title: 'The backend does not accept the certificate of a service that it needs',
  summary:
    'The aggregated API server asks another service over TLS: the kube-apiserver, an operator, Prometheus, a queue. It reaches it, and does not take its certificate. Either that certificate is expired, of another name or of another CA, or the CA file of the server is old.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('dependency-certificate-untrusted'), lastWordsSay('dependency-certificate-untrusted')],
  deepens: ['backend-dependency-failing'],
  supersedes: [
    'backend-server-error',
    'backend-slow',
    'no-ready-endpoints',
    'pod-crash-looping',
    'pod-probe-failing',
    'pod-restarting',
    'rollout-in-progress',
  ],
  remedy: [
    {
      says: 'Read whose certificate it is and what is wrong with it',
      command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    },
    'Of the kube-apiserver the CA is in the ConfigMap kube-root-ca.crt of each namespace, unless the backend is given a kubeconfig.',
    'Compare the issuer of that certificate with the CA file that the backend is given for it.',
    'When both come from a Secret that is renewed, restart the side that still holds the old one.',
  ],
  verify: {
    command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    expect: 'it prints no new lines with x509 or "authentication handshake failed"',
  },
  confusedWith: [
    { cause: 'backend-dependency-failing', tell: 'no certificate is spoken of: the service does not answer' },
    { cause: 'kubelet-certificate-untrusted', tell: 'it is the certificate of a kubelet (port 10250)' },
    { cause: 'ca-bundle-mismatch', tell: 'it is the kube-apiserver that does not take the certificate of the backend' },
  ],
  references: ['https://keda.sh/docs/latest/operate/security/', 'https://pkg.go.dev/crypto/x509#Certificate.Verify'],
});
