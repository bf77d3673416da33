import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const frontProxyCertificateRejected = defineCause({
  id: 'front-proxy-certificate-rejected',
  category: 'tls-certificate',
  part: 'trust',
  shared: 'the front-proxy certificate',
  title: "The kube-apiserver's front-proxy certificate has expired or is missing",
  summary:
    'The kube-apiserver shows a client certificate to aggregated API servers. It has expired, or is not configured. All aggregated APIs are refused at once, and the built-in ones work.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('front-proxy-certificate-rejected')],
  supersedes: ['request-header-ca-mismatch', 'discovery-forbidden', 'ca-bundle-mismatch'],
  remedy: [
    'Renew the certificate: `kubeadm certs renew front-proxy-client`, or the command of your distribution. The kube-apiserver reads it without a restart.',
    'When the flags --proxy-client-cert-file and --proxy-client-key-file are missing, set them.',
  ],
  verify: { command: 'kubectl get apiservices', expect: 'AVAILABLE is False for none' },
  confusedWith: [
    { cause: 'request-header-ca-mismatch', tell: 'the certificate is in date, and signed by a CA that the backend does not know' },
  ],
  references: ['https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/'],
});
