import { defineCause } from '../domain/cause.ts';
import { all, any, changedWithin, HOUR, MINUTE } from '../domain/criterion.ts';
import { FAILING } from './shared/vantages.ts';

export const apiserverRestarted = defineCause({
  id: 'apiserver-restarted',
  category: 'apiserver-load',
  title: 'The kube-apiserver restarted',
  summary:
    'A kube-apiserver was restarted or upgraded. Until its caches are filled and each API was checked again, requests fail here and there; it passes by itself.',
  severity: 'info',
  prior: -1.5,
  evidence: [
    {
      id: 'just-started',
      when: all(any(changedWithin('apiserver-started', 3 * MINUTE), changedWithin('last-change-control-plane', 3 * MINUTE)), FAILING),
      weight: 'suggestive',
      says: 'A kube-apiserver started within the last three minutes.',
      reproduce: 'kubectl get --raw /metrics | grep process_start_time_seconds',
    },
    {
      id: 'was-down',
      when: changedWithin('control-changed', 2 * MINUTE),
      weight: 'circumstantial',
      says: 'Its /readyz failed within the last two minutes.',
    },
  ],
  lookBack: [
    {
      id: 'control-plane-changed-within-the-hour',
      when: any(changedWithin('apiserver-started', HOUR), changedWithin('last-change-control-plane', HOUR)),
      weight: 'suggestive',
      says: 'The control plane changed within the last hour.',
      reproduce: 'kubectl get --raw /metrics | grep process_start_time_seconds',
    },
  ],
  runbookCorrelation: 'transient-causes',
  remedy: ['Wait a minute.', 'When it does not pass: look why it restarts (its log, its liveness probe, the memory of the node).'],
  verify: { command: 'kubectl get apiservice {apiservice}', expect: 'AVAILABLE is True' },
  confusedWith: [{ cause: 'apiserver-unavailable', tell: 'it is still down' }],
  references: ['https://kubernetes.io/docs/reference/using-api/health-checks/'],
});
