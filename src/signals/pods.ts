import { observedValue } from '../domain/observed.ts';
import type { Signal } from '../domain/signal.ts';
import type { ApiFacts, PodFacts, WorkloadFacts } from '../domain/snapshot.ts';
import { countPods, flag, isReplaced, largest, podsOf, seconds } from './reading.ts';

const EVICTED = new Set(['Evicted', 'TerminationByKubelet']);
const REMOVED = new Set([
  'Preempting',
  'PreemptionByScheduler',
  'DeletionByTaintManager',
  'EvictionByEvictionAPI',
  'NodeShutdown',
  'Terminated',
]);

const podState = (
  name: string,
  help: string,
  keep: (pod: PodFacts, time: number, api: ApiFacts) => boolean,
  message: (pod: PodFacts) => string | undefined = (pod) => pod.message,
): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: 'aggregated_api_backend_pods',
  familyHelp: 'Backend pods by state; one pod may be in several states.',
  labels: { state: name.replace(/^pods-/, '').replaceAll('-', '_') },
  source: 'pods',
  observe: (api, _cluster, time) => countPods(api, (pod) => keep(pod, time, api)),
  quote(api, _cluster, time) {
    const text = (podsOf(api) ?? []).flatMap((pod) => (keep(pod, time, api) ? (message(pod) ?? []) : []))[0];
    return text ? { text } : undefined;
  },
});

const workload = (name: string, help: string, read: (facts: WorkloadFacts) => number | undefined): Signal => ({
  name,
  help,
  kind: 'gauge',
  metric: `aggregated_api_backend_${name.replaceAll('-', '_')}`,
  source: 'workloads',
  observe(api) {
    const facts = observedValue(api.workload);
    return facts && read(facts);
  },
});

/** Backend pods as wholes, and the workload that owns them. */
export const POD_SIGNALS: readonly Signal[] = [
  podState('pods-known', 'Backend pods, in any state.', () => true),
  podState('pods-ready', 'Backend pods that are ready.', (pod) => pod.ready && pod.deletingSince === undefined),
  podState(
    'pods-running-not-ready',
    'Backend pods that run and are not ready.',
    (pod) => pod.phase === 'Running' && !pod.ready && pod.deletingSince === undefined,
  ),
  podState('pods-pending', 'Backend pods in the phase Pending.', (pod) => pod.phase === 'Pending'),
  podState(
    'pods-unschedulable',
    'Backend pods that the scheduler found no node for.',
    (pod) => !pod.scheduled && pod.phase === 'Pending' && pod.unschedulable !== undefined,
    (pod) => pod.unschedulable,
  ),
  podState(
    'pods-evicted',
    'Backend pods that the kubelet evicted, until a younger one runs.',
    (pod, time, api) => EVICTED.has(pod.reason ?? '') && !isReplaced(api, pod.createdAt, time),
  ),
  podState(
    'pods-removed',
    'Backend pods that were preempted, drained or removed by a taint, until a younger one runs.',
    (pod, time, api) => REMOVED.has(pod.reason ?? '') && !isReplaced(api, pod.createdAt, time),
  ),
  podState('pods-terminating', 'Backend pods that are being deleted.', (pod) => pod.deletingSince !== undefined),
  podState(
    'pods-stuck-terminating',
    'Backend pods that have been terminating for more than five minutes.',
    (pod, time) => pod.deletingSince !== undefined && time - pod.deletingSince > 5 * 60_000,
  ),
  podState('pods-lost', 'Backend pods whose node was lost.', (pod) => pod.reason === 'NodeLost' || pod.phase === 'Unknown'),
  podState('pods-host-network', 'Backend pods in the network namespace of their node.', (pod) => pod.hostNetwork),
  {
    name: 'readiness-flips',
    help: 'Times that a backend pod became ready or not ready, as far as they were seen.',
    asks: 'Do pods come and go, though none restarts?',
    kind: 'counter',
    metric: 'aggregated_api_backend_readiness_flips_total',
    source: 'pods',
    observe: (api) => podsOf(api)?.reduce((sum, pod) => sum + pod.readinessFlips, 0),
  },
  {
    name: 'newest-pod-created',
    help: 'When the youngest backend pod was created, Unix time.',
    kind: 'timestamp',
    metric: 'aggregated_api_backend_newest_pod_timestamp_seconds',
    source: 'pods',
    observe: (api) => seconds(largest((podsOf(api) ?? []).map((pod) => pod.createdAt))),
  },
  workload('replicas-wanted', 'Replicas that the workload behind the API asks for.', (facts) => facts.replicas),
  {
    ...workload('replicas-available', 'Replicas of the workload behind the API that are available.', (facts) => facts.available),
    asks: 'How many of the replicas that are wanted are there?',
  },
  workload('rolling-out', '1 while a rollout of the workload behind the API goes on, else 0.', (facts) => flag(facts.rollingOut)),
  workload('rollout-stuck', '1 while the rollout of the workload behind the API exceeds its deadline, else 0.', (facts) =>
    flag(facts.stuck),
  ),
];
