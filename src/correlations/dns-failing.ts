import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { SHOW_ANSWER } from '../domain/placeholders.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen, seen } from './shared/seen.ts';

export const dnsFailing = defineCause({
  id: 'dns-failing',
  category: 'network-connectivity',
  part: 'network',
  shared: "the cluster's DNS",
  title: 'A name on the way to the backend does not resolve',
  summary:
    'A host name does not resolve: the name of an ExternalName Service, or one that the aggregated API server needs. CoreDNS is down or not reachable, or a search domain catches the name.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'name-does-not-resolve',
      when: any(reasonSeen('aggregator', 'dns-failed'), reasonSeen('list', 'dns-failed')),
      weight: 'strong',
      says: "The kube-apiserver can't resolve the name of the backend.",
      reproduce: SHOW_ANSWER,
    },
    {
      id: 'name-does-not-resolve-here',
      when: reasonSeen('direct', 'dns-failed'),
      weight: 'strong',
      says: "Our own probes can't resolve the name of the backend.",
    },
    {
      id: 'dns-in-trouble',
      when: all(
        seen('system-dns'),
        any(
          reasonSeen('aggregator', 'dns-failed'),
          reasonSeen('list', 'dns-failed'),
          reasonSeen('direct', 'dns-failed'),
          seen('signature-strength-dns-failing'),
        ),
      ),
      weight: 'suggestive',
      says: "{value|warning|warnings} of the last 10 min are about the cluster's DNS.",
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
    ...linesSay('dns-failing'),
  ],
  supersedes: ['kubelet-scrape-failing', 'pod-probe-failing', 'connection-timed-out', 'aggregator-path-blocked', 'service-not-routable'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'Look at CoreDNS', command: 'kubectl get pods -n kube-system -l k8s-app=kube-dns -o wide' },
    { says: 'Read its log', command: 'kubectl logs -n kube-system -l k8s-app=kube-dns --tail=100' },
    'Resolve the name from the pod that complains. Try it with a dot at the end too: a search domain may catch it.',
  ],
  verify: { command: 'kubectl get pods -n kube-system -l k8s-app=kube-dns', expect: 'every pod is READY' },
  confusedWith: [{ cause: 'service-not-found', tell: 'the Service that the name stands for does not exist' }],
  references: ['https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/'],
});
