import { clause, defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { EACH_ADDRESS_ANSWERS } from './shared/clauses.ts';
import { reasonSeen, seen } from './shared/seen.ts';
import { DIRECT_PASSES, HAS_READY_ENDPOINTS, SERVICE_ALONE_FAILS, SERVICE_FAILS } from './shared/vantages.ts';

export const serviceRoutingBroken = defineCause({
  id: 'service-routing-broken',
  category: 'network-connectivity',
  part: 'service',
  title: "The Service's address leads nowhere",
  summary:
    'The pods run, but the ClusterIP of their Service does not lead to them. On this node, kube-proxy or its replacement did not program the Service, or its rules are old.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'service-fails-endpoints-pass',
      when: all(
        SERVICE_FAILS,
        DIRECT_PASSES,
        HAS_READY_ENDPOINTS,
        reasonSeen('direct', 'connection-timeout', 'connection-refused', 'host-unreachable', 'connection-reset'),
      ),
      weight: 'decisive',
      says: [clause('the ClusterIP of the Service does not answer', SERVICE_FAILS), EACH_ADDRESS_ANSWERS],
      reproduce: 'kubectl get service,endpointslices -n {namespace}',
    },
    {
      id: 'service-alone-fails',
      when: all(SERVICE_ALONE_FAILS, HAS_READY_ENDPOINTS),
      weight: 'strong',
      says: 'The ClusterIP of the Service still failed {value} after each backend address had begun to answer our own probes.',
      reproduce: 'kubectl get service,endpointslices -n {namespace}',
    },
    {
      id: 'kube-proxy-in-trouble',
      when: all(seen('system-proxy'), SERVICE_FAILS, DIRECT_PASSES),
      weight: 'suggestive',
      says: [clause('{value|warning|warnings} of the last 10 min are about kube-proxy', seen('system-proxy')), EACH_ADDRESS_ANSWERS],
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
  ],
  supersedes: ['connection-timed-out', 'connection-refused', 'host-unreachable', 'aggregator-path-blocked'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    {
      says: 'Look at kube-proxy, or at the CNI agent that replaces it',
      command: 'kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide',
    },
    'Read its log on the node that is wrong: it says why rules were not written. Then restart it there.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList' },
  confusedWith: [{ cause: 'service-port-mismatch', tell: 'the target port is wrong: the backend addresses fail too' }],
  references: ['https://kubernetes.io/docs/reference/networking/virtual-ips/'],
});
