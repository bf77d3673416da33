import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { atLeast, none, seen } from './shared/seen.ts';
import { STEADY_SECONDS } from './shared/vantages.ts';

export const oneReplicaBad = defineCause({
  id: 'one-replica-bad',
  category: 'network-connectivity',
  part: 'backend',
  title: 'One replica of the backend fails',
  summary:
    'One replica does not serve, but its address stays in the EndpointSlice. A kube-apiserver keeps its connection to one pod. So requests work and fail by turns, or differ between kube-apiservers.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'endpoints-disagree',
      // Lost packets hit all addresses by turns, and sometimes all at once.
      // A pod has an address of each family: where a whole family fails, no replica does.
      when: all(atLeast('endpoints-split', STEADY_SECONDS), atLeast('endpoints-ready', 1.5), none('families-disagree')),
      weight: 'decisive',
      says: 'For {value}, the same backend addresses answered our own probes and the same others failed.',
      reproduce: 'kubectl get endpointslices -n {namespace} -l kubernetes.io/service-name={service} -o yaml',
    },
    {
      id: 'endpoints-disagree-now',
      when: all(seen('endpoints-disagree'), atLeast('endpoints-ready', 1.5), none('families-disagree')),
      weight: 'circumstantial',
      says: 'Some backend addresses answer our own probes and others fail.',
    },
  ],
  supersedes: [
    'packet-loss',
    'connection-timed-out',
    'connection-refused',
    'connection-reset',
    'aggregator-path-blocked',
    'service-routing-broken',
    'apiservers-disagree',
    'backend-server-error',
    'backend-slow',
    'invalid-response',
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    { says: 'Compare the replicas', command: 'kubectl get pods -n {namespace} -l {selector} -o wide' },
    { says: 'Read the log of the one that fails', command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200' },
    {
      says: 'Delete it, so that another one takes its place',
      command: 'kubectl delete pod -n {namespace} {pod}',
      destroys: 'This ends the pod; read its log first.',
    },
    'When the next one fails on the same node, look at the node.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'every replica is READY' },
  confusedWith: [{ cause: 'packet-loss', tell: 'every address fails now and then' }],
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/'],
});
