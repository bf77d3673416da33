import type { SignalId } from '../../../src/domain/ids.ts';
import { observed } from '../../../src/domain/observed.ts';
import type { ApiFacts, ContainerFacts, ResourceFacts, TerminationFacts } from '../../../src/domain/snapshot.ts';
import { healthyContainer, healthyWorkload, NOW } from '../../support/healthy.ts';
import { pods } from './facts.ts';
import type { Row } from './row.ts';

const GONE = { containers: [healthyContainer({ running: false, ready: false })], phase: 'Failed', ready: false };
const workload = (differs: Parameters<typeof healthyWorkload>[0]): Partial<ApiFacts> => ({ workload: observed(healthyWorkload(differs)) });
const uses = (differs: Partial<ResourceFacts>): Partial<ApiFacts> => ({
  resources: observed([
    {
      pod: 'tide-gauge-7c9f8d6b5-abcde',
      container: 'server',
      cpuThrottledRatio: 0,
      cpuUsageRatio: 0.1,
      memoryUsageRatio: 0.3,
      ...differs,
    },
  ]),
});

const PODS: readonly Row[] = [
  ['pods-known', 1, 1, pods({ ready: false })],
  ['pods-ready', 1, 1, pods({ hostNetwork: true })],
  ['pods-running-not-ready', 0, 1, pods({ ready: false })],
  ['pods-running-not-ready', 0, 0, pods({ ready: false, deletingSince: NOW })],
  ['pods-pending', 0, 1, pods({ phase: 'Pending', ready: false })],
  ['pods-pending', 0, 0, pods({ ready: false })],
  ['pods-unschedulable', 0, 1, pods({ phase: 'Pending', ready: false, scheduled: false, unschedulable: '0/2 nodes are available' })],
  ['pods-unschedulable', 0, 0, pods({ phase: 'Pending', ready: false })],
  ['pods-removed', 0, 1, pods({ ...GONE, reason: 'Preempting' })],
  ['pods-removed', 0, 0, pods({ ...GONE, reason: 'Evicted' })],
  ['pods-terminating', 0, 1, pods({ deletingSince: NOW })],
  ['pods-terminating', 0, 0, pods({ ready: false })],
  ['pods-stuck-terminating', 0, 1, pods({ deletingSince: NOW - 301_000 })],
  ['pods-stuck-terminating', 0, 0, pods({ deletingSince: NOW - 299_000 })],
  ['pods-lost', 0, 1, pods({ reason: 'NodeLost' })],
  ['pods-lost', 0, 0, pods({ reason: 'Evicted' })],
  ['pods-host-network', 0, 1, pods({ hostNetwork: true })],
  ['pods-host-network', 0, 0, pods({ ready: false })],
  ['readiness-flips', 0, 3, pods({ readinessFlips: 3 })],
  ['readiness-flips', 0, 0, pods({ ready: false })],
  ['newest-pod-created', NOW / 1000 - 86_400, NOW / 1000, pods({ createdAt: NOW })],
  ['newest-pod-created', NOW / 1000 - 86_400, NOW / 1000 - 86_400, pods({}, { startedAt: NOW })],
  ['replicas-wanted', 1, 3, workload({ replicas: 3 })],
  ['replicas-wanted', 1, 1, workload({ available: 0 })],
  ['replicas-available', 1, 0, workload({ available: 0 })],
  ['replicas-available', 1, 1, workload({ replicas: 3 })],
  ['rolling-out', 0, 1, workload({ rollingOut: true })],
  ['rolling-out', 0, 0, workload({ stuck: true })],
  ['rollout-stuck', 0, 1, workload({ stuck: true })],
  ['rollout-stuck', 0, 0, workload({ rollingOut: true })],
];

const waits = (reason: string): Partial<ApiFacts> =>
  pods({ ready: false }, { ready: false, running: false, waiting: { reason, message: '' } });
const WAITING = {
  'waiting-crash-loop': 'CrashLoopBackOff',
  'waiting-image-pull': 'ImagePullBackOff',
  'waiting-config-error': 'CreateContainerConfigError',
  'waiting-create-error': 'CreateContainerError',
  'waiting-creating': 'ContainerCreating',
} as const satisfies Partial<Record<SignalId, string>>;

const ended = (end: TerminationFacts): Partial<ApiFacts> => pods({ ready: false }, { ready: false, running: false, terminated: end });
const ENDS = {
  'ended-out-of-memory': { reason: 'OOMKilled', exitCode: 137 },
  'ended-panic': { reason: 'Error', exitCode: 2 },
  'ended-error': { reason: 'Error', exitCode: 255 },
  'ended-killed': { reason: 'Error', exitCode: 143 },
  'ended-not-started': { reason: 'StartError', exitCode: 128 },
  'ended-completed': { reason: 'Completed', exitCode: 0 },
} as const satisfies Partial<Record<SignalId, TerminationFacts>>;
/** Of no kind that a signal knows. */
const ODD_END = { reason: 'Error', exitCode: 77 };

const init = (differs: Partial<ContainerFacts>): Partial<ApiFacts> =>
  pods({ ready: false }, { init: true, ready: false, running: false, ...differs });

const CONTAINERS: readonly Row[] = [
  ['restarts', 0, 0, pods({}, { startedAt: NOW })],
  ['last-restart', undefined, NOW / 1000 - 60, pods({}, { restarts: 1, restartTimes: [NOW - 60_000] })],
  ['last-restart', undefined, undefined, pods({}, { restartTimes: [NOW - 60_000] })],
  ...(Object.entries(WAITING) as [keyof typeof WAITING, string][]).flatMap(([signal, reason]): Row[] => [
    [signal, 0, 1, waits(reason)],
    [signal, 0, 0, waits('TideOut')],
  ]),
  ...(Object.entries(ENDS) as [keyof typeof ENDS, TerminationFacts][]).flatMap(([signal, end]): Row[] => [
    [signal, 0, 1, ended(end)],
    [signal, 0, 0, ended(ODD_END)],
  ]),
  ['containers-not-ready', 0, 1, pods({ ready: false }, { ready: false })],
  ['containers-not-ready', 0, 0, init({ running: true })],
  ['init-containers-failing', 0, 1, init({ terminated: { reason: 'Error', exitCode: 1 } })],
  ['init-containers-failing', 0, 0, init({ terminated: { reason: 'Completed', exitCode: 0 } })],
  [
    'last-out-of-memory',
    undefined,
    NOW / 1000 - 60,
    pods({}, { lastTermination: { reason: 'OOMKilled', exitCode: 137, finishedAt: NOW - 60_000 } }),
  ],
  ['last-out-of-memory', undefined, undefined, pods({}, { lastTermination: { reason: 'Error', exitCode: 137, finishedAt: NOW - 60_000 } })],
];

const RESOURCES: readonly Row[] = [
  ['cpu-usage', 0.1, 0.95, uses({ cpuUsageRatio: 0.95 })],
  ['cpu-usage', 0.1, 0.1, uses({ memoryUsageRatio: 0.95 })],
  ['memory-usage', 0.3, 0.95, uses({ memoryUsageRatio: 0.95 })],
  ['memory-usage', 0.3, 0.3, uses({ cpuUsageRatio: 0.95 })],
];

/** Pods of the backend, their containers, what they use, and the workload that owns them. */
export const POD_ROWS: readonly Row[] = [...PODS, ...CONTAINERS, ...RESOURCES];
