import { observed } from '../../../src/domain/observed.ts';
import { healthyContainer, healthyPod, healthyWorkload } from '../../support/healthy.ts';
import { changed, dying, MISSING, NO_ENDPOINTS, noAddresses, notReady, pod, type Situation, waiting } from '../../support/situation.ts';
import type { Row } from './row.ts';

const BACK_OFF = ['BackOff', 'Pod', 'Back-off restarting failed container server in pod tide-gauge-7c9f8d6b5-abcde_harbour'] as const;
const deployment = (differs: { replicas?: number; rollingOut?: boolean }) =>
  observed(healthyWorkload({ available: 0, unavailable: 1, ...differs }));
const crashing = (exitCode = 1, lines: readonly string[] = []): Situation => ({
  ...NO_ENDPOINTS,
  events: [BACK_OFF],
  lines,
  facts: (moment) => ({ api: dying(moment, 'Error', exitCode) }),
});
const outOfMemory: Situation = { ...NO_ENDPOINTS, events: [BACK_OFF], facts: (moment) => ({ api: dying(moment, 'OOMKilled', 137) }) };
const imageMissing: Situation = {
  ...NO_ENDPOINTS,
  events: [['Failed', 'Pod', 'Failed to pull image "tide-gauge:2": not found']],
  facts: () => ({ api: waiting('ImagePullBackOff', 'Back-off pulling image "tide-gauge:2"') }),
};
const secretMissing: Situation = {
  ...NO_ENDPOINTS,
  events: [['Failed', 'Pod', 'Error: secret "tide-gauge-tls" not found']],
  facts: () => ({ api: waiting('CreateContainerConfigError', 'secret "tide-gauge-tls" not found') }),
};
const probeFails = (status: number): Situation => ({
  ...NO_ENDPOINTS,
  events: [['Unhealthy', 'Pod', `Readiness probe failed: HTTP probe failed with statuscode: ${status}`]],
  facts: () => ({ api: pod({}, { running: true }) }),
});
const unplaced: Situation = {
  ...NO_ENDPOINTS,
  events: [['FailedScheduling', 'Pod', '0/2 nodes are available: 2 Insufficient memory.']],
  facts: () => ({
    api: {
      ...pod({ phase: 'Pending', scheduled: false, unschedulable: '0/2 nodes are available: 2 Insufficient memory.' }, { running: false }),
      endpoints: noAddresses,
    },
  }),
};
const removed = (reason: string, message: string, event: readonly [string, string, string]): Situation => ({
  ...NO_ENDPOINTS,
  events: [event],
  facts: () => ({ api: { ...pod({ phase: 'Failed', reason, message }, { running: false }), endpoints: noAddresses } }),
});
const evicted = removed('Evicted', 'The node was low on resource: memory.', [
  'Evicted',
  'Pod',
  'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.',
]);
const preempted = removed('Preempting', 'Preempted in order to admit critical pod', [
  'Preempted',
  'Pod',
  'Preempted by pod 7d1c on node node-a',
]);
const nodes = (ready: boolean, other: boolean, pressure: readonly 'memory'[] = []) => ({
  nodes: observed([
    { name: 'node-a', ready, pressure, unschedulable: false, addresses: ['192.0.2.10'] },
    { name: 'node-b', ready: other, pressure: other ? [] : pressure, unschedulable: false, addresses: ['192.0.2.11'] },
  ]),
});
const nodeState = (ready: boolean, other: boolean): Situation => ({
  probes: { aggregator: 'connection_timeout', list: 'connection_timeout', service: 'connection_timeout', endpoint: 'connection_timeout' },
  facts: () => ({ api: ready ? {} : pod({}, { running: true }), cluster: nodes(ready, other) }),
});
const pressed = (host: boolean): Situation => ({
  ...NO_ENDPOINTS,
  facts: () => ({
    api: pod({}, { running: true }),
    cluster: {
      nodes: observed([
        { name: 'node-a', ready: true, pressure: host ? ['memory'] : [], unschedulable: false, addresses: [] },
        { name: 'node-b', ready: true, pressure: host ? [] : ['memory'], unschedulable: false, addresses: [] },
      ]),
    },
  }),
});
const event = (reason: string, message: string): Situation => ({
  ...NO_ENDPOINTS,
  events: [[reason, 'Pod', message]],
  facts: () => ({ api: waiting('ContainerCreating', '') }),
});
const sandbox = event('FailedCreatePodSandBox', 'Failed to create pod sandbox: plugin type="tide-cni" failed (add): no free address');
const mount = event('FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "tide-gauge-tls" not found');
const restarted = (agoMs: number): Situation => ({
  probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
  facts: ({ since }) => ({
    api: {
      pods: observed([
        healthyPod({ containers: [healthyContainer({ restarts: 1, restartTimes: [since - agoMs], startedAt: since - agoMs })] }),
      ]),
    },
  }),
});
const rollout = (inTrouble: boolean): Situation => ({
  ...NO_ENDPOINTS,
  events: [['ScalingReplicaSet', 'Deployment', 'Scaled down replica set tide-gauge-6d9f8d6b5 from 1 to 0']],
  facts: ({ since }) => ({
    api: {
      ...(inTrouble
        ? waiting('ImagePullBackOff', 'Back-off pulling image "tide-gauge:2"', { createdAt: since })
        : pod({ createdAt: since }, { running: true, startedAt: since })),
      workload: deployment({ rollingOut: true }),
      ...changed('rollout', 'Deployment harbour/tide-gauge', since - 5000),
    },
  }),
});
const nothingRuns = (replicas: number): Situation => ({
  ...NO_ENDPOINTS,
  facts: () => ({ api: { pods: observed([]), endpoints: noAddresses, workload: deployment({ replicas }) } }),
});

