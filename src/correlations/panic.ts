import { defineCause } from '../domain/cause.ts';
import { all, any } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const panic = defineCause({
  id: 'panic',
  category: 'software-bug',
  part: 'backend',
  title: 'The backend panics',
  summary:
    'The aggregated API server runs into a programming error. It ends, or cuts the request in which the error happened. The trace in its log names the place.',
  severity: 'critical',
  prior: -1,
  evidence: [
    {
      id: 'ended-like-a-panic',
      when: all(seen('ended-panic'), any(NO_READY_ENDPOINTS, seen('waiting-crash-loop'))),
      weight: 'suggestive',
      says: 'A container ended with exit code 2, 134 or 139: a panic or a segmentation fault.',
      reproduce: "kubectl get pods -n {namespace} -o jsonpath='{.items[*].status.containerStatuses[*].lastState.terminated.exitCode}'",
    },
    ...linesSay('panic'),
  ],
  deepens: ['backend-server-error'],
  supersedes: [
    'connection-reset',
    'pod-crash-looping',
    'pod-restarting',
    'pod-probe-failing',
    'no-ready-endpoints',
    'connection-refused',
    'rollout-in-progress',
  ],
  remedy: [
    { says: 'Read the trace', command: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200' },
    'Look for it among the issues of the server.',
    'Update the server, or go back to the release before.',
  ],
  verify: { command: 'kubectl logs -n {namespace} {pod} -c {container} --tail=200', expect: 'it prints no new line with "panic"' },
  confusedWith: [{ cause: 'pod-crash-looping', tell: 'it ends without a trace' }],
  references: ['https://pkg.go.dev/builtin#panic'],
});
