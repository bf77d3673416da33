import type { SignalId } from '../../../src/domain/ids.ts';
import { event, unwell } from './facts.ts';
import type { Row } from './row.ts';

/** An event that each counts, and one that looks alike and is of another kind. */
const EVENTS = {
  'events-probe-failed': [
    ['Unhealthy', 'Readiness probe failed'],
    ['Killing', 'Stopping container server'],
  ],
  'events-liveness-kill': [
    ['Killing', 'Container server failed liveness probe, will be restarted'],
    ['Killing', 'Stopping container server'],
  ],
  'events-crash-back-off': [
    ['BackOff', 'Back-off restarting failed container'],
    ['BackOff', 'Back-off pulling image "tide-gauge:2"'],
  ],
  'events-pull-failed': [
    ['BackOff', 'Back-off pulling image "tide-gauge:2"'],
    ['BackOff', 'Back-off restarting failed container'],
  ],
  'events-container-refused': [
    ['Failed', 'Error: secret "tide-gauge-tls" not found'],
    ['Failed', 'Failed to pull image "tide-gauge:2"'],
  ],
  'events-mount-failed': [
    ['FailedMount', 'MountVolume.SetUp failed'],
    ['FailedScheduling', 'node(s) had volume node affinity conflict'],
  ],
  'events-scheduling-failed': [
    ['FailedScheduling', '0/2 nodes are available'],
    ['FailedCreate', 'exceeded quota'],
  ],
  'events-creation-refused': [
    ['FailedCreate', 'exceeded quota'],
    ['FailedScheduling', '0/2 nodes are available'],
  ],
  'events-evicted': [
    ['Evicted', 'The node was low on resource: memory.'],
    ['Preempted', 'by a pod of the harbour'],
  ],
  'events-preempted': [
    ['Preempted', 'by a pod of the harbour'],
    ['Evicted', 'The node was low on resource: memory.'],
  ],
  'events-out-of-memory': [
    ['SystemOOM', 'System OOM encountered'],
    ['Evicted', 'The node was low on resource: memory.'],
  ],
  'events-sandbox-failed': [
    ['FailedCreatePodSandBox', 'plugin type="cilium-cni" failed'],
    ['FailedMount', 'MountVolume.SetUp failed'],
  ],
  'events-node-lost': [
    ['NodeNotReady', 'Node is not ready'],
    ['NetworkNotReady', 'network is not ready'],
  ],
  'events-rollout': [
    ['ScalingReplicaSet', 'Scaled up replica set'],
    ['SuccessfulCreate', 'Created pod'],
  ],
  'events-slices-not-updated': [
    ['FailedToUpdateEndpointSlices', 'Error updating'],
    ['FailedCreate', 'exceeded quota'],
  ],
  'events-certificate-issue': [
    ['CertificateExpiring', 'the serving certificate is expiring'],
    ['FailedMount', 'secret with the certificate not found'],
  ],
} as const satisfies Partial<Record<SignalId, readonly [readonly [string, string], readonly [string, string]]>>;

/** A pod that is not there yet, so that none of them is over; a rollout that goes on. */
const differing = (signal: keyof typeof EVENTS, index: 0 | 1) => {
  const [reason, message] = EVENTS[signal][index];
  const pod = unwell(event(reason, message), { scheduled: false });
  return signal === 'events-rollout' ? { ...pod, workload: { state: 'unobserved' as const } } : pod;
};

/** Events of the last ten minutes. */
export const EVENT_ROWS: readonly Row[] = (Object.keys(EVENTS) as (keyof typeof EVENTS)[]).flatMap((signal): Row[] => [
  [signal, 0, 1, differing(signal, 0)],
  [signal, 0, 0, differing(signal, 1)],
]);
