import { defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE, not } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { atLeast, seen } from './shared/seen.ts';
import { FAILING, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const outOfMemoryKilled = defineCause({
  id: 'out-of-memory-killed',
  category: 'resource-pressure',
  part: 'backend',
  title: 'The backend is killed for want of memory',
  summary:
    'The aggregated API server needs more memory than its limit allows, and the kernel kills it. It starts again, fills up again, and is killed again; in between the Service has no ready endpoint.',
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
      says: 'A backend container was killed for want of memory (OOMKilled), and the backend is down since.',
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.reason}'",
    },
    {
      id: 'killed-lately',
      when: all(seen('ended-out-of-memory'), FAILING),
      weight: 'suggestive',
      says: '{value} backend containers were killed for want of memory within ten minutes.',
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
      says: 'Within the last hour, nearly every error came at most three minutes after a kill for want of memory.',
    },
    {
      id: 'out-of-memory-events',
      when: seen('events-out-of-memory'),
      weight: 'suggestive',
      says: 'A node reports that it killed a process for want of memory.',
      reproduce: 'kubectl get events -A --field-selector reason=SystemOOM',
    },
    {
      id: 'memory-was-high',
      when: all(atLeast('memory-usage', 0.9), seen('ended-killed')),
      weight: 'suggestive',
      says: 'A container was killed with its memory near the limit.',
    },
    ...linesSay('out-of-memory-killed'),
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
