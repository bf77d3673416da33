import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { none } from './shared/seen.ts';
import { FAILING } from './shared/vantages.ts';

export const aggregationLayerNotConfigured = defineCause({
  id: 'aggregation-layer-not-configured',
  category: 'misconfiguration',
  part: 'trust',
  shared: 'the aggregation layer of the kube-apiserver',
  title: "The kube-apiserver's aggregation layer is not configured",
  summary:
    'The kube-apiserver runs without --requestheader-client-ca-file and --proxy-client-cert-file, so it publishes no front-proxy CA. Aggregated API servers do not know whom to trust. They exit at start, or treat each request as anonymous.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'no-front-proxy-ca',
      when: all(none('front-proxy-ca-published'), FAILING),
      weight: 'strong',
      says: 'The ConfigMap extension-apiserver-authentication holds no front-proxy CA.',
      reproduce: 'kubectl get configmap -n kube-system extension-apiserver-authentication -o yaml',
    },
    ...linesSay('aggregation-layer-not-configured'),
  ],
  supersedes: [
    'pod-crash-looping',
    'no-ready-endpoints',
    'pod-restarting',
    'connection-refused',
    'pod-probe-failing',
    'discovery-forbidden',
    'request-header-ca-mismatch',
    'bad-flag-or-config',
  ],
  remedy: [
    'Give every kube-apiserver the flags --requestheader-client-ca-file, --requestheader-allowed-names, --proxy-client-cert-file and --proxy-client-key-file.',
    'Give it the three --requestheader-*-headers flags too. The page in the references lists them.',
    'Restart the aggregated API server afterwards.',
  ],
  verify: {
    command: 'kubectl get configmap -n kube-system extension-apiserver-authentication -o yaml',
    expect: 'the ConfigMap has a key requestheader-client-ca-file',
  },
  confusedWith: [{ cause: 'request-header-config-unreadable', tell: 'the ConfigMap is complete, and the server may not read it' }],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/'],
});
