import { clause, defineCause } from '../domain/cause.ts';
import { all, any, below, MINUTE, max } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { lastWordsSay, linesPointTo, linesSay } from './shared/lines.ts';
import { atLeast, lessThan, reasonSeen } from './shared/seen.ts';
import { CONTROL_PASSED, CONTROL_PASSES, NO_READY_ENDPOINTS, SLOW_ANSWERS } from './shared/vantages.ts';

/** What a server answers that can't ask whether the client may: k8s.io/apiserver makes an InternalError of it, also of discovery. */
const ANSWERS_500 = any(reasonSeen('aggregator', 'server-error'), reasonSeen('list', 'server-error'), reasonSeen('direct', 'server-error'));

/** For longer than a line counts, so that no line is from a moment at which it answered nobody. */
const CONTROL_NEVER_FAILED = all(CONTROL_PASSED, below(max('control-failing', 6 * MINUTE), 0.5));
const CONTROL_IDLES = all(lessThan('control-seconds', 0.2), lessThan('apiserver-queued', 1), lessThan('apiserver-inflight', 0.8));

export const kubeApiserverUnreachableFromBackend = defineCause({
  id: 'kube-apiserver-unreachable-from-backend',
  category: 'network-connectivity',
  part: 'path',
  title: "The backend can't reach the kube-apiserver",
  summary:
    'The aggregated API server calls the kube-apiserver for its configuration and for access reviews. It gets no connection: kube-proxy, the CNI or an egress policy is in the way. It does not start, or answers slowly or with 500.',
  severity: 'critical',
  prior: -1,
  evidence: [
    ...linesSay('kube-apiserver-unreachable-from-backend'),
    lastWordsSay('kube-apiserver-unreachable-from-backend'),
    {
      // A refused connection reads the same from one pod and from everywhere: whether it answers others tells the two apart.
      id: 'refused-while-it-answers',
      when: all(linesPointTo('apiserver-unavailable'), NO_READY_ENDPOINTS, CONTROL_NEVER_FAILED),
      weight: 'strong',
      says: [
        NO_ADDRESS_READY,
        clause('error lines say that the kube-apiserver is not there', linesPointTo('apiserver-unavailable')),
        clause('none of our own probes of the kube-apiserver failed in the last 6 min', CONTROL_NEVER_FAILED),
      ],
      reproduce: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200',
    },
    {
      // Reviews that are not answered in time read the same where packets vanish and where the kube-apiserver is slow. Its own /readyz is let
      // through past every queue (priority and fairness, 1.36: level exempt), so that it is quick does not suffice.
      id: 'waits-for-an-idle-one',
      when: all(linesPointTo('apiserver-slow'), SLOW_ANSWERS, CONTROL_NEVER_FAILED, CONTROL_IDLES),
      weight: 'strong',
      says: [
        clause('answers take seconds, or do not come in time', SLOW_ANSWERS),
        clause('error lines say that the kube-apiserver does not answer in time', linesPointTo('apiserver-slow')),
        clause('the kube-apiserver answers our own probes at once, and no request waits in its queues', CONTROL_IDLES),
      ],
      reproduce: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    },
    {
      id: 'errs-and-says-so',
      when: all(linesPointTo('kube-apiserver-unreachable-from-backend'), any(ANSWERS_500, SLOW_ANSWERS), CONTROL_PASSES),
      weight: 'strong',
      says: [
        clause('requests are answered with 500', ANSWERS_500),
        clause('answers take seconds, or do not come in time', SLOW_ANSWERS),
        clause('error lines point to this cause first', linesPointTo('kube-apiserver-unreachable-from-backend')),
        clause('the kube-apiserver answers our own probes', CONTROL_PASSES),
      ],
    },
    {
      id: 'control-fails-too',
      when: atLeast('control-failing', 0.5),
      weight: 'against',
      says: 'The kube-apiserver does not answer our own probes.',
    },
  ],
  supersedes: [
    'pod-crash-looping',
    'no-ready-endpoints',
    'pod-restarting',
    'connection-refused',
    'pod-probe-failing',
    'rollout-in-progress',
    'backend-server-error',
    // It waits for the review of each request.
    'backend-slow',
  ],
  runbookCorrelation: 'network-connectivity',
  remedy: [
    'In a pod on the same node, try https://kubernetes.default.svc/readyz.',
    'Look at kube-proxy and the CNI agent of that node.',
    { says: 'Look for NetworkPolicies with egress rules', command: 'kubectl get networkpolicies -n {namespace} -o yaml' },
  ],
  verify: {
    command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200',
    expect: 'it prints no new time-outs to the address of the kube-apiserver',
  },
  confusedWith: [
    { cause: 'apiserver-unavailable', tell: 'the kube-apiserver is down for everybody' },
    { cause: 'request-header-config-unreadable', tell: 'the kube-apiserver answers, and forbids' },
  ],
  references: ['https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/'],
});
