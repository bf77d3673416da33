import { defineCause } from '../domain/cause.ts';
import { any } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';

export const servingCertificateUnusable = defineCause({
  id: 'serving-certificate-unusable',
  category: 'tls-certificate',
  part: 'trust',
  title: 'The TLS handshake with the backend fails',
  summary:
    'The connection ends before any request. Key and certificate do not belong together, the certificate is not made for servers or is missing, or no protocol version or cipher is shared.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'handshake-fails',
      when: any(reasonSeen('aggregator', 'tls-handshake-failed'), reasonSeen('list', 'tls-handshake-failed')),
      weight: 'suggestive',
      says: "The kube-apiserver's TLS handshake with the backend fails.",
      reproduce: SHOW_ANSWER,
    },
    {
      id: 'handshake-fails-directly',
      when: reasonSeen('direct', 'tls-handshake-failed'),
      weight: 'strong',
      says: 'Our own TLS handshake with the backend fails.',
    },
    {
      id: 'operator-complains',
      when: seen('events-certificate-issue'),
      weight: 'strong',
      says: 'Events of the last 10 min say that the serving certificate has a problem.',
      reproduce: 'kubectl get events -n {namespace}',
    },
    ...linesSay('serving-certificate-unusable'),
  ],
  supersedes: ['connection-reset'],
  remedy: [
    { says: 'Look at the Secret and its mount: tls.crt and tls.key must belong together', command: 'kubectl get secrets -n {namespace}' },
    'Issue the certificate again with the usage "server auth" and a DNS subject alternative name.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'plain-http-backend', tell: 'the port does not speak TLS at all' }],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/'],
});
