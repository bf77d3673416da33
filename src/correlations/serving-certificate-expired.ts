import { defineCause } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { SHOW_CERTIFICATE_ERROR } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';

export const servingCertificateExpired = defineCause({
  id: 'serving-certificate-expired',
  category: 'tls-certificate',
  part: 'trust',
  title: "The backend's serving certificate is out of date",
  summary:
    'The certificate of the aggregated API server has expired, or is not valid yet because a clock is wrong. From Kubernetes 1.36 the condition shows this; before, it stays True while requests get 503.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'out-of-date',
      when: none('certificate-in-force'),
      weight: 'decisive',
      says: 'The serving certificate of the backend has expired or is not valid yet.',
      reproduce: SHOW_CERTIFICATE_ERROR,
    },
    {
      id: 'refused-as-expired',
      when: any(
        reasonSeen('aggregator', 'certificate-expired', 'certificate-not-yet-valid'),
        reasonSeen('list', 'certificate-expired', 'certificate-not-yet-valid'),
        reasonSeen('direct', 'certificate-expired', 'certificate-not-yet-valid'),
      ),
      weight: 'strong',
      says: 'Connections fail because the certificate has expired or is not valid yet.',
      reproduce: SHOW_CERTIFICATE_ERROR,
    },
    {
      id: 'not-verified',
      when: none('tls-verified'),
      weight: 'stronglyAgainst',
      says: 'The APIService sets insecureSkipTLSVerify, so dates do not matter.',
    },
    {
      id: 'in-force',
      when: seen('certificate-in-force'),
      weight: 'stronglyAgainst',
      says: 'The serving certificate of the backend is valid today.',
    },
    ...linesSay('serving-certificate-expired'),
  ],
  supersedes: ['ca-bundle-mismatch', 'serving-certificate-unusable', 'connection-reset'],
  remedy: [
    {
      says: 'See the dates of the certificates (needs the right to read Secrets, and openssl)',
      command:
        'kubectl get secrets -n {namespace} --field-selector type=kubernetes.io/tls -o jsonpath=\'{range .items[*]}{.metadata.name} {.data.tls\\.crt}{"\\n"}{end}\' | while read -r name crt; do echo "$name"; echo "$crt" | base64 -d | openssl x509 -noout -enddate -subject; done',
    },
    'Renew the certificate. With cert-manager, look at the Certificate object.',
    {
      says: 'When its owner writes the Secret again by itself, delete the Secret',
      destroys: 'This destroys the certificate and its key; without an owner that writes them again, the server does not start.',
    },
    'When the server does not read the new certificate by itself, restart it.',
    'When the certificate is not valid yet, compare the clocks of the nodes.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [
    { cause: 'ca-bundle-mismatch', tell: 'the certificate is within its dates, but signed by another CA' },
    { cause: 'front-proxy-certificate-rejected', tell: "it is the kube-apiserver's client certificate that has expired" },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/'],
});
