import { clause, defineCause } from '../domain/cause.ts';
import { above, all, any, changedWithin, HOUR, increase, MINUTE } from '../domain/criterion.ts';
import { NO_ADDRESS_READY } from './shared/clauses.ts';
import { lastWordsSay, linesSay } from './shared/lines.ts';
import { seen } from './shared/seen.ts';
import { FAILING, NO_READY_ENDPOINTS } from './shared/vantages.ts';

export const badFlagOrConfig = defineCause({
  id: 'bad-flag-or-config',
  category: 'misconfiguration',
  part: 'backend',
  title: 'The backend refuses its flags or configuration',
  summary:
    'The aggregated API server starts, finds a flag, file or setting that it cannot use, and exits. This often comes with an upgrade that dropped a flag or changed a default.',
  severity: 'critical',
  prior: -1.5,
  evidence: [
    ...linesSay('bad-flag-or-config'),
    lastWordsSay('bad-flag-or-config'),
    {
      id: 'flags-are-refused',
      when: all(
        seen('flags-refused'),
        any(seen('ended-error'), seen('ended-panic'), seen('waiting-crash-loop'), NO_READY_ENDPOINTS),
        FAILING,
      ),
      weight: 'strong',
      says: 'With the flags that it has, the server ends at its start.',
      reproduce: 'kubectl get {workload} -n {namespace} -o yaml',
    },
    {
      id: 'fatal-after-change',
      when: all(
        above(increase('log-fatal-lines', 10 * MINUTE), 0.5),
        any(changedWithin('last-change-rollout', HOUR), changedWithin('last-change-configuration', HOUR)),
        NO_READY_ENDPOINTS,
      ),
      weight: 'suggestive',
      says: [
        clause(
          'the backend logged {value|fatal line|fatal lines} in the last 10 min',
          above(increase('log-fatal-lines', 10 * MINUTE), 0.5),
        ),
        clause(
          'its pod template or a ConfigMap changed in the last hour',
          any(changedWithin('last-change-rollout', HOUR), changedWithin('last-change-configuration', HOUR)),
        ),
        NO_ADDRESS_READY,
      ],
      reproduce: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200',
    },
    {
      id: 'exits-at-once-after-change',
      when: all(
        any(seen('ended-error'), seen('ended-panic')),
        seen('waiting-crash-loop'),
        any(changedWithin('last-change-rollout', 30 * MINUTE), changedWithin('last-change-configuration', 30 * MINUTE)),
      ),
      weight: 'circumstantial',
      says: [
        clause('a backend container ended with an error', any(seen('ended-error'), seen('ended-panic'))),
        clause('{value|container is|containers are} in CrashLoopBackOff', seen('waiting-crash-loop')),
        clause(
          'the pod template or a ConfigMap changed in the last 30 min',
          any(changedWithin('last-change-rollout', 30 * MINUTE), changedWithin('last-change-configuration', 30 * MINUTE)),
        ),
      ],
    },
  ],
  lookBack: [
    {
      id: 'configuration-changed-within-the-hour',
      when: changedWithin('last-change-configuration', HOUR),
      weight: 'suggestive',
      says: 'A ConfigMap of the backend changed in the last hour.',
      reproduce: 'kubectl get configmaps -n {namespace} --show-managed-fields -o yaml',
    },
  ],
  supersedes: [
    'pod-crash-looping',
    'no-ready-endpoints',
    'pod-restarting',
    'connection-refused',
    'rollout-in-progress',
    'pod-probe-failing',
    // Programs panic over a flag that they refuse: metrics-server v0.9.0 does.
    'panic',
    // metrics-server that asks the read-only port, or for an address that no node has.
    'kubelet-scrape-failing',
  ],
  runbookCorrelation: 'one-hour-look-back',
  remedy: [
    { says: 'Read its last words', command: 'kubectl logs -n {namespace} {pod} -c {container} --previous --tail=200' },
    'Correct the flag or the file that they name.',
    { says: 'See the flags as the pod gets them', command: 'kubectl get {workload} -n {namespace} -o yaml' },
    {
      says: 'Or undo the change',
      command: 'kubectl rollout undo -n {namespace} {workload}',
      destroys: 'This replaces the running version by the one before it, with all that changed since.',
    },
  ],
  verify: { command: 'kubectl get pods -n {namespace} -l {selector} -o wide', expect: 'the pod is READY and RESTARTS no longer grows' },
  confusedWith: [
    { cause: 'aggregation-layer-not-configured', tell: 'the setting that is missing is one of the kube-apiserver' },
    { cause: 'request-header-config-unreadable', tell: 'the server may not read its authentication ConfigMap' },
  ],
  references: ['https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/'],
});
