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
    'The kube-apiserver shows its front-proxy client certificate. The aggregated API server checks it against a CA of its flags, or one that it read earlier. Where the two differ, as after a rotation, requests are answered with 401.',
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
      says: "See the front-proxy CA of the kube-apiserver (requestheader-client-ca-file). It must be the issuer of every kube-apiserver's --proxy-client-cert-file",
      command: 'kubectl get configmap -n kube-system extension-apiserver-authentication -o yaml',
    },
    {
      says: 'See whether the server has --requestheader-client-ca-file of its own. With it, the CA of that ConfigMap does not count; without it, a kube-apiserver behind another believes no front proxy',
      command: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    'With the flag, or as a kube-apiserver: put that CA into the file of the flag. X-Remote-User must be among --requestheader-username-headers.',
    'Without the flag: take --authentication-skip-lookup away, if it is there. Then restart the server, so that it reads the ConfigMap again.',
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
