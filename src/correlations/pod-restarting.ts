import { clause, defineCause } from '../domain/cause.ts';
import { above, all, changedWithin, coincides, HOUR, increase, MINUTE } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, seen } from './shared/seen.ts';
import { FAILING, RESTART_NOT_OVER } from './shared/vantages.ts';

export const podRestarting = defineCause({
  id: 'pod-restarting',
  category: 'pod-instability',
  part: 'backend',
  title: 'Failures come with restarts of the backend',
  summary:
    'The aggregated API server restarts. While it starts, connections are refused; then it answers 403 or 503 until its caches are filled. Without a second ready replica each restart is an outage.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'just-restarted',
      when: all(changedWithin('last-restart', 3 * MINUTE), seen('restarting'), FAILING),
      weight: 'suggestive',
      says: [
        clause('a backend container restarted in the last 3 min', changedWithin('last-restart', 3 * MINUTE)),
        clause('it has not worked for 10 s since', seen('restarting')),
      ],
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'restarts-before-errors',
      when: all(
        coincides(changedWithin('last-restart', MINUTE), FAILING, { within: 3 * MINUTE, over: HOUR, atLeast: 0.8 }),
        above(increase('restarts', HOUR), 0.5),
        RESTART_NOT_OVER,
      ),
      weight: 'strong',
      says: '{met} of {of} failed checks since {from} came at most 4 minutes after a restart.',
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.finishedAt}'",
    },
    {
      id: 'restarted-many-times',
      when: all(atLeast('restarts', 4.5), changedWithin('last-restart', HOUR), FAILING, RESTART_NOT_OVER),
      weight: 'suggestive',
      says: 'Backend containers restarted {value|time|times} in all, and the last restart was in the last hour.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'not-ready-after-restart',
      when: all(changedWithin('last-restart', 3 * MINUTE), seen('containers-not-ready')),
      weight: 'circumstantial',
      says: 'A backend container restarted a moment ago and is not ready yet.',
      reproduce: 'kubectl get pods -n {namespace}',
    },
    ...linesSay('pod-restarting'),
  ],
  lookBack: [
    {
      // Nothing else explains the failure, and this is the one thing that is known to have gone wrong with the server.
      id: 'restarted-several-times',
      when: all(atLeast('restarts', 2.5), seen('restarting-often'), FAILING),
      weight: 'suggestive',
      says: [
        clause('backend containers restarted {value|time|times} in all', atLeast('restarts', 2.5)),
        clause(
          '{value|one restarts|of them restart} often for the age of its pod, or restarted in the last hour',
          seen('restarting-often'),
        ),
      ],
      reproduce: 'kubectl get pods -n {namespace}',
    },
    {
      id: 'errors-after-restarts-within-the-hour',
      when: coincides(changedWithin('last-restart', 5 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      weight: 'suggestive',
      says: '{met} of {of} failed checks since {from} came at most 6 minutes after a restart.',
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
