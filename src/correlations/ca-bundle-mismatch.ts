import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, HOUR } from '../domain/criterion.ts';
import { SHOW_CERTIFICATE_ERROR } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { lessThan, none, seen } from './shared/seen.ts';
import { NOT_TRUSTED } from './shared/vantages.ts';

export const caBundleMismatch = defineCause({
  id: 'ca-bundle-mismatch',
  category: 'tls-certificate',
  part: 'trust',
  title: "The caBundle does not match the backend's certificate",
  summary:
    'The caBundle of the APIService does not hold the CA that signed the serving certificate. One of the two was renewed without the other. From Kubernetes 1.36 the condition shows this; before, it stays True while requests get 503.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'does-not-verify',
      when: all(none('certificate-trusted'), seen('certificate-in-force')),
      weight: 'decisive',
      says: [
        clause('the CA of the serving certificate is not in the caBundle', none('certificate-trusted')),
        clause('the certificate is valid today', seen('certificate-in-force')),
      ],
      reproduce: "kubectl get apiservice {apiservice} -o jsonpath='{.spec.caBundle}' | base64 -d | openssl x509 -noout -enddate -subject",
    },
    {
      id: 'refused-as-unknown',
      when: NOT_TRUSTED,
      weight: 'strong',
      says: 'Connections fail because the CA that signed the certificate is not known.',
      reproduce: SHOW_CERTIFICATE_ERROR,
    },
    {
      id: 'bundle-not-pem',
      when: none('ca-bundle-valid'),
      weight: 'decisive',
      says: 'The caBundle does not hold a PEM certificate.',
      reproduce: "kubectl get apiservice {apiservice} -o jsonpath='{.spec.caBundle}' | base64 -d | head -c 200",
    },
    {
      id: 'bundle-expired',
      when: lessThan('ca-bundle-seconds-left', 0),
      weight: 'strong',
      says: 'A certificate of the caBundle has expired.',
      reproduce: "kubectl get apiservice {apiservice} -o jsonpath='{.spec.caBundle}' | base64 -d | openssl x509 -noout -enddate -subject",
    },
    {
      id: 'no-bundle',
      when: all(none('ca-bundle-present'), any(NOT_TRUSTED, none('certificate-trusted'))),
      weight: 'suggestive',
      says: 'The APIService has no caBundle, so only CAs of the system count.',
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'signs-for-itself',
      when: all(seen('flags-self-signed'), seen('ca-bundle-present'), any(NOT_TRUSTED, none('certificate-trusted'))),
      weight: 'suggestive',
      says: 'The server has no --tls-cert-file: unless --cert-dir holds a certificate, it makes one for itself when it starts.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    {
      id: 'bundle-changed-before',
      when: all(any(changedWithin('last-change-ca-bundle', HOUR), changedWithin('last-change-rollout', HOUR)), NOT_TRUSTED),
      weight: 'circumstantial',
      says: 'The caBundle or the backend changed in the last hour.',
    },
    {
      id: 'certificate-renewed-before',
      when: all(changedWithin('last-change-certificate', HOUR), NOT_TRUSTED),
      weight: 'suggestive',
      says: 'cert-manager renewed the serving certificate in the last hour.',
      reproduce: 'kubectl get certificates,certificaterequests -n {namespace}',
    },
    {
      id: 'not-verified',
      when: none('tls-verified'),
      weight: 'stronglyAgainst',
      says: 'The APIService sets insecureSkipTLSVerify, so the CA does not matter.',
    },
    {
      id: 'verifies',
      when: seen('certificate-trusted'),
      weight: 'against',
      says: 'The caBundle holds the CA of the serving certificate.',
    },
    ...linesSay('ca-bundle-mismatch'),
  ],
  lookBack: [
    {
      id: 'bundle-changed-within-the-hour',
      when: changedWithin('last-change-ca-bundle', HOUR),
      weight: 'suggestive',
      says: 'The caBundle changed in the last hour.',
    },
  ],
  supersedes: ['serving-certificate-unusable', 'connection-reset'],
  remedy: [
    'Write the CA that signed the serving certificate into spec.caBundle of the APIService.',
    'With cert-manager, set the annotation cert-manager.io/inject-ca-from on the APIService.',
    { says: 'Look whether the injector of cert-manager runs', command: 'kubectl get pods -A -l app.kubernetes.io/name=cainjector' },
    'When the server makes its certificate itself, give it --tls-cert-file and --tls-private-key-file: no caBundle can know the next one.',
    'When the server still serves an older certificate, restart it.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [
    { cause: 'request-header-ca-mismatch', tell: "the backend does not trust the kube-apiserver's certificate: 401, or its log says so" },
    { cause: 'serving-certificate-expired', tell: 'the certificate is out of date' },
  ],
  references: [
    'https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/',
    'https://cert-manager.io/docs/concepts/ca-injector/',
  ],
});
