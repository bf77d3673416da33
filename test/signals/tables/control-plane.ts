import { observed } from '../../../src/domain/observed.ts';
import type { ProbeResult, ProbeTally } from '../../../src/domain/probe.ts';
import type { ApiserverMetrics, ClusterFacts, LogFacts } from '../../../src/domain/snapshot.ts';
import { healthyCluster, healthyTally, NOW, probeResult } from '../../support/healthy.ts';
import type { Row } from './row.ts';

const [HEALTHY] = healthyCluster().apiservers;
const metrics = (...instances: readonly Partial<ApiserverMetrics>[]): Partial<ClusterFacts> => ({
  apiservers: instances.map((differs, index) => {
    if (HEALTHY?.metrics.state !== 'observed') throw new Error('the healthy cluster shows its metrics');
    return { ...HEALTHY, instance: `192.0.2.${index}:6443`, metrics: observed({ ...HEALTHY.metrics.value, ...differs }) };
  }),
});
const control = (last: Partial<ProbeResult>, tally: Partial<ProbeTally> = {}): Partial<ClusterFacts> => ({
  apiservers: [
    { ...HEALTHY!, control: healthyTally('control', 'discovery', { last: probeResult({ vantage: 'control', ...last }), ...tally }) },
  ],
});
const logs = (lines: Partial<LogFacts['lines']>): LogFacts => ({
  lines: { info: 0, warning: 0, error: 0, fatal: 0, unknown: 0, ...lines },
  matches: [],
  dropped: { budget: 0, truncated: 0, gap: 0 },
  unknownTemplates: [],
  lastWords: [],
});
const failedBefore = { lastFailure: probeResult({ ok: false, at: NOW - 9000 }) };
const API = 'v1.tides.example.com';
const OTHER = 'v1.buoys.example.com';

/** Two instances, of which the sum, the worst, or the youngest counts; and another number that does not. */
const OF_TWO: readonly Row[] = [
  ['apiserver-inflight', 0.01, 0.9, {}, metrics({}, { inflightRatio: 0.9 })],
  ['apiserver-inflight', 0.01, 0.01, {}, metrics({}, { inflightRequests: 400 })],
  ['apiserver-queued', 0, 7, {}, metrics({ queuedRequests: 7 }, { queuedRequests: 3 })],
  ['apiserver-queued', 0, 0, {}, metrics({}, { rejectedRequests: 7 })],
  ['etcd-seconds', 0.004, 2, {}, metrics({ etcdLatencySeconds: 2 }, {})],
  ['etcd-seconds', 0.004, 0.004, {}, metrics({ requestLatencySeconds: 2 }, {})],
  ['apiserver-seconds', 0.01, 2, {}, metrics({ requestLatencySeconds: 2 }, {})],
  ['apiserver-seconds', 0.01, 0.01, {}, metrics({ etcdLatencySeconds: 2 }, {})],
  ['apiserver-rejected', 0, 10, {}, metrics({ rejectedRequests: 7 }, { rejectedRequests: 3 })],
  ['apiserver-rejected', 0, 0, {}, metrics({ queuedRequests: 7 }, {})],
  ['apiserver-server-errors', 0, 10, {}, metrics({ serverErrors: 7 }, { serverErrors: 3 })],
  ['apiserver-server-errors', 0, 0, {}, metrics({ etcdErrors: 7 }, {})],
  ['aggregator-terminations', 0, 10, {}, metrics({ terminations: 7 }, { terminations: 3 })],
  ['aggregator-terminations', 0, 0, {}, metrics({ aborts: 7 }, {})],
  ['aggregator-aborts', 0, 10, {}, metrics({ aborts: 7 }, { aborts: 3 })],
  ['aggregator-aborts', 0, 0, {}, metrics({ terminations: 7 }, {})],
  ['etcd-error-ratio', 0, 0.4, {}, metrics({ etcdErrorRatio: 0.4 }, { etcdErrorRatio: 0.1 })],
  ['etcd-error-ratio', 0, 0, {}, metrics({ etcdErrors: 7 }, {})],
  ['etcd-errors', 0, 10, {}, metrics({ etcdErrors: 7 }, { etcdErrors: 3 })],
  ['etcd-errors', 0, 0, {}, metrics({ serverErrors: 7 }, {})],
  ['tunnel-dial-failures', 0, 10, {}, metrics({ egressDialFailures: 7 }, { egressDialFailures: 3 })],
  ['tunnel-dial-failures', 0, 0, {}, metrics({ aborts: 7 }, {})],
  ['tunnel-dials-waiting', 0, 10, {}, metrics({ egressDialsWaiting: 7 }, { egressDialsWaiting: 3 })],
  ['tunnel-dial-seconds', undefined, 3, {}, metrics({ egressDialSeconds: 3 }, { egressDialSeconds: 0.01 })],
  ['tunnel-dial-seconds', undefined, undefined, {}, metrics({ egressDialFailures: 7 }, {})],
  ['tunnel-dials-waiting', 0, 0, {}, metrics({ egressDialFailures: 7 }, {})],
  ['apiserver-started', NOW / 1000 - 86_400, NOW / 1000, {}, metrics({}, { startTimeSeconds: NOW / 1000 })],
  ['apiserver-started', NOW / 1000 - 86_400, NOW / 1000 - 86_400, {}, metrics({}, { startTimeSeconds: 0 })],
  ['apiservers-judge-differently', undefined, 1, {}, metrics({ unavailable: { [API]: 1 } }, { unavailable: { [API]: 0 } })],
  ['apiservers-judge-differently', undefined, 0, {}, metrics({ unavailable: { [API]: 1 } }, { unavailable: { [API]: 1 } })],
  ['apiservers-judge-differently', undefined, undefined, {}, metrics({ unavailable: { [OTHER]: 1 } }, { unavailable: { [OTHER]: 0 } })],
];

