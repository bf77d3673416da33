import { defineCause } from '../domain/cause.ts';
import { linesSay } from './shared/lines.ts';

export const frontProxyNameNotAllowed = defineCause({
  id: 'front-proxy-name-not-allowed',
  // The certificate is good and so is its CA: what has to change is the value of a flag.
  category: 'misconfiguration',
  part: 'trust',
  shared: 'the front-proxy certificate',
  title: "The kube-apiserver's certificate has a name that is not allowed",
  summary:
    'The common name of the front-proxy client certificate is not in --requestheader-allowed-names. The aggregated API server does not believe who sends the request. It answers 401 or 400.',
  severity: 'critical',
  prior: -1,
  evidence: [...linesSay('front-proxy-name-not-allowed')],
  supersedes: ['request-header-ca-mismatch', 'discovery-forbidden'],
  remedy: [
    {
      says: 'See which names are allowed (requestheader-allowed-names)',
      command: 'kubectl get configmap -n kube-system extension-apiserver-authentication -o yaml',
    },
    'Compare them with the common name of the --proxy-client-cert-file of the kube-apiserver.',
    {
      says: 'A server with --requestheader-client-ca-file of its own, as a kube-apiserver behind another, takes the names from its own --requestheader-allowed-names: add the name there',
      command: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    'Else add the name to --requestheader-allowed-names of every kube-apiserver. Then restart the aggregated API server.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [{ cause: 'request-header-ca-mismatch', tell: 'the CA is wrong, not the name' }],
  references: [
    'https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#kubernetes-apiserver-client-authentication',
  ],
});
