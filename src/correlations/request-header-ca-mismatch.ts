import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { lessThan, reasonSeen, seen } from './shared/seen.ts';

export const requestHeaderCaMismatch = defineCause({
  id: 'request-header-ca-mismatch',
  category: 'tls-certificate',
  part: 'trust',
  shared: 'the front-proxy certificate authority',
  title: "The backend does not trust the kube-apiserver's front-proxy certificate",
  summary:
    'The kube-apiserver shows its front-proxy client certificate. The aggregated API server checks it against a CA that it read earlier. After a rotation the two differ, and requests are answered with 401.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'unauthorized',
      when: any(reasonSeen('aggregator', 'unauthorized'), reasonSeen('list', 'unauthorized')),
      weight: 'strong',
      says: 'Requests through the kube-apiserver are answered with 401.',
      reproduce: 'kubectl get apiservice {apiservice} -o yaml',
    },
    {
      id: 'front-proxy-ca-expired',
      when: lessThan('front-proxy-ca-seconds-left', 0),
      weight: 'decisive',
      says: 'The front-proxy CA in extension-apiserver-authentication has expired.',
      reproduce: 'kubectl get configmap -n kube-system extension-apiserver-authentication -o yaml',
    },
    {
      id: 'flags-ignore-the-front-proxy',
      when: all(
        seen('flags-front-proxy-ignored'),
        any(reasonSeen('aggregator', 'unauthorized', 'forbidden'), reasonSeen('list', 'unauthorized', 'forbidden')),
      ),
      weight: 'strong',
      says: 'With the flags that it has, the server believes no front proxy, so that every request is anonymous to it.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    ...linesSay('request-header-ca-mismatch'),
  ],
  supersedes: ['discovery-forbidden'],
  remedy: [
    {
      says: 'See the front-proxy CA (requestheader-client-ca-file)',
      command: 'kubectl get configmap -n kube-system extension-apiserver-authentication -o yaml',
    },
    'Compare it with the issuer of the --proxy-client-cert-file of every kube-apiserver.',
    'Take --authentication-skip-lookup away, or give the server --requestheader-client-ca-file. X-Remote-User must be among --requestheader-username-headers.',
    'Restart the aggregated API server, so that it reads the ConfigMap again.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [
    { cause: 'ca-bundle-mismatch', tell: 'the other direction: the kube-apiserver does not trust the backend' },
    { cause: 'front-proxy-name-not-allowed', tell: 'the CA fits, and the name of the certificate is not in the allowed list' },
  ],
  references: [
    'https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#kubernetes-apiserver-client-authentication',
  ],
});
