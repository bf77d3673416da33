import { type Condition, type ContainerStatus, type PodObject, type PodStatus, timestamp, withCondition } from '../objects.ts';
import type { Container } from './container.ts';

/** What the status of a pod is made from. */
export interface PodFactsForStatus {
  readonly container: Container;
  readonly image: string;
  readonly ip: string | undefined;
  readonly hostIp: string | undefined;
  readonly unschedulable: string | undefined;
  readonly failed: { readonly reason: string; readonly message: string } | undefined;
  readonly nodeLost: boolean;
}

/** The status that the kubelet (or, before it, the scheduler) writes. */
export function podStatus(before: PodObject, facts: PodFactsForStatus): PodStatus {
  const { container, failed, unschedulable } = facts;
  if (unschedulable !== undefined) return unscheduledStatus(before, unschedulable);
  const ready = container.ready && !failed && !facts.nodeLost;
  const { reason: _reason, message: _message, ...kept } = before.status;
  return {
    ...kept,
    phase: failed ? 'Failed' : hasStarted(container) ? 'Running' : 'Pending',
    ...(failed ?? {}),
    conditions: conditions(before.status.conditions, facts, ready),
    ...(facts.hostIp === undefined ? {} : { hostIP: facts.hostIp }),
    ...(facts.ip === undefined || failed ? {} : { podIP: facts.ip, podIPs: [{ ip: facts.ip }] }),
    startTime: before.status.startTime ?? timestamp(),
    qosClass: 'Burstable',
    containerStatuses: failed ? [] : [containerStatus(container, facts.image, ready)],
  };
}

function hasStarted({ restarts, running, state }: Container): boolean {
  return restarts > 0 || running || state.terminated !== undefined;
}

/** What the scheduler writes: no kubelet has seen the pod. */
function unscheduledStatus(before: PodObject, message: string): PodStatus {
  const scheduled: Condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  return { phase: 'Pending', conditions: withCondition(before.status.conditions, scheduled), qosClass: 'Burstable' };
}

function containerStatus(container: Container, image: string, ready: boolean): ContainerStatus {
  const begun = container.id !== '';
  return {
    name: container.name,
    image,
    imageID: begun ? `registry.example/${container.name}@sha256:0` : '',
    ...(begun ? { containerID: container.id } : {}),
    ready,
    started: container.running,
    restartCount: container.restarts,
    state: structuredClone(container.state),
    lastState: structuredClone(container.lastState),
  };
}

function conditions(before: readonly Condition[], { container, failed, nodeLost }: PodFactsForStatus, ready: boolean): Condition[] {
  const unready: Partial<Condition> = nodeLost
    ? { reason: 'NodeNotReady', message: 'Node is not ready' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${container.name}]` };
  const readiness = (type: string): Condition => ({ type, status: ready ? 'True' : 'False', ...(ready ? {} : unready) });
  let next = withCondition(before, { type: 'PodScheduled', status: 'True' });
  next = withCondition(next, { type: 'Initialized', status: 'True' });
  next = withCondition(next, readiness('ContainersReady'));
  next = withCondition(next, readiness('Ready'));
  if (failed?.reason === 'Evicted')
    next = withCondition(next, { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: failed.message });
  return next;
}
