import type { ClusterEvent } from '../domain/snapshot.ts';
import { SYSTEM_NAMESPACES } from '../domain/system-components.ts';
import type { EventRecord } from './events.ts';
import type { PodRecord } from './pods.ts';

/** A warning about a thing that every API stands on: the control plane, DNS, the CNI. */
export const isSystemWarning = ({ namespace, type }: Pick<EventRecord, 'namespace' | 'type'>): boolean =>
  type === 'Warning' && SYSTEM_NAMESPACES.has(namespace);

/** What has been ready for so long is over; before, it may be a pod that comes and goes. Milliseconds. */
const SETTLES_MS = 60_000;

/**
 * The events, with what the pods show now: an event is over once its pod is gone, or ready and not warned of any more for a minute.
 * @param podOf by `namespace/name`; undefined where pods are not visible, which ends nothing.
 */
export function withPods(
  events: readonly ClusterEvent[],
  podOf: ((key: string) => Pick<PodRecord, 'ready'> | undefined) | undefined,
  now: number,
): ClusterEvent[] {
  return events.map((event) => {
    if (!podOf || event.kind !== 'Pod') return event;
    const pod = podOf(event.object);
    return !pod || (pod.ready && now - event.at > SETTLES_MS) ? { ...event, over: true } : event;
  });
}
