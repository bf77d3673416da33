import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { none } from './shared/seen.ts';
import { FAILING } from './shared/vantages.ts';

export const serviceNotRoutable = defineCause({
  id: 'service-not-routable',
  category: 'misconfiguration',
  part: 'service',
  title: "The kube-apiserver can't route to a Service of this type",
  summary:
    'The Service behind the API is headless or of type ExternalName. By default the kube-apiserver connects to a ClusterIP, and there is none. ExternalName works only without endpoint routing.',
  severity: 'critical',
  prior: -1.5,
  evidence: [
    {
      id: 'no-cluster-ip',
      when: all(none('service-routable'), FAILING),
      weight: 'strong',
      says: 'Service {service} has no ClusterIP.',
      reproduce: 'kubectl get service -n {namespace} {service}',
    },
    ...linesSay('service-not-routable'),
  ],
  supersedes: [],
  remedy: ['Make it a Service of type ClusterIP.', 'For a headless Service, set --enable-aggregator-routing=true on the kube-apiserver.'],
  verify: { command: 'kubectl get service -n {namespace} {service}', expect: 'CLUSTER-IP is an address' },
  confusedWith: [{ cause: 'dns-failing', tell: 'an ExternalName that does not resolve' }],
  references: ['https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/'],
});
