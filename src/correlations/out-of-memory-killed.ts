import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE, not } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesPointTo, linesSay } from './shared/lines.ts';
import { atLeast, seen } from './shared/seen.ts';
import { FAILING, NO_READY_ENDPOINTS } from './shared/vantages.ts';

const REFUSED = any(linesPointTo('connection-refused'), linesPointTo('connection-reset'));
const KILLED_AND_BACK = clause(
  '{value|backend container works|backend containers work} again after the kernel killed what had no memory left (OOMKilled)',
  seen('back-after-out-of-memory'),
);

export const outOfMemoryKilled = defineCause({
  id: 'out-of-memory-killed',
  category: 'resource-pressure',
  part: 'backend',
  title: 'The backend is killed because it runs out of memory',
  summary:
    'The aggregated API server needs more memory than its limit allows, and the kernel kills it. It starts again, fills up again, and is killed again. In between the Service has no ready endpoint.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'killed-and-down',
      when: all(
        seen('ended-out-of-memory'),
        any(NO_READY_ENDPOINTS, seen('waiting-crash-loop'), changedWithin('last-out-of-memory', 3 * MINUTE)),
      ),
      weight: 'decisive',
      says: [
        clause(
          '{value|backend container was|backend containers were} killed because they had no memory left (OOMKilled)',
          seen('ended-out-of-memory'),
        ),
        NO_ADDRESS_READY,
        clause('the last kill was in the last 3 min', changedWithin('last-out-of-memory', 3 * MINUTE)),
      ],
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.reason}'",
    },
    {
      id: 'killed-lately',
      when: all(seen('ended-out-of-memory'), FAILING),
      weight: 'suggestive',
      says: '{value|backend container was|backend containers were} killed because they had no memory left (OOMKilled).',
      reproduce: 'kubectl describe pods -n {namespace}',
    },
    {
      // The kernel closes the sockets of what it kills, and refuses connections to its port until the container listens again.
      id: 'killed-and-refused',
      when: all(seen('back-after-out-of-memory'), REFUSED, FAILING),
      weight: 'strong',
      says: [KILLED_AND_BACK, clause('error lines point to connections that are refused or reset', REFUSED)],
      reproduce: 'kubectl describe pods -n {namespace}',
    },
    {
      id: 'errors-follow-kills',
      when: all(
        coincides(changedWithin('last-out-of-memory', MINUTE), FAILING, { within: 3 * MINUTE, over: HOUR, atLeast: 0.8 }),
        // What fails although the container works again fails for another reason.
        any(seen('ended-out-of-memory'), not(FAILING)),
      ),
      weight: 'strong',
      says: '{met} of {of} failed checks since {from} came at most 4 minutes after a container was killed because it had no memory left.',
    },
    {
      id: 'out-of-memory-events',
      when: seen('events-out-of-memory'),
      weight: 'suggestive',
      says: 'Events of the last 10 min say that a node had no memory left and killed a process.',
      reproduce: 'kubectl get events -A --field-selector reason=SystemOOM',
    },
    {
      id: 'memory-was-high',
      when: all(atLeast('memory-usage', 0.9), seen('ended-killed')),
      weight: 'suggestive',
      says: [
        clause('a backend container was killed', seen('ended-killed')),
        clause('a backend container uses {value} of its memory limit', atLeast('memory-usage', 0.9)),
      ],
    },
    ...linesSay('out-of-memory-killed'),
  ],
  lookBack: [
    {
      // It works again, so only where nothing else explains the failure: it may come with each of these kills.
      id: 'killed-and-works-again',
      when: all(seen('back-after-out-of-memory'), FAILING),
      weight: 'suggestive',
      says: [KILLED_AND_BACK],
      reproduce: 'kubectl describe pods -n {namespace}',
    },
  ],
  supersedes: [
    'pod-crash-looping',
    'pod-restarting',
    'no-ready-endpoints',
    'pod-probe-failing',
    'memory-near-limit',
    'connection-refused',
    'connection-reset',
    'rollout-in-progress',
  ],
  runbookCorrelation: 'resource-pressure',
  remedy: [
    { says: 'See the memory limit', command: 'kubectl get {workload} -n {namespace} -o yaml' },
    { says: 'See what the containers use', command: 'kubectl top pods -n {namespace} --containers' },
    'Raise the memory limit.',
    'When its use grows without end, update the server, or limit what it watches.',
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod is READY and RESTARTS no longer grows' },
  confusedWith: [
    { cause: 'pod-crash-looping', tell: 'the reason of the last end is not OOMKilled' },
    { cause: 'node-under-pressure', tell: 'the node ran short, not the container: exit code 137 without OOMKilled' },
  ],
  references: ['https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/'],
});