/** Pods, their containers and their nodes. */
export const POD_ROWS: readonly Row[] = [
  {
    cause: 'pod-crash-looping',
    match: crashing(),
    miss: outOfMemory,
    because: 'the container was killed because it had no memory left',
    instead: 'out-of-memory-killed',
  },
  {
    cause: 'out-of-memory-killed',
    match: outOfMemory,
    miss: crashing(137),
    because: 'exit code 137 comes without OOMKilled',
    instead: 'pod-crash-looping',
  },
  {
    cause: 'panic',
    match: crashing(2, ['panic: runtime error: invalid memory address or nil pointer dereference']),
    miss: crashing(2),
    because: 'the exit code is that of a panic, and no trace is seen',
    instead: 'pod-crash-looping',
  },
  {
    cause: 'bad-flag-or-config',
    match: crashing(1, ['Error: unknown flag: --tide-resolutoin']),
    miss: crashing(1, ['I0105 09:02:00.000000       1 flags.go:12] FLAG: --tide-resolution="15s"']),
    because: 'its last line is about a flag that it takes',
    instead: 'pod-crash-looping',
  },
  {
    cause: 'port-conflict',
    match: crashing(1, [
      'failed to create listener: failed to listen on 0.0.0.0:10250: listen tcp 0.0.0.0:10250: bind: address already in use',
    ]),
    miss: crashing(1, ['I0105 09:02:00.000000       1 secure_serving.go:213] Serving securely on [::]:10250']),
    because: 'it listens',
    instead: 'pod-crash-looping',
  },
  {
    cause: 'image-pull-failing',
    match: imageMissing,
    miss: secretMissing,
    because: 'the image is there',
    instead: 'container-config-invalid',
  },
  {
    cause: 'container-config-invalid',
    match: secretMissing,
    miss: imageMissing,
    because: 'it waits for its image',
    instead: 'image-pull-failing',
  },
  {
    cause: 'pod-probe-failing',
    match: probeFails(500),
    miss: probeFails(403),
    because: 'the probe is forbidden',
    instead: 'kubelet-probe-forbidden',
  },
  {
    cause: 'kubelet-probe-forbidden',
    match: probeFails(403),
    miss: probeFails(500),
    because: 'the probe is answered with 500',
    instead: 'pod-probe-failing',
  },
  {
    cause: 'pod-unschedulable',
    match: unplaced,
    miss: nothingRuns(1),
    because: 'there is no pod to place',
  },
  {
    cause: 'pod-creation-refused',
    match: {
      ...NO_ENDPOINTS,
      events: [['FailedCreate', 'ReplicaSet', 'Error creating: pods "tide-gauge-x" is forbidden: exceeded quota: harbour']],
      facts: () => ({ api: { ...notReady, pods: observed([]), endpoints: noAddresses } }),
    },
    miss: unplaced,
    because: 'the pod was created and is Pending',
    instead: 'pod-unschedulable',
  },
  { cause: 'pod-evicted', match: evicted, miss: preempted, because: 'the pod made room for another', instead: 'pod-removed' },
  { cause: 'pod-removed', match: preempted, miss: evicted, because: 'its node was short of memory', instead: 'pod-evicted' },
  { cause: 'pod-network-setup-failing', match: sandbox, miss: mount, because: 'a volume is missing', instead: 'volume-mount-failing' },
  { cause: 'volume-mount-failing', match: mount, miss: sandbox, because: 'the network is missing', instead: 'pod-network-setup-failing' },
  { cause: 'pod-restarting', match: restarted(20_000), miss: restarted(2 * 3_600_000), because: 'the restart is two hours old' },
  {
    cause: 'rollout-in-progress',
    match: rollout(false),
    miss: rollout(true),
    because: 'the new pods do not come up',
    instead: 'image-pull-failing',
  },
  { cause: 'backend-scaled-to-zero', match: nothingRuns(0), miss: nothingRuns(1), because: 'a replica is wanted' },
  {
    cause: 'node-not-ready',
    match: nodeState(false, true),
    miss: nodeState(true, false),
    because: 'it is another node that is down',
    instead: 'connection-timed-out',
  },
  { cause: 'node-under-pressure', match: pressed(true), miss: pressed(false), because: 'it is another node', instead: 'pod-probe-failing' },
  {
    cause: 'no-ready-endpoints',
    match: {
      probes: { aggregator: 'service_unavailable', list: 'service_unavailable' },
      condition: MISSING,
      facts: () => ({ api: { pods: { state: 'forbidden', rule: 'pods: list, watch' }, endpoints: noAddresses } }),
    },
    miss: crashing(),
    because: 'the pods show why',
    instead: 'pod-crash-looping',
  },
];
