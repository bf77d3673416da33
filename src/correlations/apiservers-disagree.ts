import { clause, defineCause } from '../domain/cause.ts';
import { above, all, avg, MINUTE } from '../domain/criterion.ts';
import { EACH_ADDRESS_ANSWERS } from './shared/clauses.ts';
import { atLeast, seen } from './shared/seen.ts';
import { DIRECT_NETWORK_FAILURE, DIRECT_PASSES, STEADY_SECONDS } from './shared/vantages.ts';

export const apiserversDisagree = defineCause({
  id: 'apiservers-disagree',
  category: 'network-connectivity',
  part: 'path',
  shared: 'the kube-apiservers',
  title: 'It works through one kube-apiserver and fails through another',
  summary:
    'One of several kube-apiservers has no way to the backend, the others have one. Each writes its own verdict, so the condition changes to and fro. Clients fail when the load balancer sends them to that one.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'instances-disagree',
      // For half of the last minute: two instances that notice one outage at different times are over it sooner.
      when: all(atLeast('apiservers-split', STEADY_SECONDS), DIRECT_PASSES),
      weight: 'decisive',
      says: [
        clause(
          'for {value} the API has worked through some kube-apiservers and failed through others',
          atLeast('apiservers-split', STEADY_SECONDS),
        ),
        EACH_ADDRESS_ANSWERS,
      ],
      reproduce: 'kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes',
    },
    {
      id: 'instances-disagree-now',
      when: seen('apiservers-disagree'),
      weight: 'suggestive',
      says: 'The API works through some kube-apiservers and fails through others.',
      reproduce: 'kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes',
    },
    {
      id: 'judge-differently',
      when: all(above(avg('apiservers-judge-differently', MINUTE), 0.7), seen('apiservers-judge-differently')),
      weight: 'strong',
      says: 'For most of the last minute, kube-apiservers disagreed about whether the API is available.',
      reproduce: 'kubectl get --raw /metrics | grep aggregator_unavailable_apiservice',
    },
    { id: 'direct-fails-too', when: DIRECT_NETWORK_FAILURE, weight: 'against', says: 'Our own connections to the backend fail.' },
  ],
  supersedes: [
    'aggregator-path-blocked',
    'connection-timed-out',
    'connection-refused',
    'connection-reset',
    'host-unreachable',
    'packet-loss',
  ],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    'Find the kube-apiserver that differs: its metric aggregator_unavailable_apiservice is 1, and the others say 0.',
    { says: 'On its node, try the address of the pod', command: 'nc -vz {address} {port}' },
    'On its node, look at the routes, the CNI agent, kube-proxy and the tunnel.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE stays True for ten minutes' },
  confusedWith: [{ cause: 'one-replica-bad', tell: 'it is one backend address that fails' }],
  references: ['https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/high-availability/'],
});
