import { observedValue } from '../../domain/observed.ts';
import type { ContainerFacts, PodFacts } from '../../domain/snapshot.ts';
import { type Family, familyPerApi } from '../family.ts';
import { TERMINATION_REASONS } from '../termination-counts.ts';

/** Complete: another reason is published as `other`. */
export const WAITING_REASONS = [
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'ContainerCreating',
  'PodInitializing',
  'other',
] as const;

/** Endpoints, pods and containers behind an API. */
export const BACKEND_FAMILIES: readonly Family[] = [
  familyPerApi({
    name: 'aggregated_api_backend_restarts_total',
    type: 'counter',
    stability: 'stable',
    help: 'Restarts of a container, from restartCount in the status of its pod; none of a pod that ended without a status of its containers, as one that a kubelet rejected.',
    labels: ['backend_pod', 'backend_container'],
    cost: 'backend containers',
    collect(api, emit) {
      for (const pod of observedValue(api.pods) ?? [])
        for (const container of pod.containers) if (isCounted(pod, container)) emit([pod.name, container.name], container.restarts);
    },
  }),
  familyPerApi({
    name: 'aggregated_api_backend_terminations_total',
    type: 'counter',
    stability: 'stable',
    help: 'Terminations of a container by reason, counted from lastState in the status of its pod.',
    labels: ['backend_pod', 'backend_container', 'reason'],
    cost: `once not 0: backend containers × ${TERMINATION_REASONS.length}`,
    beginsAbove: 0,
    collect(api, emit, view) {
      for (const pod of observedValue(api.pods) ?? [])
        for (const container of pod.containers) {
          const counts = view.terminations.of(api.name, pod.uid, container.name);
          for (const reason of TERMINATION_REASONS) emit([pod.name, container.name, reason], counts.get(reason) ?? 0);
        }
    },
  }),
  familyPerApi({
    name: 'aggregated_api_backend_waiting',
    type: 'gauge',
    stability: 'stable',
    help: 'Why a container waits: 1 for the current reason, 0 for the others.',
    labels: ['backend_pod', 'backend_container', 'reason'],
    cost: `once not 0: backend containers × ${WAITING_REASONS.length}`,
    beginsAbove: 0,
    collect(api, emit) {
      for (const pod of observedValue(api.pods) ?? [])
        for (const container of pod.containers) {
          const waiting = container.waiting?.reason;
          const current = waiting === undefined || (WAITING_REASONS as readonly string[]).includes(waiting) ? waiting : 'other';
          for (const reason of WAITING_REASONS) emit([pod.name, container.name, reason], reason === current ? 1 : 0);
        }
    },
  }),
  ratio(
    'aggregated_api_backend_cpu_throttled_ratio',
    'Share of the CFS periods since the reading before in which a container was throttled, 0 to 1; only with a CPU limit.',
    'cpuThrottledRatio',
  ),
  ratio('aggregated_api_backend_cpu_usage_ratio', 'CPU used by a container, as a share of its limit.', 'cpuUsageRatio'),
  ratio('aggregated_api_backend_memory_usage_ratio', 'Working set of a container, as a share of its memory limit.', 'memoryUsageRatio'),
];

/**
 * A container that no kubelet has reported on yet has restarted 0 times. Of one whose pod is over nobody knows: a kubelet that rejects a pod,
 * also one that it ran before its own restart, replaces the whole status by phase, reason and message (rejectPod, Kubernetes 1.34).
 */
function isCounted({ phase }: PodFacts, { running, waiting, terminated }: ContainerFacts): boolean {
  const isOver = phase === 'Failed' || phase === 'Succeeded';
  return !isOver || running || waiting !== undefined || terminated !== undefined;
}

function ratio(name: string, help: string, field: 'cpuThrottledRatio' | 'cpuUsageRatio' | 'memoryUsageRatio'): Family {
  return familyPerApi({
    name,
    type: 'gauge',
    stability: 'stable',
    help,
    labels: ['backend_pod', 'backend_container'],
    cost: 'backend containers with a limit',
    collect(api, emit) {
      for (const facts of observedValue(api.resources) ?? []) {
        const value = facts[field];
        if (value !== undefined) emit([facts.pod, facts.container], value);
      }
    },
  });
}
