import { defineCause } from '../domain/cause.ts';
import { above, all, any, changedWithin, coincides, HOUR, increase, MINUTE, not } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, seen } from './shared/seen.ts';
import { FAILING } from './shared/vantages.ts';

/** What fails although the container works again fails for another reason. */
const NOT_OVER = any(seen('restarting'), not(FAILING));

export const podRestarting = defineCause({
  id: 'pod-restarting',
  category: 'pod-instability',
  part: 'backend',
  title: 'Restarts of the backend coincide with the errors',
  summary:
    'The aggregated API server restarts. While it starts, requests are refused until it listens; then it answers 403 or 503 until its caches are filled. Without a second ready replica each restart is an outage.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'just-restarted',
      when: all(changedWithin('last-restart', 3 * MINUTE), seen('restarting'), FAILING),
      weight: 'suggestive',
      says: 'A container restarted within the last three minutes, and has not worked for ten seconds since.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'restarts-before-errors',
      when: all(
        coincides(changedWithin('last-restart', MINUTE), FAILING, { within: 3 * MINUTE, over: HOUR, atLeast: 0.8 }),
        above(increase('restarts', HOUR), 0.5),
        NOT_OVER,
      ),
      weight: 'strong',
      says: 'Within the last hour, nearly every error came at most three minutes after a restart.',
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.finishedAt}'",
    },
    {
      id: 'restarted-many-times',
      when: all(atLeast('restarts', 4.5), changedWithin('last-restart', HOUR), FAILING, NOT_OVER),
      weight: 'suggestive',
      says: 'Containers of the backend restarted {value} times, the last time within the hour.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'not-ready-after-restart',
      when: all(changedWithin('last-restart', 3 * MINUTE), seen('containers-not-ready')),
      weight: 'circumstantial',
      says: 'A container that just restarted is not ready yet.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    ...linesSay('pod-restarting'),
  ],
  lookBack: [
    {
      id: 'errors-after-restarts-within-the-hour',
      when: coincides(changedWithin('last-restart', 5 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      weight: 'suggestive',
      says: 'Within the last hour, most errors came at most five minutes after a restart.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
  ],
  supersedes: ['no-ready-endpoints'],
  deepens: ['connection-refused', 'connection-reset'],
  runbookCorrelation: 'restart-patterns',
  remedy: [
    { says: 'Find why it restarted: last state, exit code, events', command: 'kubectl describe pod -n {namespace} {pod}' },
    'Run at least two replicas with a PodDisruptionBudget.',
    'Give it a readiness probe that waits for its caches.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'RESTARTS stays the same for ten minutes' },
  confusedWith: [
    { cause: 'pod-crash-looping', tell: 'the container never stays up: CrashLoopBackOff' },
    { cause: 'scheduled-operation', tell: 'the restarts come at even intervals' },
  ],
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/'],
});