/** The kube-apiserver: what it answers us, what it counts, what it logs; and what the backend counts of it. */
export const CONTROL_PLANE_ROWS: readonly Row[] = [
  ...OF_TWO,
  ['control-failing', 0, 1, {}, control({ ok: false })],
  ['control-failing', 0, 0, { probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ ok: false }) })] }],
  ['control-passing', 600, 9, {}, control({}, failedBefore)],
  ['control-passing', 600, 0, {}, control({ ok: false })],
  ['control-passing', 600, 600, { probes: [healthyTally('aggregator', 'discovery', failedBefore)] }],
  ['control-seconds', 0.012, 3, {}, control({ seconds: 3 })],
  ['control-seconds', 0.012, 0.012, { probes: [healthyTally('aggregator', 'discovery', { last: probeResult({ seconds: 3 }) })] }],
  ['control-changed', undefined, NOW / 1000 - 9, {}, control({}, failedBefore)],
  ['control-changed', undefined, undefined, { probes: [healthyTally('aggregator', 'discovery', failedBefore)] }],
  ['apiserver-log-errors', undefined, 3, {}, { apiserverLogs: observed(logs({ error: 2, fatal: 1 })) }],
  ['apiserver-log-errors', undefined, undefined, { logs: observed(logs({ error: 2 })) }],
  ['log-fatal-lines', 0, 2, { logs: observed(logs({ fatal: 2 })) }],
  ['log-fatal-lines', 0, 0, { logs: observed(logs({ error: 2 })) }],
  ['backend-authn-failures', 0, 2, { backendMetrics: observed({ delegatedAuthnFailures: 2 }) }],
  ['backend-authn-failures', 0, 0, { backendMetrics: observed({ delegatedAuthnFailures: 0, delegatedAuthzFailures: 2 }) }],
  ['backend-authz-failures', 0, 2, { backendMetrics: observed({ delegatedAuthzFailures: 2 }) }],
  ['backend-authz-failures', 0, 0, { backendMetrics: observed({ delegatedAuthnFailures: 2, delegatedAuthzFailures: 0 }) }],
  ['backend-tls-handshake-errors', 0, 2, { backendMetrics: observed({ tlsHandshakeErrors: 2 }) }],
  ['backend-tls-handshake-errors', 0, 0, { backendMetrics: observed({ tlsHandshakeErrors: 0, rejectedRequests: 2 }) }],
  ['backend-rejected-requests', 0, 2, { backendMetrics: observed({ rejectedRequests: 2 }) }],
  ['backend-rejected-requests', 0, 0, { backendMetrics: observed({ tlsHandshakeErrors: 2, rejectedRequests: 0 }) }],
];
