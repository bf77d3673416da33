import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { SHOW_CERTIFICATE_ERROR } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { none, reasonSeen, seen } from './shared/seen.ts';

export const servingCertificateNameMismatch = defineCause({
  id: 'serving-certificate-name-mismatch',
  category: 'tls-certificate',
  part: 'trust',
  title: "The backend's certificate is for another name",
  summary:
    'The kube-apiserver expects the DNS name of the Service, "service.namespace.svc", in the serving certificate. It is not there. The Service or its namespace was renamed, or the certificate has a common name only.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'name-does-not-match',
      when: all(none('certificate-name-matches'), seen('tls-verified')),
      weight: 'decisive',
      says: 'The serving certificate is not valid for {service}.{namespace}.svc.',
      reproduce: SHOW_CERTIFICATE_ERROR,
    },
    {
      id: 'refused-for-its-name',
      when: any(
        reasonSeen('aggregator', 'certificate-name-mismatch'),
        reasonSeen('list', 'certificate-name-mismatch'),
        reasonSeen('direct', 'certificate-name-mismatch'),
      ),
      weight: 'strong',
      says: 'Connections fail because the certificate is for another name.',
      reproduce: SHOW_CERTIFICATE_ERROR,
    },
    {
      id: 'not-verified',
      when: none('tls-verified'),
      weight: 'stronglyAgainst',
      says: 'The APIService sets insecureSkipTLSVerify, so names do not matter.',
    },
    ...linesSay('serving-certificate-name-mismatch'),
  ],
  supersedes: ['ca-bundle-mismatch', 'serving-certificate-unusable'],
  remedy: [
    'Issue the certificate again with the DNS name {service}.{namespace}.svc.',
    'When the server does not read the new certificate by itself, restart it.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'ca-bundle-mismatch', tell: 'the name is right, and the issuer is not trusted' }],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/'],
});
