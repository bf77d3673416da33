import { clause, defineCause } from '../domain/cause.ts';
import { all, any, below, changedWithin, MINUTE, min } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, lessThan, seen } from './shared/seen.ts';
import { NO_READY_ENDPOINTS, STEADY_SECONDS } from './shared/vantages.ts';

const FAILED_JUST_NOW = changedWithin('control-changed', MINUTE);
const READYZ_FAILED = clause('a /readyz of a kube-apiserver failed in the last minute', FAILED_JUST_NOW);
const WORKED_BEFORE = below(min('failing', 10 * MINUTE), 0.5);

export const apiserverUnavailable = defineCause({
  id: 'apiserver-unavailable',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: 'the kube-apiserver',
  title: 'The kube-apiserver itself is not available',
  summary:
    'The kube-apiserver does not answer, or says that it is not ready. All APIs fail with it, the built-in ones too. The cause is not in the aggregated API servers.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'not-ready-itself',
      when: atLeast('control-failing', 0.5),
      weight: 'decisive',
      says: "The kube-apiserver's own /readyz fails.",
      reproduce: "kubectl get --raw '/readyz?verbose'",
    },
    {
      id: 'was-not-ready',
      // Who has just begun to ask has seen it pass for no longer either.
      when: all(lessThan('control-passing', STEADY_SECONDS), FAILED_JUST_NOW),
      weight: 'strong',
      says: [READYZ_FAILED, clause('it has passed for less than 10 s since', lessThan('control-passing', STEADY_SECONDS))],
      reproduce: "kubectl get --raw '/readyz?verbose'",
    },
    {
      // What a backend lost meanwhile comes back later than the kube-apiserver: kubelets can't ask it who scrapes them, and metrics-server
      // v0.9.0 is ready again after two scrapes, 15 s apart, and a readiness probe.
      id: 'backend-not-back-yet',
      when: all(FAILED_JUST_NOW, WORKED_BEFORE, NO_READY_ENDPOINTS),
      weight: 'strong',
      says: [READYZ_FAILED, clause('the API worked in the last 10 min', WORKED_BEFORE), NO_ADDRESS_READY],
      reproduce: 'kubectl get pods -n {namespace}',
    },
    { id: 'our-path-fails', when: seen('our-path-failing'), weight: 'suggestive', says: 'Our own connection to the kube-apiserver fails.' },
    {
      id: 'its-pod-in-trouble',
      when: all(seen('system-kube-apiserver'), any(atLeast('control-failing', 0.5), seen('our-path-failing'))),
      weight: 'suggestive',
      says: '{value|warning|warnings} of the last 10 min are about the pod of a kube-apiserver.',
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
    ...linesSay('apiserver-unavailable'),
  ],
  supersedes: [
    'aggregator-path-blocked',
    'connection-timed-out',
    'connection-refused',
    'connection-reset',
    'packet-loss',
    'apiserver-slow',
    'backend-slow',
    'backend-server-error',
    'delegated-auth-failing',
    'stuck-connections',
    // What a backend says while it can't ask, or is refused until a restarted kube-apiserver knows its roles again.
    'kube-apiserver-unreachable-from-backend',
    'request-header-config-unreadable',
    'backend-rights-missing',
    'aggregated-request-forbidden',
    'kubelet-scrape-failing',
  ],
  runbookCorrelation: 'apiserver-load',
  remedy: [
    { says: 'Ask it what is wrong', command: "kubectl get --raw '/readyz?verbose'" },
    'Read the log of the kube-apiserver on the control-plane node.',
    'Look at etcd, at the disk of the node, and at the load balancer in front.',
  ],
  verify: { command: 'kubectl get --raw /readyz', expect: 'it prints ok' },
  confusedWith: [{ cause: 'kube-apiserver-unreachable-from-backend', tell: 'it answers everybody but the backend' }],
  references: ['https://kubernetes.io/docs/reference/using-api/health-checks/'],
});
