import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { EACH_ADDRESS_ANSWERS } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { DIRECT_PASSES } from './shared/vantages.ts';

export const proxyInTheWay = defineCause({
  id: 'proxy-in-the-way',
  category: 'network-connectivity',
  part: 'path',
  title: 'Traffic to the backend goes to an HTTP proxy',
  summary:
    'HTTPS_PROXY is set for the kube-apiserver or for the aggregated API server, and NO_PROXY does not list the Service and pod networks. Calls inside the cluster go to the proxy. It refuses them or cannot reach the target.',
  severity: 'critical',
  prior: -1.5,
  evidence: [
    {
      id: 'gateway-error-between',
      when: all(reasonSeen('aggregator', 'bad-gateway'), DIRECT_PASSES),
      weight: 'suggestive',
      says: [
        clause('discovery through the kube-apiserver is answered with 502', reasonSeen('aggregator', 'bad-gateway')),
        EACH_ADDRESS_ANSWERS,
      ],
      reproduce: 'kubectl get --raw /apis/{group}/{version}',
    },
    ...linesSay('proxy-in-the-way'),
  ],
  supersedes: ['aggregator-path-blocked', 'connection-timed-out', 'connection-refused'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    'Put the Service CIDR, the pod CIDR, .svc and .cluster.local into NO_PROXY of the process that complains.',
    'Restart that process.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'aggregator-path-blocked', tell: 'no proxy is set' }],
  references: ['https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init/'],
});
