import { defineCause } from '../domain/cause.ts';
import { EACH_ADDRESS_ANSWERS } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { reasonSeen } from './shared/seen.ts';
import { DIRECT_PASSES } from './shared/vantages.ts';

export const tunnelRefusesBackend = defineCause({
  id: 'tunnel-refuses-backend',
  category: 'network-connectivity',
  part: 'path',
  shared: 'the proxy between kube-apiserver and nodes',
  title: 'The proxy to the nodes refuses to connect the kube-apiserver',
  summary:
    'The kube-apiserver reaches the nodes through a proxy that its EgressSelectorConfiguration names. That proxy answers, and refuses: its rules do not allow the address of the backend, or it does not accept the kube-apiserver. Konnectivity never refuses so; other proxies do.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('tunnel-refuses-backend'),
    {
      id: 'bad-gateway',
      when: reasonSeen('aggregator', 'bad-gateway'),
      weight: 'circumstantial',
      says: 'Requests through the kube-apiserver fail at its proxy.',
    },
    {
      id: 'answers-without-it',
      when: DIRECT_PASSES,
      weight: 'circumstantial',
      says: [EACH_ADDRESS_ANSWERS],
    },
  ],
  supersedes: ['tunnel-down', 'aggregator-path-blocked', 'proxy-in-the-way'],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    'Read the status that the kube-apiserver quotes, and the log of the proxy that --egress-selector-config-file names.',
    'With 403, let the rules of the proxy allow the pod and Service networks with the port of the backend ({address}:{port}).',
    'With 401 or 407, let it accept the client certificate of the kube-apiserver (clientCert in that file).',
    'With 400, 404 or 405, what listens there is no proxy for CONNECT: correct its address in that file.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [
    { cause: 'tunnel-down', tell: 'the proxy is not there, has no agent or answers 5xx' },
    { cause: 'discovery-forbidden', tell: 'the 403 is of the backend, and no proxy is named' },
    { cause: 'overlay-not-routable', tell: 'the dialer of a managed control plane refuses without a proxy' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-konnectivity/'],
});
