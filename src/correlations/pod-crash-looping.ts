import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, increase, MINUTE } from '../domain/criterion.ts';
import { WHERE_THE_LINE_STANDS } from '../domain/placeholders.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { linesAllow, linesName, linesNameIt, linesPointTo } from './shared/lines.ts';
import { none, seen } from './shared/seen.ts';
import { HAS_READY_ENDPOINTS, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const podCrashLooping = defineCause({
  id: 'pod-crash-looping',
  category: 'pod-instability',
  part: 'backend',
  title: 'The backend crashes again and again',
  summary:
    'A container of the aggregated API server ends soon after each start, and the kubelet waits longer before each new one. Meanwhile the Service has no ready endpoint, and the kube-apiserver answers 503. The last lines of its log say why it ends.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'crash-loop',
      when: any(
        seen('waiting-crash-loop'),
        seen('events-crash-back-off'),
        all(above(increase('restarts', 10 * MINUTE), 2.5), NO_READY_ENDPOINTS),
        linesName('pod-crash-looping'),
      ),
      weight: 'decisive',
      says: [
        clause('{value|container is|containers are} in CrashLoopBackOff', seen('waiting-crash-loop')),
        clause('events of the last 10 min say that the kubelet waits before it restarts a container', seen('events-crash-back-off')),
        clause('backend containers restarted {value|time|times} in the last 10 min', above(increase('restarts', 10 * MINUTE), 2.5)),
        linesNameIt('pod-crash-looping'),
      ],
      reproduce: 'kubectl get pods -n {namespace} -o wide',
    },
    {
      id: 'ended-with-error',
      when: all(seen('ended-error'), NO_READY_ENDPOINTS),
      weight: 'circumstantial',
      says: [clause('{value|container|containers} ended with an error code', seen('ended-error')), NO_ADDRESS_READY],
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState}'",
    },
    {
      id: 'another-replica-serves',
      when: all(HAS_READY_ENDPOINTS, none('condition-missing-endpoints')),
      weight: 'against',
      says: 'An endpoint is ready.',
    },
    {
      id: 'lines-suggest-it',
      when: linesPointTo('pod-crash-looping'),
      weight: 'suggestive',
      says: 'Lines of the backend or the kubelet point to this cause first.',
      reproduce: WHERE_THE_LINE_STANDS,
    },
    linesAllow('pod-crash-looping'),
  ],
  supersedes: ['no-ready-endpoints', 'pod-probe-failing', 'pod-restarting', 'connection-refused', 'rollout-in-progress'],
  runbookCorrelation: 'pod-instability',
  remedy: [
    { says: 'Read why it ended', command: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200' },
    {
      says: 'See the exit code and the events: 137 = killed, 139 = segmentation fault, 126 to 128 = the command could not be run',
      command: 'kubectl describe pod -n {namespace} {pod}',
    },
    {
      says: 'When a change of image, flags or configuration came just before, undo it',
      command: 'kubectl rollout undo -n {namespace} {workload}',
      destroys: 'This replaces the running version by the one before it, with all that changed since.',
    },
  ],
  verify: {
    command: 'kubectl get pods -n {namespace} -l {selector} -o wide',
    expect: 'every container is READY and RESTARTS no longer grows',
  },
  confusedWith: [
    { cause: 'out-of-memory-killed', tell: 'lastState.terminated.reason is OOMKilled' },
    { cause: 'pod-probe-failing', tell: 'the kubelet kills it for its liveness probe: events Killing, exit code 137 or 143' },
    { cause: 'bad-flag-or-config', tell: 'its last line names a flag, a file or a setting' },
  ],
  references: ['https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy'],
});
