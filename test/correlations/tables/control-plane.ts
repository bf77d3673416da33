import { observed } from '../../../src/domain/observed.ts';
import type { ApiserverMetrics } from '../../../src/domain/snapshot.ts';
import { healthyCluster, healthyTally, NOW, probeResult } from '../../support/healthy.ts';
import { klog, type Situation, withMetrics } from '../../support/situation.ts';
import type { Row } from './row.ts';

const UNAVAILABLE = { aggregator: 'service_unavailable', list: 'service_unavailable' } as const;
const SLOW = { aggregator: 'response_timeout', list: 'response_timeout' } as const;
const SLOW_CONTROL = { seconds: 3, phases: { connect: 0.001, tls: 0.005, response: 3, transfer: 0.001 } };
const busy = (rejects: boolean): Situation => ({
  probes: { aggregator: 'too_many_requests', list: 'too_many_requests' },
  facts: withMetrics((ticks) => (rejects ? { rejectedRequests: ticks * 50, inflightRatio: 0.99, queuedRequests: 120 } : {})),
});
const slow = (etcd: number): Situation => ({
  probes: SLOW,
  facts: withMetrics(() => ({ requestLatencySeconds: 3, etcdLatencySeconds: etcd }), SLOW_CONTROL),
});
const restarted = (wasDown: boolean): Situation => ({
  probes: UNAVAILABLE,
  facts: ({ since }) => {
    const [apiserver] = healthyCluster().apiservers;
    const metrics = (apiserver!.metrics as { value: ApiserverMetrics }).value;
    const failure = probeResult({ vantage: 'control', at: since - 5000, ok: false, reason: 'connection_refused' });
    return {
      cluster: {
        apiservers: [
          {
            ...apiserver!,
            control: healthyTally('control', 'discovery', wasDown ? { lastFailure: failure, failures: { connection_refused: 1 } } : {}),
            metrics: observed({ ...metrics, startTimeSeconds: (wasDown ? since : NOW - 60_000) / 1000 }),
          },
        ],
      },
    };
  },
});
const control = (ok: boolean): Situation => ({
  probes: { aggregator: 'connection_refused', list: 'connection_refused' },
  facts: withMetrics(() => ({}), ok ? {} : { ok: false, reason: 'connection_refused' }),
});
const election = 'E0105 09:02:00.000000       1 main.go:80] leader election lost';

const WAITED =
  'I0105 09:02:00.000000       1 request.go:697] Waited for 1.2s due to client-side throttling, not priority and fairness, request: GET:https://10.0.0.1:443/api/v1/pods';

/** The kube-apiserver and its etcd. */
export const CONTROL_PLANE_ROWS: readonly Row[] = [
  {
    cause: 'apiserver-overloaded',
    match: busy(true),
    miss: busy(false),
    because: 'the kube-apiserver rejects nothing',
    instead: 'rate-limited',
  },
  { cause: 'apiserver-slow', match: slow(0.02), miss: slow(2), because: 'it waits for etcd', instead: 'etcd-slow' },
  { cause: 'etcd-slow', match: slow(2), miss: slow(0.02), because: 'etcd is quick', instead: 'apiserver-slow' },
  {
    cause: 'etcd-out-of-space',
    match: {
      probes: { list: 'server_error' },
      details: { list: 'rpc error: code = Unknown desc = etcdserver: mvcc: database space exceeded' },
    },
    miss: { probes: { list: 'server_error' }, details: { list: 'rpc error: code = Unknown desc = etcdserver: request timed out' } },
    because: 'etcd answers too late and is not full',
  },
  {
    cause: 'apiserver-unavailable',
    match: control(false),
    miss: control(true),
    because: 'its /readyz passes',
    instead: 'aggregator-path-blocked',
  },
  {
    cause: 'apiserver-restarted',
    match: restarted(true),
    miss: restarted(false),
    because: 'the cluster is new and it was never down',
    instead: 'unknown',
  },
  {
    cause: 'leader-election-lost',
    match: { probes: UNAVAILABLE, lines: [election] },
    miss: { probes: SLOW, lines: [election], facts: withMetrics(() => ({ requestLatencySeconds: 3 }), SLOW_CONTROL) },
    because: 'the kube-apiserver is slow for everybody',
    instead: 'apiserver-slow',
  },
  {
    cause: 'client-side-throttled',
    match: {
      probes: SLOW,
      lines: ['E0105 09:02:00.000000       1 leaderelection.go:436] client rate limiter Wait returned an error: context deadline exceeded'],
    },
    miss: { probes: SLOW, lines: [WAITED] },
    because: 'a wait of a second is a line of most days',
  },
  {
    cause: 'rate-limited',
    match: { probes: { list: 'too_many_requests' } },
    miss: busy(true),
    because: 'it is the kube-apiserver that rejects',
    instead: 'apiserver-overloaded',
  },
  {
    cause: 'backend-rights-missing',
    match: {
      probes: UNAVAILABLE,
      lines: [
        klog(
          '"Failed to watch" err="failed to list *v1.Tide: tides.example.com is forbidden: User \\"system:serviceaccount:harbour:tide-gauge\\" cannot list resource \\"tides\\"" reflector="x" type="*v1.Tide"',
        ),
      ],
    },
    miss: {
      probes: UNAVAILABLE,
      lines: [
        'unable to load configmap based request-header-client-ca-file: configmaps "extension-apiserver-authentication" is forbidden: User "system:serviceaccount:harbour:tide-gauge" cannot get resource "configmaps" in API group "" in the namespace "kube-system"',
      ],
    },
    because: 'it is the authentication ConfigMap that it may not read',
    instead: 'request-header-config-unreadable',
  },
];
