import { clause, defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE } from '../domain/criterion.ts';
import { seen } from './shared/seen.ts';
import { CONTROL_PASSES, FAILING } from './shared/vantages.ts';

/** That a process is young says nothing yet: every new cluster has one. */
const STARTED = any(changedWithin('apiserver-started', 3 * MINUTE), changedWithin('last-change-control-plane', 3 * MINUTE));

const FOLLOWS_STARTS = coincides(changedWithin('apiserver-started', 5 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 });

export const apiserverRestarted = defineCause({
  id: 'apiserver-restarted',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: 'the kube-apiserver',
  title: 'The kube-apiserver restarted',
  summary:
    'A kube-apiserver was restarted or upgraded. Some requests fail until its caches are filled and it has checked each API again. This passes by itself.',
  severity: 'info',
  prior: -1.5,
  evidence: [
    {
      id: 'was-down-and-started',
      when: all(STARTED, changedWithin('control-changed', 5 * MINUTE), FAILING),
      weight: 'suggestive',
      says: [
        clause('a kube-apiserver started in the last 3 min', STARTED),
        clause('a /readyz failed in the last 5 min', changedWithin('control-changed', 5 * MINUTE)),
      ],
      reproduce: 'kubectl get --raw /metrics | grep process_start_time_seconds',
    },
    {
      id: 'is-back',
      when: all(STARTED, CONTROL_PASSES),
      weight: 'circumstantial',
      says: [clause('a kube-apiserver started in the last 3 min', STARTED), clause('every /readyz passes now', CONTROL_PASSES)],
      reproduce: 'kubectl get --raw /readyz',
    },
    {
      id: 'its-pod-was-in-trouble',
      when: all(STARTED, seen('system-kube-apiserver')),
      weight: 'circumstantial',
      says: [
        clause('a kube-apiserver started in the last 3 min', STARTED),
        clause('{value|warning|warnings} of the last 10 min are about the pod of a kube-apiserver', seen('system-kube-apiserver')),
      ],
      reproduce: 'kubectl get events -n kube-system --field-selector type=Warning',
    },
  ],
  lookBack: [
    {
      id: 'errors-after-restarts-within-the-hour',
      when: all(changedWithin('control-changed', HOUR), FOLLOWS_STARTS),
      weight: 'suggestive',
      says: [
        clause('{met} of {of} failed checks since {from} came at most 6 minutes after a kube-apiserver started', FOLLOWS_STARTS),
        clause('a /readyz failed in the last hour', changedWithin('control-changed', HOUR)),
      ],
      reproduce: 'kubectl get --raw /metrics | grep process_start_time_seconds',
    },
  ],
  runbookCorrelation: 'transient-causes',
  remedy: [
    'Wait one minute.',
    'When it does not pass, find why the kube-apiserver restarts: its log, its liveness probe, the memory of its node.',
  ],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'apiserver-unavailable', tell: 'it is still down' }],
  references: ['https://kubernetes.io/docs/reference/using-api/health-checks/'],
});
