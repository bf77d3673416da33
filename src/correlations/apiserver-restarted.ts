import { defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, coincides, HOUR, MINUTE } from '../domain/criterion.ts';
import { CONTROL_PASSES, FAILING } from './shared/vantages.ts';

/** That a process is young says nothing yet: every new cluster has one. */
const STARTED = any(changedWithin('apiserver-started', 3 * MINUTE), changedWithin('last-change-control-plane', 3 * MINUTE));

export const apiserverRestarted = defineCause({
  id: 'apiserver-restarted',
  category: 'apiserver-load',
  part: 'kube-apiserver',
  shared: 'the kube-apiserver',
  title: 'The kube-apiserver restarted',
  summary:
    'A kube-apiserver was restarted or upgraded. Until its caches are filled and each API was checked again, requests fail here and there; it passes by itself.',
  severity: 'info',
  prior: -1.5,
  evidence: [
    {
      id: 'was-down-and-started',
      when: all(STARTED, changedWithin('control-changed', 5 * MINUTE), FAILING),
      weight: 'suggestive',
      says: 'A kube-apiserver started within the last three minutes, and its /readyz failed just before.',
      reproduce: 'kubectl get --raw /metrics | grep process_start_time_seconds',
    },
    {
      id: 'is-back',
      when: all(STARTED, CONTROL_PASSES),
      weight: 'circumstantial',
      says: 'It is ready again.',
      reproduce: 'kubectl get --raw /readyz',
    },
  ],
  lookBack: [
    {
      id: 'errors-after-restarts-within-the-hour',
      when: all(
        changedWithin('control-changed', HOUR),
        coincides(changedWithin('apiserver-started', 5 * MINUTE), FAILING, { within: MINUTE, over: HOUR, atLeast: 0.5 }),
      ),
      weight: 'suggestive',
      says: 'Within the last hour its /readyz failed, and most errors came at most five minutes after a kube-apiserver started.',
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
